using System.Net;
using System.Net.Sockets;

namespace IntelMQ.TestServers;

/// <summary>
/// Stands between clients and a server on a port of this machine, and cuts their connections: at once, after so many bytes
/// of a request, or after the server has the request and before its answer gets through.
/// </summary>
public sealed class CuttingProxy : IAsyncDisposable
{
    readonly EndPoint _server;
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Lock _gate = new();
    readonly List<(Socket Client, Socket Server)> _connections = [];
    readonly Task _accepting;
    long _requestBytesLeft = long.MaxValue;
    bool _dropsAnswers;
    bool _isDown;

    /// <param name="server">A port or a Unix socket.</param>
    public CuttingProxy(EndPoint server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often connections were cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts all connections after so many more bytes of requests; those bytes get to the server.</summary>
    public void CutAfterRequestBytes(long bytes)
    {
        lock (_gate) _requestBytesLeft = bytes;
    }

    /// <summary>Lets requests through, and cuts all connections when the next answer comes.</summary>
    public void CutBeforeNextAnswer()
    {
        lock (_gate) _dropsAnswers = true;
    }

    /// <summary>Cuts all connections; new ones are refused until <see cref="Mend"/>.</summary>
    public void GoDown()
    {
        lock (_gate) _isDown = true;
        Cut();
    }

    public void Mend()
    {
        lock (_gate) (_isDown, _dropsAnswers, _requestBytesLeft) = (false, false, long.MaxValue);
    }

    public void Cut()
    {
        List<(Socket, Socket)> connections;
        lock (_gate)
        {
            connections = [.. _connections];
            _connections.Clear();
            (_requestBytesLeft, _dropsAnswers) = (long.MaxValue, false);
            Cuts++;
        }

        foreach (var (client, server) in connections)
        {
            client.Close(0);
            // What the server has received it may still carry out, as behind a real network.
            server.Close();
        }
    }

    async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return; // Stopped; the last is what a listener says that was stopped before it was asked.
            }

            var server = new Socket(_server.AddressFamily, SocketType.Stream, _server.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : ProtocolType.Tcp);
            try
            {
                lock (_gate) if (_isDown) throw new IOException("The proxy is down.");
                await server.ConnectAsync(_server);
                lock (_gate) _connections.Add((client, server));
                _ = PumpAsync(client, server, AllowRequest);
                _ = PumpAsync(server, client, AllowAnswer);
            }
            catch (Exception e) when (e is SocketException or IOException)
            {
                client.Close(0);
                server.Dispose();
            }
        }
    }

    int AllowRequest(int bytes)
    {
        lock (_gate)
        {
            var allowed = (int)Math.Min(bytes, _requestBytesLeft);
            if (_requestBytesLeft != long.MaxValue) _requestBytesLeft -= allowed;
            return allowed;
        }
    }

    int AllowAnswer(int bytes)
    {
        lock (_gate) return _dropsAnswers ? 0 : bytes;
    }

    async Task PumpAsync(Socket from, Socket to, Func<int, int> allow)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.ReceiveAsync(buffer) is var read and > 0)
            {
                var allowed = allow(read);
                if (allowed > 0) await to.SendAsync(buffer.AsMemory(0, allowed));
                if (allowed == read) continue;
                Cut();
                return;
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            from.Close(0);
            to.Close(0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        Cut();
        _listener.Dispose();
    }
}
