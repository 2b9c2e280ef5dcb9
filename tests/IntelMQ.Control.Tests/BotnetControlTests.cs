using IntelMQ.Control.Botnets;
using IntelMQ.Host.Running;

namespace IntelMQ.Control.Tests;

public sealed class BotnetControlTests : IDisposable
{
    const string Runtime = """
        tax: {group: Expert, name: t, description: d, enabled: true, run_mode: continuous, module: intelmq.bots.experts.taxonomy.expert, parameters: {destination_queues: {_default: [out-queue]}}}
        out: {group: Output, name: o, description: d, enabled: true, run_mode: continuous, module: intelmq.bots.outputs.blackhole.output, parameters: {}}
        old: {group: Output, name: o, description: d, enabled: false, run_mode: continuous, module: intelmq.bots.outputs.blackhole.output, parameters: {}}
        """;

    readonly TemporaryInstallation _installation = new(Runtime);
    readonly RecordingOutput _output = new();
    readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _installation.Dispose();

    BotnetControl Control(FakeHost? running, FakeHost? startable = null) => new(_installation.Configuration, new FakeGateway(running, startable), _output);

    [Fact]
    public async Task Starting_the_botnet_starts_a_host_and_all_enabled_bots()
    {
        var result = await Control(null, new FakeHost()).StartAsync(BotGroup.All, _cancellation);

        Assert.True(result.Good);
        Assert.Equal(
            ["Starting Botnet...", "Bot old is disabled.", "Starting out...", "Starting tax...", "Bot out is running.", "Bot tax is running.", "Bot Botnet is running."],
            _output.Lines);
        Assert.Equal([BotWord.Disabled, BotWord.Running, BotWord.Running], result.Words.Values);
    }

    [Fact]
    public async Task A_bot_that_does_not_come_up_says_why_and_the_others_run()
    {
        var host = new FakeHost();
        host.Failing.Add("tax");

        var result = await Control(null, host).StartAsync(BotGroup.All, _cancellation);

        Assert.False(result.Good);
        Assert.Equal(BotWord.Running, result.Words["out"]);
        Assert.Contains("Bot tax is stopped.\nERROR It has no file.", _output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disabled_bot_starts_when_it_is_named()
    {
        var result = await Control(null, new FakeHost()).StartAsync(_installation.Configuration.Find("old")!, _cancellation);

        Assert.Equal(new BotResult(BotWord.Running, Good: true), result);
        Assert.Equal(["Starting old...", "Bot old is running."], _output.Lines);
    }

    [Fact]
    public async Task Stopping_a_bot_without_a_host_says_that_it_was_not_running()
    {
        var result = await Control(null).StopAsync(_installation.Configuration.Find("out")!, _cancellation);

        Assert.Equal(new BotResult(BotWord.Stopped, Good: true), result);
        Assert.Equal(["ERROR Bot out was NOT RUNNING."], _output.Lines);
    }

    [Fact]
    public async Task Stopping_the_botnet_ends_a_host_in_the_background_only()
    {
        var background = new FakeHost().With("out", BotState.Running).With("tax", BotState.Running);
        var watched = new FakeHost(background: false).With("out", BotState.Running);

        var result = await Control(background).StopAsync(BotGroup.All, _cancellation);
        await Control(watched).StopAsync(BotGroup.All, _cancellation);

        Assert.True(result.Good);
        Assert.True(background.IsDown);
        Assert.False(watched.IsDown);
        Assert.Equal(
            ["Stopping bot Botnet...", "Stopping bot out...", "Stopping bot tax...", "Bot old is disabled.", "Bot out is stopped.", "Bot tax is stopped.", "Bot Botnet is stopped."],
            _output.Lines.Take(7));
    }

    [Fact]
    public async Task A_bot_that_does_not_stop_is_told()
    {
        var host = new FakeHost().With("out", BotState.Running);
        host.Hanging.Add("out");

        var result = await Control(host).StopAsync(_installation.Configuration.Find("out")!, _cancellation);

        Assert.Equal(new BotResult(BotWord.Running, Good: false), result);
        Assert.Equal(["Stopping bot out...", "ERROR Bot out is still running."], _output.Lines);
    }

    [Fact]
    public async Task Restarting_a_bot_gives_both_results()
    {
        var (stopped, started) = await Control(new FakeHost().With("out", BotState.Running)).RestartAsync(_installation.Configuration.Find("out")!, _cancellation);

        Assert.Equal((BotWord.Stopped, BotWord.Running), (stopped.Word, started!.Word));
        Assert.Equal(["Restarting out...", "Stopping bot out...", "Bot out is stopped.", "Starting out...", "Bot out is running."], _output.Lines);
    }

    [Fact]
    public async Task Reloading_a_bot_tells_its_state_before_and_after()
    {
        var host = new FakeHost().With("out", BotState.Running);

        await Control(host).ReloadAsync(_installation.Configuration.Find("out")!, _cancellation);

        Assert.Equal(["Bot out is running.", "Reloading bot out ...", "Bot out is running."], _output.Lines);
        Assert.Equal(["out"], host.Reloaded);
    }

    [Fact]
    public async Task Reloading_a_group_leaves_stopped_bots_alone()
    {
        var host = new FakeHost().With("out", BotState.Stopped).With("tax", BotState.Running);

        var result = await Control(host).ReloadAsync(new BotGroup("outputs"), _cancellation);

        Assert.False(result.Good);
        Assert.Empty(host.Reloaded);
        Assert.Equal("Reloading bot Output group ...", _output.Lines[0]);
    }

    [Fact]
    public async Task Status_is_good_when_all_enabled_bots_run()
    {
        var all = await Control(new FakeHost().With("out", BotState.Running).With("tax", BotState.Running)).StatusAsync(BotGroup.All, _cancellation);
        var some = await Control(new FakeHost().With("out", BotState.Running).With("tax", BotState.BackingOff)).StatusAsync(BotGroup.All, _cancellation);

        Assert.True(all.Good);
        Assert.False(some.Good);
        Assert.Equal(BotWord.Stopped, some.Words["tax"]);
    }
}
