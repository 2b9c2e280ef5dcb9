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
        await installation.RunAsync("stop", "bad-expert");
        status = (await installation.StatusAsync())["bad-expert"];
        output.WriteLine($"Stopped after {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s: {JsonSerializer.Serialize(status)}");
        Assert.Equal("stopped", status.GetProperty("state").GetString());
        Assert.Equal(0, await host.StopAsync());
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
