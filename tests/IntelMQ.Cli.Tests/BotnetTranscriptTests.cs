using System.Diagnostics;

namespace IntelMQ.Cli.Tests;

public sealed class BotnetTranscriptTests : IAsyncDisposable
{
    readonly TestInstallation _installation = new();

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task A_botnet_starts_processes_and_stops()
    {
        var started = await _installation.RunAsync("start");
        Assert.Equal(
            """
            Starting Botnet...
            Starting csv-collector...
            Starting csv-parser...
            Starting file-output...
            Bot csv-collector is running.
            Bot csv-parser is running.
            Bot file-output is running.
            Bot Botnet is running.

            """,
            started.Out);
        Assert.Equal(0, started.ExitCode);

        await TestInstallation.UntilAsync(() => File.Exists(_installation.Events) && File.ReadAllLines(_installation.Events).Length == 2);
        Assert.Equal(0, (await _installation.RunAsync("status")).ExitCode);
        Assert.Equal("file-output-queue - 0\n", (await _installation.RunAsync("list", "queues")).Out.Split("csv-parser-queue-internal - 0\n")[1].Split("file-output-queue-internal")[0]);

        var host = Process.GetProcessById(_installation.HostProcessId);
        var stopped = await _installation.RunAsync("stop");
        Assert.Equal(
            """
            Stopping bot Botnet...
            Stopping bot csv-collector...
            Stopping bot csv-parser...
            Stopping bot file-output...
            Bot csv-collector is stopped.
            Bot csv-parser is stopped.
            Bot file-output is stopped.
            Bot Botnet is stopped.

            """,
            stopped.Out);
        Assert.Equal(0, stopped.ExitCode);
        Assert.True(host.HasExited);
    }

    [Fact]
    public async Task One_bot_is_started_reloaded_restarted_and_stopped()
    {
        Assert.Equal("Starting file-output...\nBot file-output is running.\n", (await _installation.RunAsync("start", "file-output")).Out);
        Assert.Equal("\"running\"\n", (await _installation.RunAsync("--type", "json", "status", "file-output")).Out);
        Assert.Equal("Bot file-output is running.\nReloading bot file-output ...\nBot file-output is running.\n", (await _installation.RunAsync("reload", "file-output")).Out);
        Assert.Equal("[\n    \"stopped\",\n    \"running\"\n]\n", (await _installation.RunAsync("restart", "file-output", "--type", "json")).Out);

        var status = await _installation.RunAsync("status", "-t", "json");
        Assert.Equal("{\n    \"csv-collector\": \"stopped\",\n    \"csv-parser\": \"stopped\",\n    \"file-output\": \"running\"\n}\n", status.Out);
        Assert.Equal(1, status.ExitCode);

        Assert.Equal("Stopping bot file-output...\nBot file-output is stopped.\n", (await _installation.RunAsync("stop", "file-output")).Out);
        var again = await _installation.RunAsync("stop", "file-output");
        Assert.Equal((0, "", "Bot file-output was NOT RUNNING.\n"), (again.ExitCode, again.Out, again.Error));
    }

