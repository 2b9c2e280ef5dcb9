using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace IntelMQ.Faults.Tests;

/// <summary>Bots from a foreign package fail in every way there is, beside a pipeline that must not notice.</summary>
public sealed class MisbehavingBotTests(ITestOutputHelper output)
{
    const int Rows = 100;
    const long MemoryLimit = 200_000_000;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Ten seconds for the bot, and what the commands take.</summary>
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_botnet_with_bots_that_spin_is_stopped_within_a_bound_and_the_command_says_so()
    {
        using var installation = Install("spinner", "", "instances_threads: 2");
        Feed(installation);
        var (started, text) = await installation.RunAsync("start");
        Assert.True(started == 0, text);
        await Eventually.IsTrueAsync(async () => (await installation.QueuesAsync()).GetValueOrDefault(Installation.LastQueue) == Rows, Limit, () => "the healthy branch");

        var begun = Stopwatch.GetTimestamp();
        (var code, text) = await installation.RunAsync("stop");
        var took = Stopwatch.GetElapsedTime(begun);
        output.WriteLine($"Stopped after {took.TotalSeconds:0.0} s with exit code {code}:\n{text}");

        Assert.Equal(0, code);
        Assert.InRange(took, TimeSpan.Zero, StopLimit);
        Assert.False(File.Exists(Path.Combine(installation.Root, "var", "run", "intelmq-host.sock")), "The host has gone.");
        Assert.Equal(Rows, (await installation.QueuesAsync())["bad-expert-queue"]);
    }

