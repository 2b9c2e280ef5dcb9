namespace IntelMQ.Redis;

/// <summary>A connection that is made again when it was lost, with growing pauses between the attempts.</summary>
/// <param name="options">Where to.</param>
/// <param name="changed">Is told the trouble when there is one, and null when it is over.</param>
public sealed class RedisLink(RedisOptions options, Action<string?>? changed = null) : IAsyncDisposable
{
    /// <summary>How long a server that reads its data is left alone.</summary>
    static readonly TimeSpan LoadingPause = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim _connecting = new(1, 1);
    readonly CancellationTokenSource _closing = new();
    RedisConnection? _current;
    int _failures;

    public RedisOptions Options => options;

    /// <summary>Why there is no connection, a sentence; null when there is one or none was wanted.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The connection, made if need be.</summary>
    /// <param name="patience">How long to try; null for without end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="RedisConnectionException">There was none within that time; the text is a sentence for the operator.</exception>
    public ValueTask<RedisConnection> GetAsync(TimeSpan? patience, CancellationToken cancellationToken) =>
        Volatile.Read(ref _current) is { IsLost: false } current ? new(current) : new(ConnectAsync(patience, cancellationToken));

    async Task<RedisConnection> ConnectAsync(TimeSpan? patience, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token);
        var begun = options.Time.GetTimestamp();
        // The pauses of somebody with more patience must not hold up one with less.
        if (!await EnterAsync(patience, either.Token)) throw new RedisConnectionException(Trouble ?? SentenceFor("no answer yet"));
        try
        {
            while (true)
            {
                if (_current is { IsLost: false } current) return current;
                var pause = await TryConnectAsync(either.Token);
                if (pause == TimeSpan.Zero) return _current!;
                if (patience is { } limit && options.Time.GetElapsedTime(begun) + pause > limit) throw new RedisConnectionException(Trouble!);
                await Task.Delay(pause, options.Time, either.Token);
            }
        }
        finally
        {
            _connecting.Release();
        }
    }

    async Task<bool> EnterAsync(TimeSpan? patience, CancellationToken cancellationToken)
    {
        var entering = _connecting.WaitAsync(cancellationToken);
        if (patience is not { } limit) await entering;
        else if (!entering.IsCompleted && await Task.WhenAny(entering, Task.Delay(limit, options.Time, cancellationToken)) != entering)
        {
            _ = LeaveAsync(entering);
            return false;
        }

        await entering;
        return true;
    }

    /// <summary>Whoever has given up waiting must not keep others out once it is his turn.</summary>
    async Task LeaveAsync(Task entering)
    {
        try
        {
            await entering;
            _connecting.Release();
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    /// <returns>How long to wait before the next attempt; zero when it has succeeded.</returns>
    async Task<TimeSpan> TryConnectAsync(CancellationToken cancellationToken)
    {
        if (_current is { } lost) await lost.DisposeAsync();
        try
        {
            Volatile.Write(ref _current, await RedisConnection.OpenAsync(options, cancellationToken));
            _failures = 0;
            Tell(null);
            return TimeSpan.Zero;
        }
        catch (RedisErrorException e)
        {
            Tell($"The Redis server at {options.Place} reads its data and takes no commands yet: {e.Message}");
            return LoadingPause;
        }
        catch (RedisConnectionException e)
        {
            Tell(SentenceFor(e.Message));
            var pause = options.FirstPause * Math.Pow(2, Math.Min(_failures++, 20));
            if (pause > options.LongestPause) pause = options.LongestPause;
            // Hosts that have lost the same server must not all come back in the same moment.
            return pause * (0.75 + Random.Shared.NextDouble() / 2);
        }
    }

    string SentenceFor(string why) => $"The Redis server at {options.Place} cannot be used: {why}{(why.EndsWith('.') ? "" : ".")}";

    void Tell(string? trouble)
    {
        var hadTrouble = Trouble is not null;
        Trouble = trouble;
        if (hadTrouble != trouble is not null) changed?.Invoke(trouble);
    }

    /// <summary>Gives up the connection, so that the next command goes over a new one: what answers is not the server that it was.</summary>
    public async ValueTask DropAsync(RedisConnection connection) => await connection.DisposeAsync();

    /// <summary>Closes the connection; whoever waits for one gets an <see cref="OperationCanceledException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        if (Volatile.Read(ref _current) is { } current) await current.DisposeAsync();
    }
}
