using System.Globalization;
using IntelMQ.Control.Checking;
using IntelMQ.Control.Hosting;
using IntelMQ.Control.Queues;
using IntelMQ.Redis.TestServer;
using IntelMQ.TestServers;

namespace IntelMQ.Control.Tests;

/// <summary>One botnet over the embedded broker, a Redis server and RabbitMQ.</summary>
public sealed class MixedBrokersTests : IAsyncLifetime
{
    const string Runtime = """
        col:
          group: Collector
          name: Files
          description: d
          module: intelmq.bots.collectors.file.collector_file
          parameters: {path: __DIRECTORY__/in/, postfix: .csv, rate_limit: 86400, destination_queues: {_default: [csv-queue]}}
        csv:
          group: Parser
          name: Csv
          description: d
          module: intelmq.bots.parsers.generic.parser_csv
          parameters:
            columns: [source.ip, time.source]
            default_fields: {classification.type: scanner}
            destination_queues: {_default: [dedup-queue]}
            destination_pipeline_broker: redis
            destination_pipeline_host: __SOCKET__
        dedup:
          group: Expert
          name: Deduplicator
          description: d
          module: intelmq.bots.experts.deduplicator.expert
          parameters:
            filter_keys: [source.ip]
            filter_type: whitelist
            destination_queues: {_default: [tax-queue]}
            source_pipeline_broker: redis
            source_pipeline_host: __SOCKET__
            destination_pipeline_broker: amqp
            destination_pipeline_port: __PORT__
        tax:
          group: Expert
          name: Taxonomy
          description: d
          module: intelmq.bots.experts.taxonomy.expert
          parameters: {pipeline_broker: amqp, source_pipeline_port: __PORT__, destination_pipeline_port: "__PORT__", destination_queues: {_default: [out-queue]}}
        out:
          group: Output
          name: File
          description: d
          module: intelmq.bots.outputs.file.output
          parameters: {file: __DIRECTORY__/events.txt, source_pipeline_broker: Amqp, source_pipeline_port: __PORT__}
        """;

    readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    RedisServerProcess _redis = null!;
    RabbitMqServer _rabbit = null!;
    TemporaryInstallation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        Assert.SkipUnless(RabbitMqServer.Missing is null, RabbitMqServer.Missing ?? "");
        _redis = await RedisServerProcess.StartAsync();
        _rabbit = await RabbitMqServer.StartAsync();
        _installation = new TemporaryInstallation(Runtime.Replace("__SOCKET__", _redis.SocketPath, StringComparison.Ordinal).Replace("__PORT__", _rabbit.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        Directory.CreateDirectory(_installation.File("in"));
        await File.WriteAllTextAsync(_installation.File("in/feed.csv"), "192.0.2.1,2026-11-20 10:00:00\n192.0.2.1,2026-11-20 10:00:00\n192.0.2.2,2026-11-20 10:00:00\n", _cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _installation?.Dispose();
        if (_redis is not null) await _redis.DisposeAsync();
        if (_rabbit is not null) await _rabbit.DisposeAsync();
    }

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(20, deadline.Token);
    }

    /// <summary>A server takes seconds to start, so that one story tells all.</summary>
    [Fact]
    public async Task Messages_go_over_all_three_brokers_and_their_queues_are_listed_cleared_and_checked_with_and_without_a_host()
    {
        await using (var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation))
        {
            await host.Host.StartAsync(["col", "csv", "dedup", "tax"], _cancellation);
            await UntilAsync(async () => (await host.Host.ListQueuesAsync(_cancellation)).Single(queue => queue.Queue == "out-queue").Waiting == 2);
            Assert.Equal(["csv-queue", "dedup-queue", "out-queue", "tax-queue"], (await host.Host.ListQueuesAsync(_cancellation)).Select(queue => queue.Queue));

            await host.Host.StartAsync(["out"], _cancellation);
            await UntilAsync(() => Task.FromResult(host.Botnet.Find("out")!.Status.Counters.Received == 2));
            var lines = await File.ReadAllLinesAsync(_installation.File("events.txt"), _cancellation);
            Assert.Equal(2, lines.Length);
            Assert.All(lines, line => Assert.Contains("\"classification.taxonomy\": \"information-gathering\"", line, StringComparison.Ordinal));

            await File.WriteAllTextAsync(_installation.File("in/more.csv"), "192.0.2.3,2026-11-20 10:00:00\n", _cancellation);
            await host.Host.StopAsync(["out"], _cancellation);
            await host.Host.StopAsync(["col"], _cancellation);
            await host.Host.StartAsync(["col"], _cancellation);
            await UntilAsync(async () => (await host.Host.ListQueuesAsync(_cancellation)).Single(queue => queue.Queue == "out-queue").Waiting == 1);
        }

        var control = new QueueControl(_installation.Configuration, _installation.Installation, new FakeGateway(null), new RecordingOutput());
        Assert.Equal(1, QueueControl.Flatten(await control.ListAsync(_cancellation))["out-queue"]);
        Assert.Equal(ClearResult.Success, await control.ClearAsync("out-queue", _cancellation));
        Assert.Equal(0, QueueControl.Flatten(await control.ListAsync(_cancellation))["out-queue"]);

        var there = await new InstallationCheck(_installation.Installation, new FakeGateway(null), new RecordingOutput()).RunAsync(withConnections: true, _cancellation);
        await _rabbit.KillAsync();
        var away = await new InstallationCheck(_installation.Installation, new FakeGateway(null), new RecordingOutput()).RunAsync(withConnections: true, _cancellation);
        Assert.Contains(there.Lines, line => line.Text.StartsWith($"The server at 127.0.0.1:{_rabbit.Port}, virtual host / is RabbitMQ ", StringComparison.Ordinal));
        Assert.Contains(away.Lines, line => line.Text.StartsWith($"Could not connect to pipeline: The AMQP server at 127.0.0.1:{_rabbit.Port}, virtual host / cannot be used", StringComparison.Ordinal));
    }
}