    [Fact]
    public async Task A_bot_that_throws_has_its_messages_dumped_and_the_others_go_on()
    {
        using var installation = Install("thrower", "");
        var feed = Feed(installation);
        await using var host = await installation.StartHostAsync();
        await installation.DrainAsync(Limit, Installation.LastQueue, "done-queue");

        var status = (await installation.StatusAsync())["bad-expert"];
        Tell(status, installation);
        Assert.Equal(Rows, status.GetProperty("failed").GetInt64());
        Assert.Equal("running", status.GetProperty("state").GetString());
        Assert.Contains("This bot throws, whatever comes.", installation.Dump("bad-expert"), StringComparison.Ordinal);
        await CheckHealthyAsync(installation, feed);
        Assert.Equal(0, await host.StopAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("isolation: process")]
    public async Task A_bot_that_loops_for_ever_is_told_and_stopped_and_the_others_go_on(string isolation)
    {
        using var installation = Install("looper", isolation);
        var feed = Feed(installation);
        await using var host = await installation.StartHostAsync();
        await installation.DrainAsync(Limit, Installation.LastQueue, "done-queue", "bad-expert-queue");
        await CheckHealthyAsync(installation, feed);

        JsonElement status = default;
        await Eventually.IsTrueAsync(
            async () => (status = (await installation.StatusAsync())["bad-expert"]).GetProperty("reason").GetString()?.Contains("seems to hang") == true, Limit, () => $"a remark: {status}");
        Tell(status, installation);

        var begun = Stopwatch.GetTimestamp();
        var (code, text) = await installation.RunAsync("stop", "bad-expert");
        var took = Stopwatch.GetElapsedTime(begun);
        status = (await installation.StatusAsync())["bad-expert"];
        output.WriteLine($"Stopped after {took.TotalSeconds:0.0} s with exit code {code}: {JsonSerializer.Serialize(status)}\n{text}");
        Assert.Equal("stopped", status.GetProperty("state").GetString());
        Assert.InRange(took, TimeSpan.Zero, StopLimit);
        // In the host its code goes on, which is not what was asked for; its process is ended.
        var inHost = isolation.Length == 0;
        Assert.Equal(inHost ? (1, 1) : (0, 0), (code, status.GetProperty("abandoned").GetInt64()));
        Assert.Equal(inHost, text.Contains("still has a thread of the host", StringComparison.Ordinal));
        Assert.Equal(inHost, status.GetProperty("reason").GetString()?.Contains("still has a thread of the host", StringComparison.Ordinal) == true);

        // The others stop and the host ends as if nothing were.
        begun = Stopwatch.GetTimestamp();
        Assert.Equal(0, (await installation.RunAsync("stop", "taxonomy-expert")).ExitCode);
        Assert.Equal(0, await host.StopAsync());
        output.WriteLine($"The others and the host stopped after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s.");
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(Rows, (await installation.QueuesAsync())["bad-expert-queue"]);
    }

    [Theory]
    [InlineData("ender", "signal 6", 1)]
    [InlineData("deep", "signal 6", 2)]
    [InlineData("wild", "signal 11", 1)]
    public async Task A_bot_that_ends_its_process_loses_only_the_message_that_did_it(string bot, string how, int processes)
    {
        using var installation = Install(bot, "isolation: process", $"instances_threads: {processes}");
        var feed = Feed(installation);
        await using var host = await installation.StartHostAsync();
        await installation.DrainAsync(Limit, Installation.LastQueue, "done-queue");

        var status = (await installation.StatusAsync())["bad-expert"];
        Tell(status, installation);
        Assert.Equal("running", status.GetProperty("state").GetString());
        Assert.Equal(1, status.GetProperty("failed").GetInt64());
        Assert.Equal(1, status.GetProperty("retries").GetInt64());
        Assert.Equal(2, status.GetProperty("restarts").GetInt64());
        Assert.Contains(how, status.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(how, installation.Log("bad-expert"), StringComparison.Ordinal);
        Assert.Contains(how, installation.Dump("bad-expert"), StringComparison.Ordinal);
        var counts = feed.Count(await installation.MessagesAsync("done-queue"));
        Assert.All(counts.Index(), one => Assert.Equal(one.Index % 100 == 13 ? 0 : 1, one.Item));
        await CheckHealthyAsync(installation, feed);
        Assert.Equal(0, await host.StopAsync());
    }

    [Fact]
    public async Task A_leaking_bot_with_a_memory_limit_is_started_anew_and_loses_nothing()
    {
        using var installation = Install("leaker", "isolation: process", $"process_memory_limit: {MemoryLimit}");
        var feed = Feed(installation);
        await using var host = await installation.StartHostAsync();
        await installation.DrainAsync(Limit, Installation.LastQueue, "done-queue");

        var status = (await installation.StatusAsync())["bad-expert"];
        Tell(status, installation);
        Assert.Equal(0, status.GetProperty("failed").GetInt64());
        Assert.InRange(status.GetProperty("retries").GetInt64(), 2, 20);
        Assert.Contains("process_memory_limit", status.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.All(feed.Count(await installation.MessagesAsync("done-queue")), count => Assert.Equal(1, count));
        await CheckHealthyAsync(installation, feed);
        Assert.Equal(0, await host.StopAsync());
    }

    [Fact]
    public async Task A_leaking_bot_in_the_host_stops_when_memory_ends_and_the_others_go_on()
    {
        using var installation = Install("leaker", "");
        var feed = Feed(installation);
        await using var host = await installation.StartHostAsync(("DOTNET_GCHeapHardLimit", 400_000_000.ToString("x", CultureInfo.InvariantCulture)));
        JsonElement status = default;
        await Eventually.IsTrueAsync(
            async () => (status = (await installation.StatusAsync())["bad-expert"]).GetProperty("state").GetString() == "failed", Limit, () => $"the end of the leaking bot: {status}");
        Tell(status, installation);
        Assert.Contains("memory", status.GetProperty("reason").GetString(), StringComparison.OrdinalIgnoreCase);

        feed.AddFile();
        await installation.DrainAsync(Limit, Installation.LastQueue, "done-queue", "bad-expert-queue");
        await CheckHealthyAsync(installation, feed);
        Assert.Equal(0, await host.StopAsync());
        Assert.Equal(feed.Rows, (await installation.QueuesAsync())["bad-expert-queue"] + (await installation.QueuesAsync())["done-queue"]);
    }

    [Fact]
    public async Task Processes_of_bots_end_with_a_killed_host_and_the_next_host_has_new_ones()
    {
        using var installation = Install("looper", "isolation: process");
        Feed(installation);
        await using (var host = await installation.StartHostAsync())
        {
            await Eventually.IsTrueAsync(() => ProcessesOf(installation).Count == 1, Limit, () => "the process of the bot");
            await host.KillAsync();
        }

        var left = ProcessesOf(installation);
        await using (var host = await installation.StartHostAsync())
        {
            await Eventually.IsTrueAsync(() => ProcessesOf(installation) is [var now] && !left.Contains(now), Limit, () => $"the end of {string.Join(", ", left)} and one new process");
            JsonElement status = default;
            await Eventually.IsTrueAsync(
                async () => (status = (await installation.StatusAsync())["bad-expert"]).GetProperty("state").GetString() == "running", Limit, () => $"the running bot: {status}");
            output.WriteLine($"Left by the killed host: {string.Join(", ", left)}; now: {string.Join(", ", ProcessesOf(installation))}.");
            Assert.Equal(0, await host.StopAsync());
        }

        Assert.Empty(ProcessesOf(installation));
    }

    static List<int> ProcessesOf(Installation installation) =>
        [.. Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => int.Parse(name!, CultureInfo.InvariantCulture))
            .Where(id => Read($"/proc/{id}/cmdline").Contains("bot-process", StringComparison.Ordinal) && Read($"/proc/{id}/environ").Contains(installation.Root, StringComparison.Ordinal))];

    static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process has gone while it was looked at.
            return "";
        }
    }

    /// <summary>The parser sends every event to a healthy expert and to the one that misbehaves.</summary>
    static Installation Install(string bot, string isolation, string parameters = "")
    {
        var installation = new Installation();
        MisbehavingBots.InstallInto(installation.ExtensionDirectory);
        installation.Configure(
            $$"""
            bad-expert:
              module: intelmq.bots.experts.faults.{{bot}}
              enabled: true
              {{isolation}}
              parameters:
                error_max_retries: 1
                error_retry_delay: 0
                {{parameters}}
                destination_queues: {_default: [done-queue]}

            """,
            afterParser: "taxonomy-expert-queue, bad-expert-queue");
        return installation;
    }

    static NumberedFeed Feed(Installation installation)
    {
        var feed = new NumberedFeed(installation.IncomingDirectory, Rows);
        feed.AddFile();
        return feed;
    }

    static async Task CheckHealthyAsync(Installation installation, NumberedFeed feed) =>
        Assert.All(feed.Count(await installation.MessagesAsync(Installation.LastQueue)), count => Assert.Equal(1, count));

    void Tell(JsonElement status, Installation installation)
    {
        output.WriteLine(JsonSerializer.Serialize(status));
        output.WriteLine(string.Join('\n', installation.Log("bad-expert").Split('\n').Where(line => line.Contains(" - ") && !line.Contains("   at ")).TakeLast(8)));
    }
}
