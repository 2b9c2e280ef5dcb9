using System.Globalization;
using System.Threading.Channels;
using IntelMQ.Redis;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>
/// A cache in a database of a Redis server, with keys and values as bots of the original write them, so that both share it.
/// What workers write is seen by this host at once, and reaches the server once their messages are committed.
/// </summary>
public sealed class RedisCacheStore : IAsyncDisposable
{
    /// <summary>Changes that may wait for a server that is away. Beyond, what is new is forgotten, which may cost duplicates.</summary>
    const int MostWaiting = 200_000;
    const int MostAtOnce = 1000;

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    readonly RedisLink _link;
    readonly IBotLog _log;
    readonly Lock _gate = new();
    readonly Dictionary<string, CacheChange> _unwritten = new(StringComparer.Ordinal);
    readonly Channel<CacheChange> _completed = Channel.CreateBounded<CacheChange>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    readonly CancellationTokenSource _closing = new();
    readonly Task _writing;
    bool _forgets;

    /// <param name="options">The server and its database.</param>
    /// <param name="log">Is told when entries cannot be written.</param>
    public RedisCacheStore(RedisOptions options, IBotLog log)
    {
        _log = log;
        _link = new RedisLink(options, trouble => log.Write(trouble is null ? BotLogLevel.Info : BotLogLevel.Warning, trouble ?? $"The cache at {options.Place} can be used again."));
        _writing = Task.Run(WriteAllAsync);
    }

    /// <summary>The cache as one worker uses it.</summary>
    public RedisCacheSession BeginSession() => new(this);

    /// <summary>The value of a key, as this host sees it.</summary>
    /// <exception cref="TransientException">The server does not answer.</exception>
    internal async ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_unwritten.TryGetValue(key, out var change)) return change.Value;
        }

        return (await AskAsync("GET", key, cancellationToken)).AsText();
    }

    internal async ValueTask<bool> ExistsAsync(string key, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_unwritten.TryGetValue(key, out var change)) return change.Value is not null;
        }

        return (await AskAsync("EXISTS", key, cancellationToken)).AsInteger() > 0;
    }

    /// <summary>Takes over a change of a worker, if nobody was faster where that matters.</summary>
    internal bool TryApply(CacheChange change, bool onlyIfNew)
    {
        lock (_gate)
        {
            change.Prior = _unwritten.GetValueOrDefault(change.Key);
            if (onlyIfNew && change.Prior is { Value: not null }) return false;
            _unwritten[change.Key] = change;
            return true;
        }
    }

    internal void Undo(CacheChange change)
    {
        lock (_gate)
        {
            if (_unwritten.GetValueOrDefault(change.Key) != change) return;
            // What the change had replaced may have reached the server meanwhile.
            if (change.Prior is { IsWritten: false } prior) _unwritten[change.Key] = prior;
            else _unwritten.Remove(change.Key);
        }
    }

    internal void Complete(IReadOnlyList<CacheChange> changes)
    {
        foreach (var change in changes)
        {
            change.Prior = null;
            if (_completed.Writer.TryWrite(change)) continue;
            Written([change]);
            if (!_forgets) _log.Write(BotLogLevel.Error, $"The cache at {_link.Options.Place} takes nothing: what bots should remember is forgotten until it does, which may cost duplicates.");
            _forgets = true;
        }
    }

    void Written(IReadOnlyList<CacheChange> changes)
    {
        lock (_gate)
        {
            foreach (var change in changes)
            {
                change.IsWritten = true;
                if (_unwritten.GetValueOrDefault(change.Key) == change) _unwritten.Remove(change.Key);
            }
        }
    }

    async Task<RedisReply> AskAsync(string command, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await (await _link.GetAsync(Patience, cancellationToken)).ExecuteAsync(command, key).WaitAsync(cancellationToken);
        }
        catch (Exception e) when (e is RedisConnectionException or RedisErrorException)
        {
            throw new TransientException($"The cache cannot be read. {e.Message}", inner: e);
        }
    }

    async Task WriteAllAsync()
    {
        var changes = new List<CacheChange>();
        try
        {
            while (await _completed.Reader.WaitToReadAsync())
            {
                changes.Clear();
                while (changes.Count < MostAtOnce && _completed.Reader.TryRead(out var change)) changes.Add(change);
                await WriteAsync(changes);
                Written(changes);
                _forgets = false;
            }
        }
        catch (OperationCanceledException)
        {
            _log.Write(BotLogLevel.Warning, $"The cache at {_link.Options.Place} did not take the last entries before the end of the host.");
        }
    }

    async Task WriteAsync(IReadOnlyList<CacheChange> changes)
    {
        using var batch = new CommandBatch();
        foreach (var change in changes) change.AddTo(batch);
        while (true)
        {
            try
            {
                var connection = await _link.GetAsync(patience: null, _closing.Token);
                var replies = await connection.ExecuteAsync(batch);
                foreach (var reply in replies)
                {
                    if (!reply.IsError) continue;
                    _log.Write(BotLogLevel.Error, $"The cache at {_link.Options.Place} refuses an entry: {reply.ErrorText}");
                    break;
                }

                return;
            }
            catch (RedisConnectionException)
            {
                // The link tells its trouble. Written twice, an entry is the same; a number may count twice.
                _closing.Token.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>Writes what is completed, for as long as a bot would wait for the server, and closes the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _completed.Writer.TryComplete();
        _closing.CancelAfter(Patience);
        await _writing;
        await _link.DisposeAsync();
    }
}

/// <summary>What one operation of a bot does to a key.</summary>
/// <param name="key">The key.</param>
/// <param name="value">What it holds afterwards; null when it is removed.</param>
/// <param name="by">What was added to a number; null where it was set.</param>
/// <param name="timeToLive">Null for ever.</param>
sealed class CacheChange(string key, string? value, long? by, TimeSpan? timeToLive)
{
    public string Key => key;

    public string? Value => value;

    /// <summary>The unwritten change that it replaced.</summary>
    public CacheChange? Prior { get; set; }

    public bool IsWritten { get; set; }

    public void AddTo(CommandBatch batch)
    {
        if (value is null)
        {
            batch.Add("DEL", key);
        }
        else if (by is { } number)
        {
            batch.Add("INCRBY", key, number.ToString(CultureInfo.InvariantCulture));
            if (timeToLive is { } life && life > TimeSpan.Zero) batch.Add("PEXPIRE", key, Milliseconds(life));
        }
        else if (timeToLive is { } life && life > TimeSpan.Zero)
        {
            batch.Add("SET", key, value, "PX", Milliseconds(life));
        }
        else
        {
            batch.Add("SET", key, value);
        }
    }

    static string Milliseconds(TimeSpan time) => ((long)Math.Max(1, time.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
}
