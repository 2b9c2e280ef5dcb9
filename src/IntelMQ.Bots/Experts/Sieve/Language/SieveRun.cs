namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>What the rules know and decide about one message; used again for the next one.</summary>
sealed class SieveRun(int variables, TimeProvider time, IBotLog log)
{
    readonly FieldValue[] _variables = new FieldValue[variables];
    DateTimeOffset? _now;
    Message? _message;

    /// <summary>The message that the rules look at.</summary>
    public Message Message => _message!;

    /// <summary>Where the message is to be sent; null when no rule has said so.</summary>
    public IReadOnlyList<string>? Paths { get; set; }

    /// <summary>The same for all rules that look at a message.</summary>
    public DateTimeOffset Now => _now ??= time.GetUtcNow();

    /// <summary>Whether each match is to be logged.</summary>
    public bool IsTraced { get; private set; }

    public void Begin(Message message)
    {
        _message = message;
        Paths = null;
        _now = null;
        IsTraced = log.IsEnabled(BotLogLevel.Debug);
        Array.Clear(_variables);
    }

    public FieldValue this[int variable]
    {
        get => _variables[variable];
        set => _variables[variable] = value;
    }

    public void Warn(string text) => log.Warning(text);

    public void Trace(string text)
    {
        if (IsTraced) log.Debug(text);
    }
}
