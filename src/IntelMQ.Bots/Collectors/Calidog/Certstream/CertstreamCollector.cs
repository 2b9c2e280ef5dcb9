using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Bots.Collectors.Calidog.Certstream;

/// <summary>Listens to a CertStream server, which tells of each certificate that is entered into the logs of certificate transparency.</summary>
[Bot("intelmq.bots.collectors.calidog.collector_certstream")]
public sealed class CertstreamCollector(CertstreamCollectorOptions options) : Collector
{
    const int MostBytes = 16 * 1024 * 1024;

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        await ConnectAsync(socket, cancellationToken);
        Log.Info($"Connected to '{options.Url}'.");
        while (true)
        {
            var message = new JsonRow(JsonText.Parse(await ReceiveAsync(socket, cancellationToken)));
            switch (message.Get("message_type").Text)
            {
                case "heartbeat": continue;
                case "certificate_update": yield return NewReport(Encoding.UTF8.GetBytes(JsonText.Write(message.Value))); break;
                default: throw new InvalidDataException($"The server sent a message of the type '{message.Get("message_type")}'; expected heartbeat or certificate_update.");
            }
        }
    }

    async Task ConnectAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        try
        {
            await socket.ConnectAsync(options.Url, cancellationToken);
        }
        catch (WebSocketException e)
        {
            throw new TransientException($"'{options.Url}' cannot be reached: {e.Message}", inner: e);
        }
    }

    async Task<byte[]> ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
                if (received.MessageType == WebSocketMessageType.Close) throw new TransientException($"'{options.Url}' has closed the connection.");
                if (message.Length + received.Count > MostBytes) throw new InvalidDataException($"'{options.Url}' sent a message of more than {MostBytes} bytes.");
                await message.WriteAsync(buffer.AsMemory(0, received.Count), cancellationToken);
                if (received.EndOfMessage) return message.ToArray();
            }
        }
        catch (WebSocketException e)
        {
            throw new TransientException($"The connection to '{options.Url}' broke: {e.Message}", inner: e);
        }
    }
}

/// <summary>Parameters of <see cref="CertstreamCollector"/>.</summary>
public sealed record CertstreamCollectorOptions : BotOptions, ICheckable
{
    /// <summary>The server; the public one of the default is often out of order, a server of your own speaks the same.</summary>
    [Parameter(DefaultJson = "\"wss://certstream.calidog.io/\"")]
    public Uri Url { get; init; } = new("wss://certstream.calidog.io/");

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Url.Scheme is not ("ws" or "wss")) yield return new(BotLogLevel.Error, $"url: '{Url}' is no URL of a web socket; expected one with wss:// or ws://.", "url");
    }
}
