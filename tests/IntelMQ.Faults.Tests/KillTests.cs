using System.Diagnostics;

namespace IntelMQ.Faults.Tests;

/// <summary>The host is killed again and again while it works, and started again as a service manager would.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    const int Seed = 20_251_124;
    const int RowsPerFile = 2500;
    static readonly TimeSpan WorkLimit = TimeSpan.FromSeconds(30);
    static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task No_event_is_lost_or_doubled_between_bots_when_the_host_is_killed_a_hundred_times()
    {
        using var installation = new Installation();
        installation.Configure(bots: "");
        var feed = new NumberedFeed(installation.IncomingDirectory, RowsPerFile);
        for (var i = 0; i < 40; i++) feed.AddFile();

        var kills = await KillAsync(installation, feed, times: 100);
        await using (var host = await installation.StartHostAsync())
        {
            await installation.DrainAsync(DrainLimit, Installation.LastQueue);
            Assert.Equal(0, await host.StopAsync());
        }

        var messages = await installation.MessagesAsync(Installation.LastQueue);
        var counts = feed.Count(messages);
        var twice = FilesCollectedAgain(feed, counts);
        output.WriteLine(
            $"Seed {Seed}: {kills.Count} kills, {kills.Count(moved => moved > 0)} of them while events arrived at the last queue; {feed.Rows} rows, {messages.Count} events at the end, "
            + $"{counts.Count(count => count == 0)} lost; files collected a second time: {twice}.");
        Assert.DoesNotContain(0, counts);
        Assert.Equal(feed.Rows + ((long)twice * RowsPerFile), messages.Count);
    }

    [Fact]
    public async Task At_an_output_only_what_was_written_and_not_yet_committed_comes_twice_after_a_kill()
    {
        const int times = 20;
        // The host hands over as many messages in one step at most.
        const int mostPerStep = 512;
        using var installation = new Installation();
        installation.Configure(Installation.Output());
        var feed = new NumberedFeed(installation.IncomingDirectory, RowsPerFile);
        for (var i = 0; i < 10; i++) feed.AddFile();

        _ = await KillAsync(installation, feed, times);
        await using (var host = await installation.StartHostAsync())
        {
            await installation.DrainAsync(DrainLimit);
            Assert.Equal(0, await host.StopAsync());
        }

        var lines = File.ReadAllLines(installation.OutputFile);
        var counts = feed.Count(lines);
        var torn = lines.Count(line => NumberedFeed.NumberIn(line) < 0);
        var again = (long)FilesCollectedAgain(counts.Chunk(RowsPerFile).Select(file => file.Min()).ToArray()) * RowsPerFile;
        var twice = lines.Length - torn - feed.Rows - again;
        output.WriteLine($"Seed {Seed}: {times} kills; {feed.Rows} rows, {lines.Length} lines, {counts.Count(count => count == 0)} lost, {twice} written twice, {torn} torn; files collected a second time: {again / RowsPerFile}.");
        Assert.DoesNotContain(0, counts);
        Assert.InRange(twice, 0, times * mostPerStep);
        Assert.InRange(torn, 0, times);
    }

    /// <summary>Starts and kills; files are added so that there is always work.</summary>
    /// <returns>For each kill how many events had reached the last queue since the start.</returns>
    async Task<List<long>> KillAsync(Installation installation, NumberedFeed feed, int times)
    {
        var random = new Random(Seed);
        var started = Stopwatch.GetTimestamp();
        var kills = new List<long>();
        long atLast = 0;
        while (kills.Count < times)
        {
            await using (var host = await installation.StartHostAsync())
            {
                var before = installation.EventBytes;
                await Eventually.IsTrueAsync(() => installation.EventBytes != before, WorkLimit, () => $"the first event of the host: {host.Said}");
                await Task.Delay(random.Next(5, 150), TestContext.Current.CancellationToken);
                await host.KillAsync();
            }

            var queues = await installation.QueuesAsync();
            var last = queues.GetValueOrDefault(Installation.LastQueue);
            kills.Add(last - atLast);
            atLast = last;
            var reports = queues.GetValueOrDefault(Installation.FirstQueue) + Directory.EnumerateFiles(installation.IncomingDirectory).Count();
            for (; reports < 8; reports++) feed.AddFile();
        }

        output.WriteLine($"{times} kills in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s.");
        return kills;
    }

    /// <summary>
    /// A file is removed after its report is safe. A kill in between lets it be collected again, whole: that is the
    /// collector's promise (at least once), and all that may come twice.
    /// </summary>
    static int FilesCollectedAgain(NumberedFeed feed, int[] counts)
    {
        var files = counts.Chunk(feed.RowsPerFile).ToList();
        Assert.All(files, file => Assert.Single(file.Distinct()));
        return FilesCollectedAgain(files.Select(file => file[0]).ToArray());
    }

    static int FilesCollectedAgain(int[] timesCollected) => timesCollected.Sum(times => Math.Max(times - 1, 0));
}
