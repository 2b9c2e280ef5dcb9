using System.Diagnostics;

namespace IntelMQ.Faults.Tests;

/// <summary>The store's disk, a small file system of its own, fills up under load.</summary>
public sealed class FullDiskTests(ITestOutputHelper output)
{
    const int RowsPerFile = 2000;
    const int Files = 40;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_full_disk_stops_the_intake_with_a_clear_message_and_nothing_is_lost()
    {
        using var installation = new Installation();
        Directory.CreateDirectory(installation.QueueDirectory);
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=320m", "tmpfs", installation.QueueDirectory) == 0, "Mounting a small file system needs the rights of an administrator.");
        try
        {
            await FillAsync(installation);
        }
        finally
        {
            await RunAsync("umount", "--lazy", installation.QueueDirectory);
        }
    }

    [Fact]
    public async Task A_small_disk_is_used_without_any_setting()
    {
        using var installation = new Installation();
        Directory.CreateDirectory(installation.QueueDirectory);
        Assert.SkipUnless(await RunAsync("mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", installation.QueueDirectory) == 0, "Mounting a small file system needs the rights of an administrator.");
        try
        {
            installation.Configure(bots: "");
            var feed = new NumberedFeed(installation.IncomingDirectory, RowsPerFile);
            feed.AddFile();
            await using var host = await installation.StartHostAsync();
            await installation.DrainAsync(Limit, Installation.LastQueue);
            Assert.Equal(0, await host.StopAsync());
            Assert.All(feed.Count(await installation.MessagesAsync(Installation.LastQueue)), count => Assert.Equal(1, count));
            Assert.DoesNotContain("intake waits", installation.Log(), StringComparison.Ordinal);

            installation.Configure(bots: "", global: "  queue_min_free_bytes: 100000000");
            feed.AddFile();
            await using var strict = await installation.StartHostAsync();
            await Eventually.IsTrueAsync(() => installation.Log().Contains("less than the 100000000 to be kept free; intake waits"), Limit, () => $"a message in the log: {installation.Log()}");
            Assert.Equal(0, await strict.StopAsync());
            Assert.Contains("queue_min_free_bytes", (await installation.RunAsync("check")).Text, StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("umount", "--lazy", installation.QueueDirectory);
        }
    }

    async Task FillAsync(Installation installation)
    {
        installation.Configure(bots: "");
        var feed = new NumberedFeed(installation.IncomingDirectory, RowsPerFile);
        for (var i = 0; i < Files; i++) feed.AddFile();
        await using var host = await installation.StartHostAsync();
        await Eventually.IsTrueAsync(async () => (await installation.QueuesAsync()).GetValueOrDefault(Installation.LastQueue) > RowsPerFile, Limit, () => "the first events");

        var filler = Path.Combine(installation.QueueDirectory, "filler");
        Fill(filler, installation.QueueDirectory);
        var atFull = (await installation.QueuesAsync()).GetValueOrDefault(Installation.LastQueue);
        for (var i = 0; i < Files; i++) feed.AddFile();
        await Eventually.IsTrueAsync(() => installation.Log().Contains("intake waits"), Limit, () => $"a message in the log: {installation.Log()}");
        string? reason = null;
        await Eventually.IsTrueAsync(
            async () => (reason = (await installation.StatusAsync())["feed-collector"].GetProperty("reason").GetString()) is not null, Limit, () => "a reason in the status of the collector");
        output.WriteLine($"Full with {atFull} of {feed.Rows} events at the end; status: {reason}");
        output.WriteLine(string.Join('\n', installation.Log().Split('\n').Where(line => line.Contains("WARNING"))));
        Assert.True(host.IsAlive);
        Assert.NotEmpty(Directory.EnumerateFiles(installation.IncomingDirectory));

        File.Delete(filler);
        await installation.DrainAsync(Limit, Installation.LastQueue);
        Assert.Contains("has room again", installation.Log(), StringComparison.Ordinal);
        Assert.Null((await installation.StatusAsync())["feed-collector"].GetProperty("reason").GetString());
        Assert.Equal(0, await host.StopAsync());
        var counts = feed.Count(await installation.MessagesAsync(Installation.LastQueue));
        output.WriteLine($"{feed.Rows} rows, {counts.Sum()} events, {counts.Count(count => count == 0)} lost, {counts.Count(count => count > 1)} twice.");
        Assert.All(counts, count => Assert.Equal(1, count));
    }

    static void Fill(string filler, string directory)
    {
        using var file = new FileStream(filler, FileMode.Create);
        var block = new byte[64 * 1024];
        try
        {
            while (new DriveInfo(directory).AvailableFreeSpace > 0) file.Write(block);
        }
        catch (IOException)
        {
            // Full to the last byte, as intended.
        }
    }

    static async Task<int> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
