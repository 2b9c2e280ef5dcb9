using System.Diagnostics;
using System.Globalization;
using System.Text;
using IntelMQ.Amqp;
using IntelMQ.Brokers.Amqp;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Tests.Amqp;

/// <summary>What is in the server, and that bots of the original can be neighbours.</summary>
[Collection(SharedRabbitMq.Collection)]
public sealed class AmqpWireTests(SharedRabbitMq shared) : IAsyncLifetime
{
    static readonly string[] Queues = ["in", "middle", "out"];

    readonly List<BrokerNotice> _notices = [];
    AmqpBrokerOptions _options = null!;
    AmqpBroker _broker = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _options = SharedRabbitMq.OptionsFor((await shared.ServerAsync()).Port);
        _broker = new AmqpBroker(_options with { OnNotice = Note });
        foreach (var queue in Queues) await _broker.DeclareAsync(queue, QueueLimits.None, Token);
    }

    void Note(BrokerNotice notice)
    {
        lock (_notices) _notices.Add(notice);
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is null) return;
        await _broker.DisposeAsync();
        await SharedRabbitMq.DeleteAsync(_options.Server, Queues);
    }

    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    static readonly byte[][] Awkward =
    [
        Bytes("""{"feed.name": "Beispiel", "source.ip": "192.0.2.1", "extra": "{\"a\": [1, 2.5, null, true]}", "__type": "Event"}"""),
        Bytes("grüße 中文 😀 ohne Escapes\r\n\t"),
        [0, 1, 2, 0, 255, 254, 13, 10, 0],
        new byte[3_000_000],
        [],
        Bytes("{}"),
    ];

    async Task SendAsync(string queue, params IEnumerable<byte[]> bodies)
    {
        var commit = new Commit();
        foreach (var body in bodies) commit.Send(queue, body);
        await _broker.CommitAsync(commit, Token);
    }

    async Task<IChannel> ChannelAsync(IConnection connection) => await connection.CreateChannelAsync(cancellationToken: Token);

    [Fact]
    public async Task A_message_lies_in_the_queue_of_its_name_persistent_and_with_a_number_of_its_own()
    {
        await SendAsync("in", Bytes("1"), Bytes("2"));
        await using var connection = await AmqpConnector.OpenAsync(_options.Server, Token);
        await using var channel = await ChannelAsync(connection);

        // As the original declares it: another declaration would be refused.
        var declared = await channel.QueueDeclareAsync("in", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-mode"] = "lazy" }, cancellationToken: Token);
        var first = (await channel.BasicGetAsync("in", autoAck: true, Token))!;
        var second = (await channel.BasicGetAsync("in", autoAck: true, Token))!;

        Assert.Equal(2u, declared.MessageCount);
        Assert.Equal(["1", "2"], [Encoding.UTF8.GetString(first.Body.Span), Encoding.UTF8.GetString(second.Body.Span)]);
        Assert.Equal(DeliveryModes.Persistent, first.BasicProperties.DeliveryMode);
        Assert.Null(first.BasicProperties.Headers);
        Assert.NotEqual(first.BasicProperties.MessageId, second.BasicProperties.MessageId);
    }

    [Fact]
    public async Task A_queue_that_exists_is_used_as_it_is()
    {
        await using var connection = await AmqpConnector.OpenAsync(_options.Server, Token);
        await using var channel = await ChannelAsync(connection);
        await channel.QueueDeclareAsync("middle", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: Token);

        await SendAsync("middle", Bytes("x"));

        await using var receiver = await _broker.SubscribeAsync("middle", Token);
        Assert.Single(await receiver.ReceiveAsync(1, Token));
    }

    [Fact]
    public async Task A_queue_that_is_deleted_under_a_bot_is_made_again_and_nothing_sent_is_lost()
    {
        await SendAsync("in", Bytes("before"));
        await using var receiver = await _broker.SubscribeAsync("in", Token);
        await receiver.ReceiveAsync(1, Token);
        await SharedRabbitMq.DeleteAsync(_options.Server, "in");

        await SendAsync("in", Bytes("after"));

        Assert.Equal("after", Encoding.UTF8.GetString((await receiver.ReceiveAsync(1, Token))[0].Body.Span));
    }

    [Fact]
    public async Task With_an_exchange_messages_go_where_it_leads_and_wait_while_it_leads_nowhere()
    {
        await using var connection = await AmqpConnector.OpenAsync(_options.Server, Token);
        await using var channel = await ChannelAsync(connection);
        await channel.ExchangeDeclareAsync("pipeline", "direct", cancellationToken: Token);
        await using var broker = new AmqpBroker(_options with { Exchange = "pipeline", OnNotice = Note });
        await broker.DeclareAsync("in", QueueLimits.None, Token);
        var commit = new Commit();
        commit.Send("in", Bytes("x"));

        var sending = broker.CommitAsync(commit, Token).AsTask();
        await Embedded.Eventually.IsTrueAsync(() => broker.Obstacle?.Contains("bind the queue", StringComparison.Ordinal) == true);
        await channel.QueueDeclareAsync("in", durable: true, exclusive: false, autoDelete: false, cancellationToken: Token);
        await channel.QueueBindAsync("in", "pipeline", "in", cancellationToken: Token);
        await sending;

        Assert.Equal(1u, await channel.MessageCountAsync("in", Token));
        Assert.Null(broker.Obstacle);
        await channel.ExchangeDeleteAsync("pipeline", cancellationToken: Token);
    }

    [Fact]
    public async Task A_server_that_refuses_messages_lets_senders_wait()
    {
        await using var connection = await AmqpConnector.OpenAsync(_options.Server, Token);
        await using var channel = await ChannelAsync(connection);
        await channel.QueueDeclareAsync("in", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" }, cancellationToken: Token);

        var sending = SendAsync("in", Bytes("1"), Bytes("2"), Bytes("3"));
        await Embedded.Eventually.IsTrueAsync(() => _broker.Obstacle?.Contains("refuses messages", StringComparison.Ordinal) == true);
        await using var receiver = await _broker.SubscribeAsync("in", Token);
        var received = new List<string>();
        while (received.Count < 3)
        {
            var batch = await receiver.ReceiveAsync(1, Token);
            received.AddRange(batch.Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span)));
            var commit = new Commit { Source = receiver };
            foreach (var delivery in batch) commit.Acknowledge(delivery.Tag);
            await _broker.CommitAsync(commit, Token);
        }

        await sending;
        Assert.Equal(["1", "2", "3"], received.Order(StringComparer.Ordinal));
        Assert.Null(_broker.Obstacle);
    }

    [Fact]
    public async Task A_queue_of_large_messages_is_not_sent_ahead_as_a_whole()
    {
        await using var broker = new AmqpBroker(_options with { MostBytesAhead = 1 << 20 });
        await broker.DeclareAsync("in", QueueLimits.None, Token);
        await SendAsync("in", Enumerable.Repeat(new byte[100_000], 200));
        await using var receiver = await broker.SubscribeAsync("in", Token);

        // The first window is a guess; the ones after it know the size.
        for (var taken = 0; taken < 100;)
        {
            var commit = new Commit { Source = receiver };
            foreach (var delivery in await receiver.ReceiveAsync(10, Token))
            {
                commit.Acknowledge(delivery.Tag);
                taken++;
            }

            await broker.CommitAsync(commit, Token);
        }

        await using var connection = await AmqpConnector.OpenAsync(_options.Server, Token);
        await using var channel = await ChannelAsync(connection);
        Assert.InRange(await channel.MessageCountAsync("in", Token), 50u, 100u);
    }

    [Fact]
    public async Task The_report_says_which_server_answers_and_a_refused_user_is_an_error()
    {
        var report = await _broker.InspectAsync(Token);
        await using var stranger = new AmqpBroker(_options with { Server = _options.Server with { Username = "me", Password = "wrong" }, Patience = TimeSpan.FromMilliseconds(500) });
        var error = await Assert.ThrowsAsync<BrokerException>(() => stranger.InspectAsync(Token).AsTask());

        Assert.Contains($"127.0.0.1:{_options.Server.Port}, virtual host / is RabbitMQ 3.", report.Summary, StringComparison.Ordinal);
        Assert.Empty(report.Warnings);
        Assert.Contains("refuses the connection", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Between_two_bots_of_the_original_every_byte_arrives_as_it_was_sent()
    {
        var files = Directory.CreateTempSubdirectory("imq-wire-");
        try
        {
            for (var i = 0; i < Awkward.Length; i++) await File.WriteAllBytesAsync(Path.Combine(files.FullName, $"sent-{i}"), Awkward[i], Token);
            var count = Awkward.Length.ToString(CultureInfo.InvariantCulture);

            // Collector of the original, our bot, a bot of the original, our output.
            var collector = await RunPythonAsync("send", files.FullName, "in", count);
            await MoveAsync("in", "middle", Awkward.Length);
            var expert = await RunPythonAsync("pass-on", files.FullName, "middle", "out", count);
            await using var output = await _broker.SubscribeAsync("out", Token);
            var arrived = new List<byte[]>();
            while (arrived.Count < Awkward.Length) arrived.AddRange((await output.ReceiveAsync(10, Token)).Select(delivery => delivery.Body.ToArray()));

            Assert.Equal(("", ""), (collector, expert));
            Assert.Equal(Awkward, arrived);
            for (var i = 0; i < Awkward.Length; i++) Assert.Equal(Awkward[i], await File.ReadAllBytesAsync(Path.Combine(files.FullName, $"seen-{i}"), Token));
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task A_bot_of_the_original_that_is_ended_with_a_message_in_hand_leaves_it_to_ours_and_ours_to_it()
    {
        var files = Directory.CreateTempSubdirectory("imq-wire-");
        try
        {
            await SendAsync("in", Bytes("1"), Bytes("2"), Bytes("3"));
            Assert.Equal("", await RunPythonAsync("take-and-die", files.FullName, "in"));

            await using (var receiver = await _broker.SubscribeAsync("in", Token))
            {
                Assert.Equal("1", Encoding.UTF8.GetString(Assert.Single(await receiver.ReceiveAsync(1, Token)).Body.Span));
                // Ours ends with the message in hand too.
            }

            Assert.Equal("", await RunPythonAsync("pass-on", files.FullName, "in", "out", "3"));
            await using var output = await _broker.SubscribeAsync("out", Token);
            var arrived = new List<string>();
            while (arrived.Count < 3) arrived.AddRange((await output.ReceiveAsync(10, Token)).Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span)));
            Assert.Equal(["1", "2", "3"], arrived);
        }
        finally
        {
            files.Delete(recursive: true);
        }
    }

    async Task MoveAsync(string from, string to, int count)
    {
        await using var receiver = await _broker.SubscribeAsync(from, Token);
        for (var moved = 0; moved < count;)
        {
            var commit = new Commit { Source = receiver };
            foreach (var delivery in await receiver.ReceiveAsync(3, Token))
            {
                commit.Send(to, delivery.Body);
                commit.Acknowledge(delivery.Tag);
                moved++;
            }

            await _broker.CommitAsync(commit, Token);
        }
    }

    /// <returns>What it said on its error output; nothing when all went well.</returns>
    async Task<string> RunPythonAsync(string what, params string[] arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Amqp", "original_amqp_bot.py");
        var start = new ProcessStartInfo("/usr/bin/python3", [script, _options.Server.Port.ToString(CultureInfo.InvariantCulture), what, .. arguments]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var errors = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        return errors;
    }
}