    [Fact]
    public async Task A_bot_that_cannot_start_says_why()
    {
        _installation.Runtime = _installation.Runtime.Replace("columns: [source.ip, time.source], ", "", StringComparison.Ordinal);

        var run = await _installation.RunAsync("start", "csv-parser");

        Assert.Equal(1, run.ExitCode);
        Assert.Equal("Starting csv-parser...\nBot csv-parser is stopped.\n", run.Out);
        Assert.Contains("columns", run.Error, StringComparison.Ordinal);
        Assert.Contains($"{_installation.RuntimeFile}:", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quiet_says_nothing_when_all_is_well()
    {
        Assert.Equal("", (await _installation.RunAsync("-q", "start")).Out);
        var reload = await _installation.RunAsync("reload", "--quiet");
        Assert.Equal((0, "", ""), (reload.ExitCode, reload.Out, reload.Error));
    }

    [Fact]
    public async Task The_host_outlives_the_call_and_a_killed_one_is_replaced()
    {
        await _installation.RunAsync("start", "file-output");
        using (var host = Process.GetProcessById(_installation.HostProcessId))
        {
            host.Kill();
            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("Bot file-output is stopped.\n", (await _installation.RunAsync("status", "file-output")).Out);
        Assert.Equal("Starting file-output...\nBot file-output is running.\n", (await _installation.RunAsync("start", "file-output")).Out);
    }

    [Fact]
    public async Task A_host_in_the_foreground_ends_with_the_signal_and_refuses_a_second_one()
    {
        using var host = ProgramRun.Start(_installation.Directory, ProgramRun.Program, "host");
        var output = host.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await TestInstallation.UntilAsync(() => File.Exists(_installation.Events) && File.ReadAllLines(_installation.Events).Length == 2);

        var second = await _installation.RunAsync("host");
        Assert.Equal((1, $"A host is running already for this installation (process {host.Id}).\n"), (second.ExitCode, second.Error));

        // It belongs to somebody who watches over it: stopping the botnet leaves it.
        Assert.Equal(0, (await _installation.RunAsync("stop")).ExitCode);
        Assert.False(host.HasExited);

        using (var kill = Process.Start("kill", ["-TERM", host.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await host.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Assert.Equal(0, host.ExitCode);
        Assert.Contains("intelmq-host: The host has ended.", await output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bots_in_processes_of_their_own_take_part_in_the_pipeline()
    {
        _installation.Runtime = _installation.Runtime.Replace("columns: [", "isolation: process, columns: [", StringComparison.Ordinal);

        Assert.Equal(0, (await _installation.RunAsync("start")).ExitCode);

        await TestInstallation.UntilAsync(() => File.Exists(_installation.Events) && File.ReadAllLines(_installation.Events).Length == 2);
    }

    [Fact]
    public async Task A_group_is_started_alone()
    {
        var run = await _installation.RunAsync("start", "--group", "outputs");

        Assert.Equal("Starting Output group...\nStarting file-output...\nBot file-output is running.\nBot Output group is running.\n", run.Out);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Long_status_has_a_column_for_each_fact()
    {
        await _installation.RunAsync("start", "file-output");

        var run = await _installation.RunAsync("status", "--long", "file-output");

        Assert.Matches(@"^bot +status +since +package +in +out +dropped +failed +restarts +remark\nfile-output +running +\S+ \S+ +IntelMQ\.Bots \S+ +0 +0 +0 +0 +0\n$", run.Out);
    }

    [Fact]
    public async Task Colours_are_for_terminals()
    {
        Assert.DoesNotContain("\e", (await _installation.RunAsync("start", "file-output")).Out, StringComparison.Ordinal);
        Assert.Contains("\e[32mBot file-output is running.\e[0m", (await ProgramRun.InTerminalAsync(_installation.Directory, "status file-output")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_runs_in_the_foreground_until_it_is_interrupted()
    {
        using var run = ProgramRun.Start(_installation.Directory, ProgramRun.Program, "run", "csv-collector");
        var output = run.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await TestInstallation.UntilAsync(() => File.Exists(Path.Combine(_installation.Directory, "var", "log", "csv-collector.log"))
            && File.ReadAllText(Path.Combine(_installation.Directory, "var", "log", "csv-collector.log")).Contains("Idling", StringComparison.Ordinal));

        using (var kill = Process.Start("kill", ["-INT", run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await run.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Starting csv-collector...\n", await output, StringComparison.Ordinal);
        Assert.Contains("csv-collector: Idling for 86400.0s (1d) now.\n", await output, StringComparison.Ordinal);
        Assert.EndsWith("Keyboard interrupt.\n", (await output).Replace("intelmq-host: The host ends: its bots finish what they have in hand.\n", "", StringComparison.Ordinal).Replace("intelmq-host: The host has ended.\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("csv-parser-queue - 1\n", (await _installation.RunAsync("list", "queues", "-q")).Out);
    }
}
