using IntelMQ.Control.Checking;
using IntelMQ.Control.Hosting;
using IntelMQ.Control.Queues;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Control.Tests;

/// <summary>One botnet over the embedded broker and a Redis server.</summary>
public sealed class RedisHostTests : IAsyncLifetime
{
    const string Runtime = """
        global:
          redis_cache_host: __SOCKET__
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
            destination_queues: {_default: [out-queue]}
            pipeline_broker: redis
            source_pipeline_host: __SOCKET__
            destination_pipeline_host: __SOCKET__
        out:
          group: Output
          name: File
          description: d
          module: intelmq.bots.outputs.file.output
          parameters: {file: __DIRECTORY__/events.txt, source_pipeline_broker: Redis, source_pipeline_host: __SOCKET__}
        """;

    readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;
    RedisServerProcess _server = null!;
    TemporaryInstallation _installation = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        _server = await RedisServerProcess.StartAsync();
        _installation = new TemporaryInstallation(Runtime.Replace("__SOCKET__", _server.SocketPath, StringComparison.Ordinal));
        Directory.CreateDirectory(_installation.File("in"));
        await File.WriteAllTextAsync(_installation.File("in/feed.csv"), "192.0.2.1,2026-11-20 10:00:00\n192.0.2.1,2026-11-20 10:00:00\n192.0.2.2,2026-11-20 10:00:00\n", _cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _installation?.Dispose();
        if (_server is not null) await _server.DisposeAsync();
    }

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(20, deadline.Token);
    }

    [Fact]
    public async Task Messages_go_from_the_embedded_broker_over_the_server_into_a_file()
    {
        await using var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation);

        await host.Host.StartAsync(null, _cancellation);
        await UntilAsync(() => Task.FromResult(host.Botnet.Find("out")!.Status.Counters.Received == 2));

        Assert.Equal(2, (await File.ReadAllLinesAsync(_installation.File("events.txt"), _cancellation)).Length);
        var queues = (await host.Host.ListQueuesAsync(_cancellation)).Select(queue => queue.Queue);
        Assert.Equal(["csv-queue", "dedup-queue", "out-queue"], queues);
        Assert.Equal(2, await CachedAsync());
    }

    /// <summary>The deduplicator remembers in database 6, as the original's does.</summary>
    async Task<long> CachedAsync()
    {
        await using var connection = await IntelMQ.Redis.RedisConnection.OpenAsync(_server.Options with { Database = 6 }, _cancellation);
        await UntilAsync(async () => (await connection.ExecuteAsync("DBSIZE")).AsInteger() == 2);
        var key = (await connection.ExecuteAsync("RANDOMKEY")).AsText()!;
        Assert.Equal("hash", (await connection.ExecuteAsync("GET", key)).AsText());
        Assert.InRange((await connection.ExecuteAsync("TTL", key)).AsInteger(), 80000, 86400);
        return (await connection.ExecuteAsync("DBSIZE")).AsInteger();
    }

    [Fact]
    public async Task What_lies_in_the_server_has_the_form_of_the_original_and_is_listed_and_cleared_with_and_without_a_host()
    {
        await using (var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation))
        {
            await host.Host.StartAsync(["col", "csv"], _cancellation);
            await UntilAsync(async () => (await _server.RunAsync("LLEN", "dedup-queue")).AsInteger() == 3);
            var message = (await _server.ListAsync("dedup-queue"))[2];
            Assert.StartsWith("{\"", message, StringComparison.Ordinal);
            Assert.EndsWith("\"__type\": \"Event\"}", message, StringComparison.Ordinal);
            Assert.Contains("\"source.ip\": \"192.0.2.1\"", message, StringComparison.Ordinal);
            Assert.Equal(3, (await host.Host.ListQueuesAsync(_cancellation)).Single(queue => queue.Queue == "dedup-queue").Waiting);
        }

        await _server.RunAsync("LPUSH", "dedup-queue-internal", "in hand");
        var output = new RecordingOutput();
        var control = new QueueControl(_installation.Configuration, _installation.Installation, new FakeGateway(null), output);
        var listed = QueueControl.Flatten(await control.ListAsync(_cancellation));
        Assert.Equal((3, 1), (listed["dedup-queue"], listed["dedup-queue-internal"]));

        Assert.Equal(ClearResult.Success, await control.ClearAsync("dedup-queue", _cancellation));
        Assert.Equal(0, (await _server.RunAsync("LLEN", "dedup-queue")).AsInteger());
        Assert.Equal(1, (await _server.RunAsync("LLEN", "dedup-queue-internal")).AsInteger());
    }

    [Fact]
    public async Task The_check_describes_the_server_and_says_when_it_cannot_be_reached()
    {
        var there = await new InstallationCheck(_installation.Installation, new FakeGateway(null), new RecordingOutput()).RunAsync(withConnections: true, _cancellation);
        await _server.KillAsync();
        var away = await new InstallationCheck(_installation.Installation, new FakeGateway(null), new RecordingOutput()).RunAsync(withConnections: true, _cancellation);

        Assert.Contains(there.Lines, line => line.Text.StartsWith($"The server at {_server.SocketPath}, database 2 is ", StringComparison.Ordinal));
        Assert.Contains(away.Lines, line => line.Text.StartsWith($"Could not connect to pipeline: The Redis server at {_server.SocketPath}, database 2 cannot be used", StringComparison.Ordinal));
        Assert.True(away.HasProblems);
    }
}
