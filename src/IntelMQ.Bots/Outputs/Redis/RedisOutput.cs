using System.Buffers;
using IntelMQ.Redis;

namespace IntelMQ.Bots.Outputs.Redis;

/// <summary>Pushes each message as JSON to a list of a Redis server, where another program takes it from.</summary>
/// <remarks>
/// Messages wait in memory until they are flushed, and then go to the server in one command: all of them are in the list or
/// none is. When a connection breaks before the answer, the command is sent again, so that messages may be there twice.
/// </remarks>
[Bot("intelmq.bots.outputs.redis.output")]
public sealed class RedisOutput(RedisOutputOptions options) : Output
{
    /// <summary>How long to look for the server before the host is told to wait.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    readonly List<byte[]> _waiting = [];
    readonly MessageJsonOptions _form = new() { Hierarchical = options.HierarchicalOutput, WithType = options.WithType };
    readonly ArrayBufferWriter<byte> _buffer = new(1024);
    RedisLink? _link;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _link = new RedisLink(new RedisOptions
        {
            Host = options.RedisServerIp,
            Port = options.RedisServerPort,
            Database = options.RedisDb,
            Password = options.RedisPassword,
            ReplyTimeout = TimeSpan.FromMilliseconds(options.RedisTimeout),
        });
        await ConnectAsync(cancellationToken);
    }

    async Task<RedisConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _link!.GetAsync(Patience, cancellationToken);
        }
        catch (RedisConnectionException e)
        {
            throw new TransientException(e.Message, inner: e);
        }
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _buffer.ResetWrittenCount();
        message.WriteJson(_buffer, _form);
        _waiting.Add(_buffer.WrittenSpan.ToArray());
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        var connection = await ConnectAsync(cancellationToken);
        using var batch = new CommandBatch().Command("LPUSH", _waiting.Count + 1).Argument(options.RedisQueue);
        foreach (var message in _waiting) batch.Argument(message);
        try
        {
            (await connection.ExecuteAsync(batch))[0].ThrowIfError();
        }
        catch (Exception e) when (e is RedisConnectionException or RedisErrorException)
        {
            // The server may be out of memory or follow another one; it says so, and what it has not taken stays here.
            throw new TransientException($"The Redis server at {_link!.Options.Place} does not take messages: {e.Message}", inner: e);
        }

        _waiting.Clear();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_link is not null) await _link.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="RedisOutput"/>.</summary>
public sealed record RedisOutputOptions : BotOptions, ICheckable
{
    /// <summary>Host name or address of the server, or the path of its Unix socket.</summary>
    public string RedisServerIp { get; init; } = "127.0.0.1";

    /// <summary>Port of the server.</summary>
    public int RedisServerPort { get; init; } = 6379;

    /// <summary>Number of the database.</summary>
    public int RedisDb { get; init; } = 2;

    /// <summary>Password of the server, if it wants one.</summary>
    [Parameter(Secret = true)]
    public string? RedisPassword { get; init; }

    /// <summary>Name of the list.</summary>
    public required string RedisQueue { get; init; }

    /// <summary>Milliseconds to wait for an answer.</summary>
    public int RedisTimeout { get; init; } = 5000;

    /// <summary>Writes nested objects instead of names with dots.</summary>
    public bool HierarchicalOutput { get; init; }

    /// <summary>Writes <c>__type</c>, which tells events from reports.</summary>
    public bool WithType { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (RedisQueue.Length == 0) yield return new(BotLogLevel.Error, "redis_queue is empty; expected the name of a list.", "redis_queue");
        if (RedisTimeout <= 0) yield return new(BotLogLevel.Error, $"redis_timeout is {RedisTimeout}; expected milliseconds, 1 or more.", "redis_timeout");
    }
}
