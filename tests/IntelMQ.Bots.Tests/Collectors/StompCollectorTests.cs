using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IntelMQ.Bots.Collectors.Stomp;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>Against a stand-in for a STOMP server, which answers what a test wants.</summary>
public sealed class StompCollectorTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly StompStandIn server = new();
    readonly string authorities;

    public StompCollectorTests() => authorities = folder.Write("ca.pem", server.Authorities);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    BotHarness Bot(string ca) => BotHarness.For<StompCollector>(
        $$"""{ "server": "localhost", "port": {{server.Port}}, "exchange": "/exchange/x", "heartbeat": 0, "ssl_ca_certificate": "{{ca}}", "auth_by_ssl_client_certificate": false, "username": "me", "password": "secret" }""");

    /// <summary>Answers the first frame, then sends more, and reads frames until there are as many as wanted.</summary>
    async Task<List<string>> ServeAsync(string answer, string more, int frames)
    {
        var received = new List<string>();
        await server.ServeAsync(
            async stream =>
            {
                received.Add(await StompStandIn.HearAsync(stream, Token));
                await StompStandIn.SayAsync(stream, answer, Token);
                if (frames > 1) received.Add(await StompStandIn.HearAsync(stream, Token));
                await StompStandIn.SayAsync(stream, more, Token);
                while (received.Count < frames) received.Add(await StompStandIn.HearAsync(stream, Token));
            },
            Token);
        return received;
    }

    [Fact]
    public async Task Messages_become_reports_and_are_acknowledged_when_these_are_safe()
    {
        var serving = ServeAsync(
            "CONNECTED\nversion:1.2\n\n\0",
            "\n\nMESSAGE\nsubscription:1\nmessage-id:7\nack:a\\c1\ncontent-length:5\ndestination:/exchange/x\n\na\0b\n\n\0\nMESSAGE\nmessage-id:8\nsubscription:1\n\nlast\0",
            frames: 3);
        await using var bot = Bot(authorities);

        var run = await bot.CollectAsync(most: 2, Token);

        Assert.Equal(["a\0b", "last"], run.On().Select(report => ((Report)report).RawText));
        Assert.StartsWith("stomp://localhost:", run.On()[0].Get("feed.url").Text);
        var frames = await serving;
        Assert.Contains("login:me\npasscode:secret", frames[0]);
        Assert.Contains("destination:/exchange/x", frames[1]);
        Assert.Equal("ACK\nid:a\\c1\n\n", frames[2]);
    }

    [Fact]
    public async Task A_server_that_refuses_is_tried_again_later()
    {
        var serving = ServeAsync("ERROR\nmessage:wrong password\n\n\0", "", frames: 1);
        await using var bot = Bot(authorities);

        Assert.Contains("wrong password", (await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token))).Message);
        await serving;
    }

    [Fact]
    public async Task A_server_that_no_authority_of_ours_knows_is_not_spoken_to()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var other = new CertificateRequest("CN=other", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        var serving = ServeAsync("", "", frames: 1);
        await using var bot = Bot(folder.Write("other.pem", other.ExportCertificatePem()));

        await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token));
        await Record.ExceptionAsync(() => serving);
    }

    [Fact]
    public async Task Missing_files_are_told_before_the_start()
    {
        await using var bot = BotHarness.For<StompCollector>("{}");

        Assert.Equal(["ssl_ca_certificate", "ssl_client_certificate", "ssl_client_certificate_key"], bot.Check().Select(result => result.Parameter));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(Token));
    }
}
