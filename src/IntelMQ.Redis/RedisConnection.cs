using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;

namespace IntelMQ.Redis;

/// <summary>
/// One connection to a server. Any number of callers may have commands under way: they are sent in the order of the
/// calls, and the answers come in that order too. Once lost, a connection stays lost.
/// </summary>
public sealed class RedisConnection : IAsyncDisposable
{
    /// <summary>Enough for the answers to some hundred messages in one read.</summary>
    const int BufferBytes = 128 << 10;
    static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    readonly Stream _stream;
    readonly TimeProvider _time;
    readonly TimeSpan _replyTimeout;
    readonly SemaphoreSlim _writing = new(1, 1);
    readonly Lock _gate = new();
    readonly Queue<Exchange> _open = new();
    readonly ITimer _watch;
    readonly Task _reading;
    RedisConnectionException? _lost;

    RedisConnection(Stream stream, RedisOptions options)
    {
        _stream = stream;
        _time = options.Time;
        _replyTimeout = options.ReplyTimeout;
        _watch = _time.CreateTimer(_ => LookAtOldest(), null, WatchInterval, WatchInterval);
        _reading = ReadAsync();
    }

    /// <summary>A batch that waits for its answers.</summary>
    sealed class Exchange(int count, long begun, TimeSpan limit)
    {
        readonly RedisReply[] _replies = new RedisReply[count];
        int _received;

        public TaskCompletionSource<RedisReply[]> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsLate(TimeProvider time) => time.GetElapsedTime(begun) > limit;

        /// <returns>Whether it was the last answer.</returns>
        public bool Add(in RedisReply reply)
        {
            _replies[_received++] = reply;
            return _received == _replies.Length;
        }

        public void Complete() => Done.TrySetResult(_replies);
    }

    /// <summary>What the server has said of itself.</summary>
    public RedisServer Server { get; private set; } = RedisServer.Unknown;

    /// <summary>Whether the connection was lost or closed.</summary>
    public bool IsLost => Volatile.Read(ref _lost) is not null;

    /// <summary>Connects, and does what must come before the first command: TLS, user, database.</summary>
    /// <exception cref="RedisConnectionException">The server does not answer or refuses; the text says why.</exception>
    public static async Task<RedisConnection> OpenAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.ConnectTimeout, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        RedisConnection? connection = null;
        try
        {
            connection = new RedisConnection(await RedisTransport.OpenAsync(options, either.Token), options);
            connection.Server = await Handshake.RunAsync(connection, options, either.Token);
            return connection;
        }
        catch (Exception e) when (e is not RedisErrorException { Code: "LOADING" })
        {
            if (connection is not null) await connection.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            if (e is OperationCanceledException) throw new RedisConnectionException($"no answer within {options.ConnectTimeout.TotalSeconds:0.#} s", e);
            throw e as RedisConnectionException ?? new RedisConnectionException(e.Message, e);
        }
        catch (RedisErrorException)
        {
            await connection!.DisposeAsync();
            throw;
        }
    }

    /// <summary>Sends commands and returns their answers, errors among them.</summary>
    /// <param name="batch">The commands; may be disposed afterwards.</param>
    /// <param name="extraTime">How long a command is meant to wait in the server.</param>
    /// <exception cref="RedisConnectionException">The connection was lost. It tells whether the commands may have been carried out.</exception>
    public async Task<RedisReply[]> ExecuteAsync(CommandBatch batch, TimeSpan extraTime = default)
    {
        var pieces = batch.Pieces();
        var exchange = new Exchange(batch.Count, _time.GetTimestamp(), _replyTimeout + extraTime);
        await _writing.WaitAsync();
        try
        {
            lock (_gate)
            {
                if (_lost is { } lost) throw new RedisConnectionException(lost.Message, lost.InnerException);
                _open.Enqueue(exchange);
            }

            // A batch that is sent in part ends the connection, so that its sending is never cancelled.
            foreach (var piece in pieces) await _stream.WriteAsync(piece, CancellationToken.None);
            await _stream.FlushAsync(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException and not RedisConnectionException or ObjectDisposedException or InvalidOperationException)
        {
            Lose(e.Message, e);
        }
        finally
        {
            _writing.Release();
        }

        return await exchange.Done.Task;
    }

    /// <summary>Sends one command of texts; its answer is no error.</summary>
    /// <exception cref="RedisErrorException">The server refuses.</exception>
    /// <exception cref="RedisConnectionException">The connection was lost.</exception>
    public async Task<RedisReply> ExecuteAsync(string name, params string[] arguments)
    {
        using var batch = new CommandBatch().Add(name, arguments);
        var reply = (await ExecuteAsync(batch))[0];
        reply.ThrowIfError();
        return reply;
    }

    [SuppressMessage("Reliability", "CA2008", Justification = "The loop has no scheduler of its own.")]
    async Task ReadAsync()
    {
        var input = PipeReader.Create(_stream, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
        var replies = new ReplyReader();
        try
        {
            while (true)
            {
                var result = await input.ReadAsync();
                var buffer = result.Buffer;
                while (replies.TryRead(ref buffer, out var reply)) Take(reply);
                input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted) throw new IOException("the server has closed the connection");
            }
        }
        catch (Exception e)
        {
            // Whatever it was, nothing that comes after it could be understood.
            Lose(e.Message, e);
        }
        finally
        {
            await input.CompleteAsync();
        }
    }

    void Take(in RedisReply reply)
    {
        if (reply.Kind == ReplyKind.Push) return;
        Exchange? done = null;
        lock (_gate)
        {
            if (!_open.TryPeek(out var oldest)) throw new IOException(reply.IsError ? reply.ErrorText : "the server answers what nobody has asked");
            if (oldest.Add(reply)) done = _open.Dequeue();
        }

        done?.Complete();
    }

    void LookAtOldest()
    {
        bool late;
        lock (_gate) late = _open.TryPeek(out var oldest) && oldest.IsLate(_time);
        if (late) Lose($"no answer within {_replyTimeout.TotalSeconds:0.#} s", null);
    }

    void Lose(string why, Exception? cause)
    {
        List<Exchange> open;
        lock (_gate)
        {
            if (_lost is not null) return;
            _lost = new RedisConnectionException(why, cause) { MayHaveHappened = true };
            open = [.. _open];
            _open.Clear();
        }

        _watch.Dispose();
        _stream.Dispose();
        foreach (var exchange in open) exchange.Done.TrySetException(new RedisConnectionException(why, cause) { MayHaveHappened = true });
    }

    /// <summary>Closes the connection at once; commands under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        Lose("the connection was closed", null);
        await _reading;
    }
}

/// <summary>A server as it describes itself.</summary>
/// <param name="Version">Of Redis; Valkey names the version of Redis that it equals.</param>
/// <param name="Protocol">2 or 3.</param>
/// <param name="ConnectionId">The number that the server gives to this connection; 0 if it gives none.</param>
public sealed record RedisServer(Version Version, int Protocol, long ConnectionId)
{
    internal static RedisServer Unknown { get; } = new(new Version(0, 0), 2, 0);

    static readonly Version WithMove = new(6, 2);

    /// <summary>Whether it knows LMOVE and BLMOVE, which came with 6.2 in the place of RPOPLPUSH and BRPOPLPUSH.</summary>
    public bool HasMove => Version >= WithMove;
}
