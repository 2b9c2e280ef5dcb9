using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Conformance.Library;

namespace IntelMQ.Conformance.Bots;

/// <summary>The other end of TCP connections: it says what was recorded when it was said, and keeps what the bot says.</summary>
abstract class RecordedConnections(IReadOnlyList<Vector> connections) : RecordedPeer
{
    readonly StringBuilder _heard = new();

    protected IReadOnlyList<Vector> Connections => connections;

    protected string Expected => string.Concat(connections.Select(Sent));

    protected string Heard => _heard.ToString();

    /// <summary>Plays the part of the other side in one connection.</summary>
    protected async Task TalkAsync(NetworkStream stream, Vector connection, CancellationToken cancellationToken)
    {
        foreach (var said in connection.Records("events"))
        {
            var data = Data(said);
            if (said.Text("dir") == "recv") await stream.WriteAsync(data, cancellationToken);
            else _heard.Append(await HearAsync(stream, data.Length, cancellationToken));
        }
    }

    /// <summary>What the bot says until so many bytes have come, or it has ended or is silent.</summary>
    protected static async Task<string> HearAsync(NetworkStream stream, int bytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[64 << 10];
        return await ReadAsync(bytes, async token => buffer[..await stream.ReadAsync(buffer, token)], cancellationToken);
    }

    protected void Hear(string text) => _heard.Append(text);

    protected static byte[] Data(Vector said)
    {
        var data = new Vector(said.Map("data"));
        return data.Text("base64") is { } base64 ? Convert.FromBase64String(base64) : Encoding.UTF8.GetBytes(data.Text("text") ?? "");
    }
}

/// <summary>The server that outputs and experts connect to.</summary>
sealed class RecordedServer : RecordedConnections
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stopping = new();
    readonly (string Host, string Port) _parameters;
    readonly Task _serving;

    /// <param name="connections">What was recorded.</param>
    /// <param name="host">The parameter of the bot with the name of the server.</param>
    /// <param name="port">The parameter with its port.</param>
    public RecordedServer(IReadOnlyList<Vector> connections, string host, string port) : base(connections)
    {
        _parameters = (host, port);
        _listener.Start();
        _serving = ServeAsync();
    }

    public override IReadOnlyDictionary<string, object?> Parameters =>
        new Dictionary<string, object?> { [_parameters.Host] = "127.0.0.1", [_parameters.Port] = (long)((IPEndPoint)_listener.LocalEndpoint).Port };

    async Task ServeAsync()
    {
        try
        {
            foreach (var connection in Connections)
            {
                using var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                await TalkAsync(client.GetStream(), connection, _stopping.Token);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // What was not said shows in the comparison.
        }
    }

    public override async Task<string?> DifferenceAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_serving, Task.Delay(Patience, cancellationToken));
        return Compare("the connection", Expected, Heard);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving;
        _listener.Dispose();
        _stopping.Dispose();
    }
}

/// <summary>The client that sends to a collector.</summary>
sealed class RecordedClient(IReadOnlyList<Vector> connections) : RecordedConnections(connections)
{
    readonly int _port = FreePort();

    public override IReadOnlyDictionary<string, object?> Parameters => new Dictionary<string, object?> { ["ip"] = "127.0.0.1", ["port"] = (long)_port };

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Sends all that was recorded to a collector that listens, and ends.</summary>
    public async Task SendAsync(CancellationToken cancellationToken)
    {
        foreach (var connection in Connections)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            var stream = client.GetStream();
            var ending = connection.Records("events").SkipWhile(static said => said.Text("dir") != "recv" || Data(said).Length > 0).ToList();
            var talk = connection.Records("events").SkipLast(ending.Count);
            await TalkAsync(stream, new Vector(new Dictionary<string, object?> { ["events"] = talk.Select(static said => (object?)said.Record).ToList() }), cancellationToken);
            client.Client.Shutdown(SocketShutdown.Send);
            // After the end of its messages the sender is told something, if it is still there.
            Hear(await HearAsync(stream, ending.Count > 0 ? int.MaxValue : 0, cancellationToken));
        }
    }

    public override Task<string?> DifferenceAsync(CancellationToken cancellationToken) => Task.FromResult(Compare("the connection", Expected, Heard));

    public override ValueTask DisposeAsync() => default;
}
