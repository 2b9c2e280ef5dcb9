using IntelMQ.Control.Hosting;
using IntelMQ.Control.Queues;
using IntelMQ.Host.Running;

namespace IntelMQ.Control.Tests;

public sealed class HostProcessTests : IDisposable
{
    const string Runtime = """
        col:
          group: Collector
          name: Files
          description: d
          enabled: true
          run_mode: continuous
          module: intelmq.bots.collectors.file.collector_file
          parameters: {path: __DIRECTORY__/in/, postfix: .csv, rate_limit: 86400, destination_queues: {_default: [csv-queue]}}
        csv:
          group: Parser
          name: Csv
          description: d
          enabled: true
          run_mode: continuous
          module: intelmq.bots.parsers.generic.parser_csv
          parameters: {columns: [source.ip, time.source], default_fields: {classification.type: scanner}, destination_queues: {_default: [out-queue]}}
        out:
          group: Output
          name: File
          description: d
          enabled: true
          run_mode: continuous
          module: intelmq.bots.outputs.file.output
          parameters: {file: __DIRECTORY__/events.txt}
        """;

    readonly TemporaryInstallation _installation = new(Runtime);
    readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public HostProcessTests()
    {
        Directory.CreateDirectory(_installation.File("in"));
        File.WriteAllText(_installation.File("in/feed.csv"), "192.0.2.1,2026-11-20 10:00:00\n192.0.2.2,2026-11-20 10:00:00\nno address,never\n");
    }

    public void Dispose() => _installation.Dispose();

    static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await condition()) await Task.Delay(20, deadline.Token);
    }

    [Fact]
    public async Task A_host_that_cannot_listen_says_why_and_leaves_the_store_to_the_next_one()
    {
        var socket = _installation.Installation.Paths.HostSocket;
        Directory.CreateDirectory(socket);

        var error = await Assert.ThrowsAsync<ControlException>(() => HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation));
        Assert.Contains(socket, error.Message, StringComparison.Ordinal);

        Directory.Delete(socket);
        await using var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation);
        Assert.True(File.Exists(socket));
    }

    [Fact]
    public async Task The_log_says_that_the_host_before_did_not_stop_in_order()
    {
        var paths = _installation.Installation.Paths;
        Directory.CreateDirectory(paths.RunDirectory);
        await File.WriteAllTextAsync(paths.HostPidFile, "4711", _cancellation);

        for (var i = 0; i < 2; i++) await using (await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation)) { }

        var lines = await File.ReadAllLinesAsync(Path.Combine(paths.LogDirectory, $"{HostFiles.LogName}.log"), _cancellation);
        Assert.Contains("(process 4711) did not stop in order", Assert.Single(lines, line => line.Contains("did not stop", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_goes_through_the_pipeline_into_a_file()
    {
        await using var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation);
        await host.Host.StartAsync(null, _cancellation);
        await UntilAsync(() => Task.FromResult(host.Botnet.Find("out")!.Status.Counters.Received == 2));

        var lines = await File.ReadAllLinesAsync(_installation.File("events.txt"), _cancellation);

        Assert.Equal(2, lines.Length);
        Assert.Contains("\"source.ip\": \"192.0.2.1\"", lines[0], StringComparison.Ordinal);
        Assert.Contains("\"feed.name\": \"Files\"", lines[0], StringComparison.Ordinal);
        Assert.Equal(1, host.Botnet.Find("csv")!.Status.Counters.Failed);
    }

    [Fact]
    public async Task Another_host_is_refused_with_the_process_of_the_running_one()
    {
        await using var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation);

        var refused = await Assert.ThrowsAsync<HostRunsAlreadyException>(() => HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation));

        Assert.Equal(Environment.ProcessId, refused.ProcessId);
        Assert.Equal(Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), await File.ReadAllTextAsync(_installation.Paths.HostPidFile, _cancellation));
    }

    [Fact]
    public async Task What_waits_in_queues_is_seen_and_cleared_without_a_host()
    {
        await using (var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation))
        {
            await host.Host.StartAsync(["col"], _cancellation);
            await UntilAsync(async () => (await host.Host.ListQueuesAsync(_cancellation)).Any(q => q.Waiting == 1));
        }

        var output = new RecordingOutput();
        var control = new QueueControl(_installation.Configuration, _installation.Installation, new FakeGateway(null), output);
        control.Tell(await control.ListAsync(_cancellation), nonZero: true, sum: false);
        Assert.Equal(ClearResult.Success, await control.ClearAsync("csv-queue", _cancellation));
        control.Tell(await control.ListAsync(_cancellation), nonZero: true, sum: false);

        Assert.Equal(["csv-queue - 1", "Clearing queue csv-queue.", "Successfully cleared queue csv-queue."], output.Lines);
        Assert.False(File.Exists(_installation.Paths.HostSocket));
    }

    [Fact]
    public async Task Starting_a_bot_takes_the_configuration_as_it_is_then()
    {
        await using var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation);
        _installation.WriteRuntime(Runtime + "\nlate:\n  group: Output\n  module: intelmq.bots.outputs.blackhole.output\n  parameters: {source_queue: out-queue}\n");

        await host.Host.StartAsync(["late"], _cancellation);

        Assert.Equal(BotState.Running, host.Botnet.Find("late")!.Status.State);
    }

    [Fact]
    public async Task A_bot_that_cannot_start_says_why_and_the_others_run()
    {
        _installation.WriteRuntime(Runtime.Replace("parser_csv", "parser_cvs", StringComparison.Ordinal));
        await using var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation);

        await host.Host.StartAsync(null, _cancellation);

        var status = host.Botnet.Find("csv")!.Status;
        Assert.Equal(BotState.Failed, status.State);
        Assert.Contains("intelmq.bots.parsers.generic.parser_csv", status.Reason, StringComparison.Ordinal);
        Assert.Equal(BotState.Running, host.Botnet.Find("out")!.Status.State);
    }

    [Fact]
    public async Task A_configuration_that_cannot_be_read_changes_nothing()
    {
        await using var host = await HostProcess.OpenAsync(_installation.Installation, new HostOptions(), _cancellation);
        await host.Host.StartAsync(["out"], _cancellation);
        _installation.WriteRuntime("out: [");

        await Assert.ThrowsAsync<ControlException>(() => host.Host.ReloadAsync(null, _cancellation));
        await host.ReloadAsync(_cancellation);

        Assert.Equal(BotState.Running, host.Botnet.Find("out")!.Status.State);
    }
}
