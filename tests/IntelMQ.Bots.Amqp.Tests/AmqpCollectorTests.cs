using System.Globalization;
using System.Text;
using IntelMQ.Bots.Collectors.Amqp;
using IntelMQ.TestServers;
using RabbitMQ.Client;

namespace IntelMQ.Bots.Amqp.Tests;

public sealed class AmqpCollectorTests(SharedServer shared)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static BotHarness Bot(int port, string queue, string more = "") =>
        BotHarness.For<AmqpCollector>(string.Create(CultureInfo.InvariantCulture, $"{{ \"connection_port\": {port}, \"connection_attempts\": 1, \"queue_name\": \"{queue}\"{more} }}"));

    [Fact]
    public async Task Messages_become_reports_and_are_acknowledged_when_these_are_safe()
    {
        byte[][] sent = [Encoding.UTF8.GetBytes("first"), [], Encoding.UTF8.GetBytes("grüße 中文"), [0, 255, 254, 0]];
        await shared.PutAsync("reports", sent);
        await using (var bot = Bot(shared.Server.Port, "reports"))
        {
            var run = await bot.CollectAsync(most: 3, Token);

            Assert.Equal([sent[0], sent[2], sent[3]], run.On().Select(report => ((Report)report).RawBytes.ToArray()));
        }

        // Nobody has asked for more after the last one, so it is not known to be safe and waits for the next run.
        Assert.Equal([sent[3]], (await shared.TakeAsync("reports")).Select(message => message.Body.ToArray()));
    }

    [Fact]
    public async Task Reports_of_another_installation_keep_their_fields_and_all_else_is_data()
    {
        string[] sent =
        [
            """{ "__type": "Report", "feed.name": "Theirs", "raw": "eA==" }""", """{ "__type": "Event", "source.ip": "192.0.2.1" }""",
            """{ "__type": "Report", "no.such.field": 1 }""", "no JSON",
        ];
        await shared.PutAsync("expected", sent);
        await using var bot = Bot(shared.Server.Port, "expected", ", \"expect_intelmq_message\": true");

        var run = await bot.CollectAsync(most: 4, Token);

        Assert.Equal("Theirs", run.On()[0].Get("feed.name").Text);
        Assert.Equal(["x", .. sent[1..]], run.On().Select(report => ((Report)report).RawText));
    }

    [Fact]
    public async Task What_was_not_acknowledged_when_the_connection_broke_comes_again()
    {
        await shared.PutAsync("broken", "1", "2", "3");
        await using var proxy = new CuttingProxy(shared.Server.EndPoint);
        await using var bot = Bot(proxy.Port, "broken");
        await bot.StartAsync(Token);
        var texts = new List<string>();

        await Assert.ThrowsAsync<TransientException>(async () =>
        {
            await foreach (var report in Reports(bot))
            {
                texts.Add(report.RawText);
                if (texts.Count == 2) proxy.Cut();
            }
        });
        var again = new List<string>();
        while (!again.Contains("3")) again.AddRange((await bot.CollectAsync(most: 1, Token)).On().Select(report => ((Report)report).RawText).Concat((await shared.TakeAsync("broken")).Select(message => Encoding.UTF8.GetString(message.Body.Span))));

        // The third had come before the cut, and may be passed on before that is seen; the acknowledgement of the first may not have reached the server.
        Assert.Equal(["1", "2"], texts.Take(2));
        Assert.Equal(["2", "3"], again.TakeLast(2));
    }

    // As the host does it.
    static IAsyncEnumerable<Report> Reports(BotHarness bot) =>
        (IAsyncEnumerable<Report>)typeof(Collector).GetMethod("CollectAsync", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.Invoke(bot.Bot, [Token])!;

    [Fact]
    public async Task An_exchange_is_declared_where_one_is_named()
    {
        await shared.PutAsync("exchanged", "x");
        await using var bot = Bot(shared.Server.Port, "exchanged", ", \"exchange_name\": \"theirs\", \"exchange_type\": \"direct\"");

        await bot.CollectAsync(most: 1, Token);

        await using var connection = await shared.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await channel.ExchangeDeclareAsync("theirs", "direct", durable: true, cancellationToken: Token);
    }

    [Theory]
    [InlineData("\"username\": \"intelmq\", \"password\": \"wrong\"", "refuses the connection")]
    [InlineData("\"connection_vhost\": \"missing\"", "refuses the connection")]
    public async Task A_server_that_refuses_the_user_stops_the_bot(string parameters, string expected)
    {
        await using var bot = Bot(shared.Server.Port, "reports", ", " + parameters);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => bot.CollectAsync(cancellationToken: Token));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_and_a_queue_that_does_not_exist_are_tried_again_later()
    {
        await using var nobody = Bot(LoopbackPort.Free(), "reports");
        await using var bot = Bot(shared.Server.Port, "missing");

        await Assert.ThrowsAsync<TransientException>(() => nobody.CollectAsync(cancellationToken: Token));
        var error = await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token));

        Assert.Contains("'missing'", error.Message, StringComparison.Ordinal);
    }
}
