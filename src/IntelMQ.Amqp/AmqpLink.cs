using RabbitMQ.Client;

namespace IntelMQ.Amqp;

/// <summary>A connection that is made again when it was lost, with growing pauses between the attempts.</summary>
/// <param name="options">Where to.</param>
/// <param name="changed">Is told the trouble when there is one, and null when it is over.</param>
public sealed class AmqpLink(AmqpOptions options, Action<string?>? changed = null) : IAsyncDisposable
{
    static readonly TimeSpan FarewellLimit = TimeSpan.FromSeconds(2);

    readonly Lock _gate = new();
    readonly CancellationTokenSource _closing = new();
    Task<IConnection>? _connecting;
    IConnection? _current;

    public AmqpOptions Options => options;

    /// <summary>Why there is no connection, a sentence; null when there is one or none was wanted.</summary>
    public string? Trouble { get; private set; }

    /// <summary>The connection, made if need be. Attempts go on when a caller has given up waiting.</summary>
    /// <param name="patience">How long to wait; null for without end.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="AmqpConnectionException">There was none within that time; the text is a sentence for the operator.</exception>
    /// <exception cref="OperationCanceledException">The token says so, or the link is disposed of.</exception>
    public async ValueTask<IConnection> GetAsync(TimeSpan? patience, CancellationToken cancellationToken)
    {
        Task<IConnection> connecting;
        lock (_gate)
        {
            if (_current is { IsOpen: true } current) return current;
            if (_connecting is null or { IsCompleted: true }) _connecting = ConnectAsync(_current, _closing.Token);
            connecting = _connecting;
        }

        try
        {
            return await (patience is { } limit ? connecting.WaitAsync(limit, options.Time, cancellationToken) : connecting.WaitAsync(cancellationToken));
        }
        catch (TimeoutException e)
        {
            throw new AmqpConnectionException(Trouble ?? $"The AMQP server at {options.Place} cannot be used: no answer yet.", inner: e);
        }
    }

    async Task<IConnection> ConnectAsync(IConnection? lost, CancellationToken cancellationToken)
    {
        await Task.Yield();
        // Nobody waits for the farewell of a server that is gone.
        if (lost is not null) _ = DisposeAsync(lost);
        for (var failures = 0; ; failures++)
        {
            try
            {
                var connection = await AmqpConnector.OpenAsync(options, cancellationToken);
                lock (_gate) _current = connection;
                Tell(null);
                return connection;
            }
            catch (AmqpConnectionException e)
            {
                Tell(e.Message);
                await Task.Delay(PauseAfter(failures), options.Time, cancellationToken);
            }
        }
    }

    TimeSpan PauseAfter(int failures)
    {
        var pause = options.FirstPause * Math.Pow(2, Math.Min(failures, 20));
        if (pause > options.LongestPause) pause = options.LongestPause;
        // Hosts that have lost the same server must not all come back in the same moment.
        return pause * (0.75 + Random.Shared.NextDouble() / 2);
    }

    void Tell(string? trouble)
    {
        var hadTrouble = Trouble is not null;
        Trouble = trouble;
        if (hadTrouble != trouble is not null) changed?.Invoke(trouble);
    }

    /// <summary>Closes the connection; whoever waits for one gets an <see cref="OperationCanceledException"/>.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Task<IConnection>? connecting;
        lock (_gate) connecting = _connecting;
        if (connecting is not null) await Task.WhenAny(connecting);
        if (_current is not { } connection) return;
        await connection.CloseAsync(200, "bye", FarewellLimit, abort: true);
        await DisposeAsync(connection);
    }

    static async Task DisposeAsync(IConnection connection)
    {
        try
        {
            await connection.DisposeAsync();
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            // It was gone already.
            return;
        }
    }
}
