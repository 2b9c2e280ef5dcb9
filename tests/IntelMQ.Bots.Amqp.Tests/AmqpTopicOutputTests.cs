using System.Globalization;
using System.Text;
using IntelMQ.Bots.Outputs.AmqpTopic;
using IntelMQ.TestServers;
using RabbitMQ.Client;

namespace IntelMQ.Bots.Amqp.Tests;

public sealed class AmqpTopicOutputTests(SharedServer shared)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static BotHarness Bot(int port, string more) =>
        BotHarness.For<AmqpTopicOutput>(string.Create(CultureInfo.InvariantCulture, $"{{ \"connection_port\": {port}, \"connection_attempts\": 1, {more} }}"));

    static string Text(BasicGetResult message) => Encoding.UTF8.GetString(message.Body.Span);

    [Fact]
    public async Task Messages_go_to_the_queue_that_the_routing_key_names_and_survive_a_restart_of_the_server()
    {
        await shared.PutAsync("events", Array.Empty<byte[]>());
        await using var bot = Bot(shared.Server.Port, "\"routing_key\": \"events\"");

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "comment": "grüße 中文 \u0000", "raw": "eA==" }""", """{ "source.port": 1, "extra.tag": "x" }""");

        var messages = await shared.TakeAsync("events");
        Assert.Equal(["""{"comment": "grüße 中文 \u0000", "source.ip": "192.0.2.1"}""", """{"extra.tag": "x", "source.port": 1}"""], messages.Select(Text));
        Assert.All(messages, message => Assert.Equal(("application/json", DeliveryModes.Persistent), (message.BasicProperties.ContentType, message.BasicProperties.DeliveryMode)));
        Assert.Null(messages[0].BasicProperties.Headers);
    }

    [Fact]
    public async Task The_form_of_messages_and_their_routing_key_follow_the_parameters()
    {
        await using var connection = await shared.ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        await using var bot = Bot(shared.Server.Port, """
            "exchange_name": "topics", "routing_key": "{ev[feed.name]}.{ev[source.asn]}", "format_routing_key": true, "content_type": "text/plain", "delivery_mode": 1,
            "message_hierarchical_output": true, "message_with_type": true, "keep_raw_field": true
            """);
        await bot.StartAsync(Token);
        await channel.QueueDeclareAsync("bound", durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        await channel.QueueBindAsync("bound", "topics", "Feed.*", cancellationToken: Token);

        await bot.RunAsync("""{ "feed.name": "Feed", "source.asn": 64496, "raw": "eA==" }""", """{ "feed.name": "Feed" }""");

        var messages = await shared.TakeAsync("bound");
        Assert.Equal(["""{"__type": "Event", "feed": {"name": "Feed"}, "raw": "eA==", "source": {"asn": 64496}}""", """{"__type": "Event", "feed": {"name": "Feed"}}"""], messages.Select(Text));
        Assert.Equal(["Feed.64496", "Feed.None"], messages.Select(message => message.RoutingKey));
        Assert.All(messages, message => Assert.Equal(("text/plain", DeliveryModes.Transient), (message.BasicProperties.ContentType, message.BasicProperties.DeliveryMode)));
    }

    [Theory]
    [InlineData("\"routing_key\": \"no-queue\"")]
    [InlineData("\"exchange_name\": \"topics\", \"routing_key\": \"not.bound\"")]
    public async Task A_message_that_belongs_in_no_queue_stops_the_bot(string parameters)
    {
        await using var bot = Bot(shared.Server.Port, parameters);

        var error = await Assert.ThrowsAsync<ConfigurationException>(() => bot.RunAsync("{ \"source.port\": 1 }"));

        Assert.Contains("to no queue", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_confirmation_it_is_only_logged_and_the_others_arrive()
    {
        await shared.PutAsync("unconfirmed", Array.Empty<byte[]>());
        await using var bot = Bot(shared.Server.Port, "\"require_confirmation\": false, \"routing_key\": \"{ev[feed.name]}\", \"format_routing_key\": true");

        var run = await bot.RunAsync("""{ "feed.name": "unconfirmed" }""", """{ "feed.name": "no-queue" }""");

        Assert.Single(await shared.TakeAsync("unconfirmed"));
        Assert.Contains(run.Log, line => line.Message.Contains("no-queue", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_not_confirmed_when_the_connection_broke_is_published_again()
    {
        await shared.PutAsync("cut", Array.Empty<byte[]>());
        await using var proxy = new CuttingProxy(shared.Server.EndPoint);
        await using var bot = Bot(proxy.Port, "\"routing_key\": \"cut\"");
        await bot.StartAsync(Token);
        proxy.CutAfterRequestBytes(10);

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
        Assert.Empty(await shared.TakeAsync("cut"));
        proxy.Mend();
        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Equal(["""{"source.port": 1}""", """{"source.port": 2}"""], (await shared.TakeAsync("cut")).Select(Text));
    }

    [Fact]
    public async Task A_server_that_cannot_be_reached_is_tried_again_and_a_wrong_password_stops_the_bot()
    {
        await using var nobody = Bot(LoopbackPort.Free(), "\"routing_key\": \"events\"");
        await using var stranger = Bot(shared.Server.Port, "\"routing_key\": \"events\", \"username\": \"me\", \"password\": \"wrong\"");

        await Assert.ThrowsAsync<TransientException>(() => nobody.StartAsync(Token).AsTask());
        await Assert.ThrowsAsync<ConfigurationException>(() => stranger.StartAsync(Token).AsTask());
    }

    [Theory]
    [InlineData("\"routing_key\": \"{ev[source.ip}\", \"format_routing_key\": true", "routing_key")]
    [InlineData("\"routing_key\": \"\"", "routing_key")]
    public void Wrong_parameters_are_told_before_the_bot_starts(string parameters, string expected) =>
        Assert.Equal(expected, Assert.Single(Bot(1, parameters).Check()).Parameter);
}
