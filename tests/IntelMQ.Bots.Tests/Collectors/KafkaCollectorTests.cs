using IntelMQ.Bots.Collectors.Kafka;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>Against a stand-in for a cluster.</summary>
public sealed class KafkaCollectorTests : IDisposable
{
    const string Topic = "events";

    readonly KafkaMockCluster cluster = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    Dictionary<string, object?> Parameters => new() { ["bootstrap_servers"] = cluster.Servers, ["topic"] = Topic };

    static IEnumerable<string> Raw(BotRun run) => run.On().Select(static report => ((Report)report).RawText);

    [Fact]
    public async Task Messages_become_reports_and_a_run_ends_when_all_are_read()
    {
        await cluster.SendAsync(Topic, "one", "ü", null, "three");
        await using var bot = BotHarness.For<KafkaCollector>(Parameters);

        Assert.Equal(["one", "ü", "three"], Raw(await bot.CollectAsync(cancellationToken: Token)));

        await cluster.SendAsync(Topic, "four");
        // A run may be over before the cluster hands the message out; then it comes with the next.
        BotRun run;
        do run = await bot.CollectAsync(cancellationToken: Token);
        while (run.Sent.Count == 0);
        Assert.Equal(["four"], Raw(run));
        await bot.RestartAsync(Token);
        Assert.Equal(5, cluster.OffsetOf("test", Topic));
    }

    [Fact]
    public async Task A_message_whose_report_did_not_become_safe_comes_again()
    {
        await cluster.SendAsync(Topic, "one", "two", "three");
        await using var bot = BotHarness.For<KafkaCollector>(Parameters);

        // The run is left with its second report.
        Assert.Equal(["one", "two"], Raw(await bot.CollectAsync(most: 2, Token)));
        Assert.Equal(1, cluster.OffsetOf("test", Topic));
        Assert.Equal(["two", "three"], Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_waited_for_and_a_wrong_file_is_not()
    {
        await using var absent = BotHarness.For<KafkaCollector>(new Dictionary<string, object?>(Parameters) { ["bootstrap_servers"] = $"127.0.0.1:{LoopbackPort.Free()}" });
        await Assert.ThrowsAsync<TransientException>(() => absent.CollectAsync(cancellationToken: Token));

        await using var wrong = BotHarness.For<KafkaCollector>(new Dictionary<string, object?>(Parameters) { ["ssl_cafile"] = "/nowhere.pem" });
        await Assert.ThrowsAsync<ConfigurationException>(() => wrong.CollectAsync(cancellationToken: Token));
        Assert.Equal(["ssl_cafile"], wrong.Check().Select(result => result.Parameter));
    }

    [Fact]
    public async Task Topic_and_servers_are_needed()
    {
        await using var bot = BotHarness.For<KafkaCollector>("""{ "topic": [], "bootstrap_servers": "" }""");

        Assert.Equal(["topic", "bootstrap_servers"], bot.Check().Select(result => result.Parameter));
    }

    [Fact]
    public async Task The_bot_stands_wrong_parameters_garbage_cancellation_and_restarts() =>
        Assert.Empty(await BotConformance.CheckAsync(typeof(KafkaCollector).Assembly, "intelmq.bots.collectors.kafka.collector", Parameters));

    public void Dispose() => cluster.Dispose();
}
