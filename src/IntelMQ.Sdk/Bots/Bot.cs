namespace IntelMQ.Sdk;

/// <summary>
/// What all bots have in common. A bot turns messages into messages; it never receives, acknowledges, retries or dumps:
/// the host does. Exceptions are to leave it, see <see cref="ConfigurationException"/>,
/// <see cref="TransientException"/> and <see cref="InvalidMessageException"/>.
/// </summary>
/// <remarks>Derive from <see cref="Collector"/>, <see cref="Parser"/>, <see cref="Expert"/> or <see cref="Output"/>.</remarks>
public abstract class Bot : IAsyncDisposable
{
    BotContext? _context;

    private protected Bot()
    {
    }

    /// <summary>What the host tells the bot about its place in the botnet; not yet there in the constructor.</summary>
    /// <exception cref="InvalidOperationException">It is asked for in the constructor.</exception>
    protected internal BotContext Context
    {
        get => _context ?? throw new InvalidOperationException($"{GetType().Name} asks for its context before the host has given it one; move the code from the constructor to StartAsync.");
        internal set => _context = value;
    }

    /// <summary>The log of this bot.</summary>
    protected IBotLog Log => Context.Log;

    /// <summary>Called once before the first message: opens files, loads tables.</summary>
    /// <exception cref="ConfigurationException">The bot cannot run with its parameters.</exception>
    protected internal virtual ValueTask StartAsync(CancellationToken cancellationToken) => default;

    /// <summary>Called after the last message, also when <see cref="StartAsync"/> failed.</summary>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return default;
    }
}

/// <summary>What the host tells a bot about its place in the botnet.</summary>
public sealed class BotContext
{
    /// <summary>The key of the bot in <c>runtime.yaml</c>.</summary>
    public required string BotId { get; init; }

    /// <summary>The data format of this installation.</summary>
    public required DataFormat Format { get; init; }

    /// <summary>The log of the bot.</summary>
    public required IBotLog Log { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>A directory that belongs to this bot alone and survives restarts; created when first used.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Fields with default values, which parsers add to events that lack them: the parameter <c>default_fields</c>.</summary>
    internal IReadOnlyList<KeyValuePair<Field, FieldValue>> DefaultFields { get; init; } = [];
}
