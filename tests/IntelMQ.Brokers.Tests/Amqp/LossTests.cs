using System.Diagnostics;
using System.Globalization;
using System.Text;
using IntelMQ.Amqp;
using IntelMQ.Brokers.Amqp;
using IntelMQ.Brokers.CrashProgram;
using IntelMQ.TestServers;

namespace IntelMQ.Brokers.Tests.Amqp;

/// <summary>What is lost and what comes twice when servers, networks and bots end without warning.</summary>
[Collection(SharedRabbitMq.Collection)]
public sealed class LossTests(SharedRabbitMq shared, ITestOutputHelper output)
{
    const int Messages = 10_000;

    static readonly string[] Queues = ["A", "B", "C"];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Task PauseAsync(int milliseconds) => Task.Delay(TimeSpan.FromMilliseconds(milliseconds), TimeProvider.System, Token);

    static NumberedPipeline PipelineOn(AmqpBrokerOptions options) => new(onNotice => new AmqpBroker(options with { OnNotice = onNotice }));

    [Theory]
    [InlineData(AmqpQueueType.Classic)]
    [InlineData(AmqpQueueType.Quorum)]
    public async Task A_server_that_is_killed_again_and_again_loses_nothing(AmqpQueueType type)
    {
        Assert.SkipUnless(RabbitMqServer.Missing is null, RabbitMqServer.Missing ?? "");
        await using var server = await RabbitMqServer.StartAsync();
        await using var pipeline = PipelineOn(SharedRabbitMq.OptionsFor(server.Port, type));
        await pipeline.StartAsync(Messages);
        for (var kill = 1; kill <= 2; kill++)
        {
            var enough = kill * Messages / 4;
            await Embedded.Eventually.IsTrueAsync(() => pipeline.Arrived > enough);
            await server.KillAsync();
            await server.StartAgainAsync();
        }

        await pipeline.EndAsync(Messages);
        await AssertNothingIsLostAsync(pipeline);
    }

    [Fact]
    public async Task A_network_that_is_cut_in_the_middle_of_batches_loses_and_doubles_nothing()
    {
        await using var proxy = new CuttingProxy((await shared.ServerAsync()).EndPoint);
        var options = SharedRabbitMq.OptionsFor(proxy.Port);
        await using (var pipeline = PipelineOn(options))
        {
            await pipeline.StartAsync(Messages);
            var random = new Random(7);
            while (proxy.Cuts < 60 && pipeline.Arrived < Messages)
            {
                var before = proxy.Cuts;
                if (random.Next(2) == 0) proxy.CutAfterRequestBytes(random.Next(1, 60_000));
                else proxy.CutBeforeNextAnswer();
                await Embedded.Eventually.IsTrueAsync(() => proxy.Cuts > before || pipeline.Arrived == Messages);
                await PauseAsync(random.Next(0, 100));
            }

            proxy.Mend();
            await pipeline.EndAsync(Messages);
            output.WriteLine($"{proxy.Cuts} cuts");
            Assert.True(proxy.Cuts >= 20, $"Only {proxy.Cuts} cuts");
            await AssertNothingIsLostAsync(pipeline);
            // One host reads each queue, and knows its messages again.
            Assert.Equal(0, pipeline.Doubled);
        }

        await SharedRabbitMq.DeleteAsync(options.Server with { Port = (await shared.ServerAsync()).Port }, Queues);
    }

