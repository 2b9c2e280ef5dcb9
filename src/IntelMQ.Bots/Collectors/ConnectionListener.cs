using System.Net.Sockets;

namespace IntelMQ.Bots.Collectors;

/// <summary>Takes the connections of those who send to a collector that listens, each served beside the others.</summary>
sealed class ConnectionListener : IAsyncDisposable
{
    /// <summary>Who comes when so many are served waits; more senders than a site has, and fewer than the descriptors of a process.</summary>
    const int MostConnections = 256;

    // A sender whose machine has lost its power says no farewell: after a minute of silence the system asks whether it is still there.
    const int SecondsUntilAsked = 60;

    /// <summary>Before the next attempt when the system gives no connection, say because the process has too many files open.</summary>
    static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromSeconds(1);

    readonly Socket _socket;
    readonly BotContext _context;
    readonly ReportInbox _inbox;
    readonly Func<NetworkStream, CancellationToken, Task> _serve;
    readonly CancellationTokenSource _stopping = new();
    readonly SemaphoreSlim _room = new(MostConnections);
    readonly HashSet<Task> _connections = [];
    readonly Task _accepting;

    /// <summary>Begins to accept.</summary>
    /// <param name="socket">Listens already; belongs to this object from now on.</param>
    /// <param name="context">Of the collector.</param>
    /// <param name="inbox">Where the reports go; completed when no more can come.</param>
    /// <param name="serve">Serves one connection to its end. What it throws ends the connection without an answer, so that the sender sends again.</param>
    public ConnectionListener(Socket socket, BotContext context, ReportInbox inbox, Func<NetworkStream, CancellationToken, Task> serve)
    {
        (_socket, _context, _inbox, _serve) = (socket, context, inbox, serve);
        _context.Log.Info($"Listening on {socket.LocalEndPoint}.");
        _accepting = AcceptAllAsync();
    }

    async Task AcceptAllAsync()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stopping.Token);
                var connection = await AcceptAsync();
                _connections.RemoveWhere(static done => done.IsCompleted);
                _connections.Add(Task.Run(() => ServeAsync(connection), CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            _inbox.Complete();
        }
    }

    async Task<Socket> AcceptAsync()
    {
        while (true)
        {
            try
            {
                return await _socket.AcceptAsync(_stopping.Token);
            }
            catch (SocketException e)
            {
                _context.Log.Error($"A connection cannot be accepted: {e.Message}");
                await Task.Delay(PauseAfterRefusal, _context.Time, _stopping.Token);
            }
        }
    }

    async Task ServeAsync(Socket connection)
    {
        try
        {
            if (connection.ProtocolType == ProtocolType.Tcp)
            {
                connection.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                connection.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, SecondsUntilAsked);
            }

            await using var stream = new NetworkStream(connection, ownsSocket: true);
            await _serve(stream, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The collector stops; what was not answered is sent again.
        }
        catch (Exception e)
        {
            // One sender's trouble is not that of the others.
            var isForeseen = e is IOException or SocketException or TimeoutException or InvalidOperationException;
            _context.Log.Warning($"A connection was given up; what its sender got no answer to is expected to come again: {e.Message}", isForeseen ? null : e);
        }
        finally
        {
            connection.Dispose();
            _room.Release();
        }
    }

    /// <summary>Ends all connections and waits for what serves them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        await Task.WhenAll(_connections);
        _socket.Dispose();
        _room.Dispose();
        _stopping.Dispose();
    }
}
