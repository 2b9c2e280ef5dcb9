using System.Net.Security;
using IntelMQ.Bots.Outputs.Stomp;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>Against a stand-in for a STOMP server, which says what a test wants.</summary>
public sealed class StompOutputTests : IDisposable
{
    const string Connected = "CONNECTED\nversion:1.2\n\n\0";

    readonly TemporaryFolder folder = new();
    readonly StompStandIn server = new();
    readonly string authorities;

    public StompOutputTests() => authorities = folder.Write("ca.pem", server.Authorities);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        server.Dispose();
        folder.Dispose();
    }

    BotHarness Bot(string more = "") => BotHarness.For<StompOutput>(
        $$"""{ "server": "localhost", "port": {{server.Port}}, "heartbeat": 0, "ssl_ca_certificate": "{{authorities}}", "auth_by_ssl_client_certificate": false, "username": "me", "password": "secret"{{more}} }""");

    /// <summary>Takes a connection and the messages on it, and says something about each.</summary>
    async Task<List<string>> ServeAsync(int messages, Func<string, string> answer)
    {
        var received = new List<string>();
        await server.ServeAsync(
            async stream =>
            {
                Assert.Contains("login:me\npasscode:secret", await StompStandIn.HearAsync(stream, Token), StringComparison.Ordinal);
                await StompStandIn.SayAsync(stream, Connected, Token);
                for (var i = 0; i < messages; i++)
                {
                    received.Add(await StompStandIn.HearAsync(stream, Token));
                    await StompStandIn.SayAsync(stream, answer(received[^1]), Token);
                }

                await WaitForEndAsync(stream);
            },
            Token);
        return received;
    }

    static async Task WaitForEndAsync(SslStream stream)
    {
        while (await stream.ReadAsync(new byte[1024], Token) > 0)
        {
            // The bot has not closed it yet.
        }
    }

    static string HeaderOf(string frame, string name) => frame.Split('\n').First(line => line.StartsWith(name + ":", StringComparison.Ordinal))[(name.Length + 1)..];

    static string BodyOf(string frame) => frame.Split("\n\n", 2)[1];

    static string Confirm(string frame) => $"RECEIPT\nreceipt-id:{HeaderOf(frame, "receipt")}\n\n\0";

    [Fact]
    public async Task Events_go_out_as_JSON_and_are_written_when_the_server_has_confirmed_all()
    {
        var serving = ServeAsync(2, Confirm);
        await using (var bot = Bot(""", "exchange": "/exchange/a:b" """)) await bot.RunAsync("""{ "source.ip": "192.0.2.1", "raw": "eA==", "comment": "ü" }""", """{ "comment": "second" }""");

        var frames = await serving;

        Assert.Equal(["""{"comment": "ü", "source.ip": "192.0.2.1"}""", """{"comment": "second"}"""], frames.Select(BodyOf));
        Assert.All(frames, static frame => Assert.StartsWith("SEND\ndestination:/exchange/a\\cb\ncontent-type:application/json\n", frame, StringComparison.Ordinal));
        Assert.Equal("43", HeaderOf(frames[0], "content-length"));
        Assert.Equal("true", HeaderOf(frames[0], "persistent"));
    }

    [Fact]
    public async Task A_single_field_goes_out_as_its_text()
    {
        var serving = ServeAsync(1, Confirm);
        await using (var bot = Bot(""", "single_key": "comment" """)) await bot.RunAsync("""{ "comment": "only this" }""");

        var frame = Assert.Single(await serving);
        Assert.Equal("only this", BodyOf(frame));
        Assert.Equal("text/plain", HeaderOf(frame, "content-type"));
    }

    [Fact]
    public async Task After_a_broken_connection_only_what_was_not_confirmed_is_sent_again()
    {
        await using var bot = Bot();
        var breaking = server.ServeAsync(
            async stream =>
            {
                await StompStandIn.HearAsync(stream, Token);
                await StompStandIn.SayAsync(stream, Connected, Token);
                await StompStandIn.SayAsync(stream, Confirm(await StompStandIn.HearAsync(stream, Token)), Token);
                await StompStandIn.HearAsync(stream, Token);
            },
            Token);

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "comment": "first" }""", """{ "comment": "second" }"""));
        await breaking;
        var serving = ServeAsync(2, Confirm);
        await bot.RunAsync("""{ "comment": "third" }""");
        await bot.DisposeAsync();

        Assert.Equal(["""{"comment": "second"}""", """{"comment": "third"}"""], (await serving).Select(BodyOf));
    }

    [Fact]
    public async Task A_message_that_the_server_refuses_is_an_error_of_that_message()
    {
        var serving = ServeAsync(1, static _ => "ERROR\nmessage:too large\n\nat most 1 byte\0");
        await using var bot = Bot();

        Assert.Contains("too large at most 1 byte", (await Assert.ThrowsAsync<InvalidOperationException>(() => bot.RunAsync("{}"))).Message, StringComparison.Ordinal);
        await serving;
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for()
    {
        await using var bot = Bot();
        server.Dispose();

        await Assert.ThrowsAsync<TransientException>(async () => await bot.StartAsync(Token));
    }

    [Fact]
    public async Task Missing_files_are_told_before_the_start()
    {
        await using var bot = BotHarness.For<StompOutput>("{}");

        Assert.Equal(["ssl_ca_certificate", "ssl_client_certificate", "ssl_client_certificate_key"], bot.Check().Select(static result => result.Parameter));
    }
}