    async Task AssertNothingIsLostAsync(NumberedPipeline pipeline)
    {
        output.WriteLine($"{pipeline.Arrived} arrived, {pipeline.Doubled} doubled; {pipeline.Notices.Count(notice => notice.Kind == BrokerNoticeKind.PossibleDuplicates)} commits were in doubt; " +
            $"{pipeline.Notices.Count(notice => notice.Kind == BrokerNoticeKind.ServerLost)} times lost");
        Assert.Equal(Messages, pipeline.Arrived);
        Assert.All(await pipeline.Broker.ListAsync(Token), queue => Assert.Equal(0, queue.Waiting));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_any_more_is_given_up_and_used_again_when_it_does()
    {
        Assert.SkipUnless(RabbitMqServer.Missing is null, RabbitMqServer.Missing ?? "");
        await using var server = await RabbitMqServer.StartAsync();
        var options = SharedRabbitMq.OptionsFor(server.Port);
        options = options with { Server = options.Server with { Heartbeat = TimeSpan.FromSeconds(1), ConnectTimeout = TimeSpan.FromSeconds(1) } };
        await using var broker = new AmqpBroker(options);
        await broker.DeclareAsync("A", QueueLimits.None, Token);
        await SendAsync(broker, "A", "1");
        await using var receiver = await broker.SubscribeAsync("A", Token);
        var first = (await receiver.ReceiveAsync(1, Token))[0];

        server.Freeze();
        var sending = SendAsync(broker, "A", "2", "3");
        await Embedded.Eventually.IsTrueAsync(() => broker.Obstacle is not null);
        server.Thaw();
        await sending;

        // The first is in hand still, and the second copies of the others are left out.
        var others = new List<Delivery> { await ReceiveOneAsync(receiver), await ReceiveOneAsync(receiver) };
        Assert.Equal(["2", "3"], others.Select(delivery => Encoding.UTF8.GetString(delivery.Body.Span)));
        var commit = new Commit { Source = receiver };
        foreach (var delivery in others.Prepend(first)) commit.Acknowledge(delivery.Tag);
        await broker.CommitAsync(commit, Token);
        var status = Assert.Single(await broker.ListAsync(Token));
        Assert.Equal((0, 0), (status.Waiting, status.Leased));
    }

    static async Task<Delivery> ReceiveOneAsync(IReceiver receiver)
    {
        while (true)
        {
            try
            {
                return (await receiver.ReceiveAsync(1, Token))[0];
            }
            catch (BrokerException)
            {
                // As the worker of a host, which tries again.
                Token.ThrowIfCancellationRequested();
            }
        }
    }

    static async Task SendAsync(AmqpBroker broker, string queue, params IEnumerable<string> messages)
    {
        var commit = new Commit();
        foreach (var message in messages) commit.Send(queue, Encoding.UTF8.GetBytes(message));
        await broker.CommitAsync(commit, Token);
    }

    [Fact]
    public async Task A_host_that_is_killed_again_and_again_loses_nothing_that_was_confirmed_and_doubles_only_what_it_had_in_hand()
    {
        var options = SharedRabbitMq.OptionsFor((await shared.ServerAsync()).Port);
        var directory = Directory.CreateTempSubdirectory("imq-amqp-");
        try
        {
            var confirmedPath = Path.Combine(directory.FullName, "confirmed");
            var sure = new List<(long From, long To)>();
            var random = new Random(4711);
            const int kills = 6;
            for (var kill = 0; kill < kills; kill++) sure.Add(await RunAndKillAsync(confirmedPath, options.Server.Port, TimeSpan.FromMilliseconds(random.Next(500, 1500))));

            var seen = await FindAsync(options.Server);
            var missing = sure.Sum(range => Enumerable.Range((int)range.From, (int)(range.To - range.From)).Count(number => !seen.ContainsKey(number)));
            var doubled = seen.Count(pair => pair.Value > 1);
            output.WriteLine($"{kills} kills, {seen.Count} messages found, {sure.Sum(range => range.To - range.From)} confirmed, {missing} of them missing, {doubled} doubled");
            Assert.True(seen.Count > 0);
            Assert.Equal(0, missing);
            // Three workers may have sent a batch on and not acknowledged it, each time.
            Assert.InRange(doubled, 0, kills * 3 * 40);
        }
        finally
        {
            directory.Delete(recursive: true);
            await SharedRabbitMq.DeleteAsync(options.Server, Queues);
        }
    }

    /// <returns>How often each message is there.</returns>
    static async Task<Dictionary<long, int>> FindAsync(AmqpOptions server)
    {
        await using var connection = await AmqpConnector.OpenAsync(server, Token);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Token);
        var seen = new Dictionary<long, int>();
        foreach (var queue in Queues)
        {
            // What the killed host had is given back when the server has noticed its end.
            while (await channel.ConsumerCountAsync(queue, Token) > 0) await PauseAsync(10);
            while (await channel.BasicGetAsync(queue, autoAck: true, Token) is { } message)
            {
                var number = Pipeline.NumberOf(message.Body);
                seen[number] = seen.GetValueOrDefault(number) + 1;
            }
        }

        return seen;
    }

    /// <returns>The numbers that were confirmed in this life.</returns>
    static async Task<(long From, long To)> RunAndKillAsync(string confirmedPath, int port, TimeSpan life)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "IntelMQ.Brokers.CrashProgram.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, "amqp", confirmedPath, port.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true })!;
        Assert.Equal("running", await process.StandardOutput.ReadLineAsync(Token));
        long from;
        using (var map = Pipeline.MapConfirmed(confirmedPath)) from = map.ReadInt64(16);
        await Task.Delay(life, TimeProvider.System, Token);
        process.Kill();
        await process.WaitForExitAsync(Token);
        using var after = Pipeline.MapConfirmed(confirmedPath);
        var range = (from, Math.Max(from, after.ReadInt64(0)));
        // The next life begins after the last number begun.
        after.Write(0, after.ReadInt64(8));
        after.Write(16, after.ReadInt64(8));
        return range;
    }
}
