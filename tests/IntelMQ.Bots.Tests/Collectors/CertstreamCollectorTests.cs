using System.Net;
using System.Net.WebSockets;
using IntelMQ.Bots.Collectors.Calidog.Certstream;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class CertstreamCollectorTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Certificates_become_reports_and_heartbeats_do_not()
    {
        var port = LoopbackPort.Free();
        using var server = new HttpListener { Prefixes = { $"http://127.0.0.1:{port}/" } };
        server.Start();
        var serving = ServeAsync(server, """{"message_type":"heartbeat"}""", """{"message_type":"certificate_update","data":{"a":1}}""");
        await using var bot = BotHarness.For<CertstreamCollector>($$"""{ "url": "ws://127.0.0.1:{{port}}/" }""");
        await bot.StartAsync(Token);

        await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token));
        await serving;

        Assert.Equal("""{"message_type": "certificate_update", "data": {"a": 1}}""", ((Report)(await bot.CollectAsync(most: 0, Token)).On()[0]).RawText);
    }

    static async Task ServeAsync(HttpListener server, params string[] messages)
    {
        var context = await server.GetContextAsync();
        var socket = (await context.AcceptWebSocketAsync(null)).WebSocket;
        foreach (var message in messages) await socket.SendAsync(System.Text.Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, Token);
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, Token);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_tried_again_later()
    {
        await using var bot = BotHarness.For<CertstreamCollector>($$"""{ "url": "ws://127.0.0.1:{{LoopbackPort.Free()}}/" }""");

        await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token));
    }
}
