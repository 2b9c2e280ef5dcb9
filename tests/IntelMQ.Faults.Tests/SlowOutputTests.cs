namespace IntelMQ.Faults.Tests;

/// <summary>A feed that comes faster than its output can take it.</summary>
public sealed class SlowOutputTests(ITestOutputHelper output)
{
    const int RowsPerFile = 250;
    const int Files = 40;
    const int BytesPerRow = 10_000;
    const int MostWaiting = 500;
    const long MostMemory = 400L << 20;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_slow_output_makes_the_collector_wait_while_memory_stays_bounded_and_nothing_is_dropped()
    {
        using var installation = new Installation();
        installation.Configure(Installation.Output("rate_limit: 0.001"), global: $"  queue_max_messages: {MostWaiting}");
        // The fields of a row, and raw, make some 20 kB of each: 200 MB together, in each of three queues.
        var feed = new NumberedFeed(installation.IncomingDirectory, RowsPerFile, new string('x', BytesPerRow));
        for (var i = 0; i < Files; i++) feed.AddFile();

        await using var host = await installation.StartHostAsync();
        long most = 0;
        var waited = false;
        await Eventually.IsTrueAsync(
            async () =>
            {
                var queues = await installation.QueuesAsync();
                most = Math.Max(most, queues.Values.DefaultIfEmpty().Max());
                var left = Directory.EnumerateFiles(installation.IncomingDirectory).Count();
                waited |= left > 0 && queues.GetValueOrDefault(Installation.LastQueue) >= MostWaiting;
                return left == 0 && queues.Values.All(waiting => waiting == 0);
            },
            Limit,
            () => "the end of the feed");
        var peak = host.PeakMemory;
        Assert.Equal(0, await host.StopAsync());

        var counts = feed.Count(File.ReadLines(installation.OutputFile));
        output.WriteLine($"{feed.Rows} rows of {BytesPerRow} bytes; peak memory of the host {peak >> 20} MB; most messages in one queue {most}; {counts.Count(count => count == 0)} lost.");
        Assert.All(counts, count => Assert.Equal(1, count));
        Assert.True(waited, "The collector had collected everything before the last queue was full.");
        Assert.InRange(peak, 0, MostMemory);
        // A sender may exceed the limit by what it had in hand, and the reader's hands are counted too.
        Assert.InRange(most, MostWaiting, MostWaiting + (2 * 512));
    }

    /// <summary>What docs/admin/faults.md says for large messages.</summary>
    const long MostMemoryOfLarge = 350L << 20;

    [Fact]
    public async Task Large_messages_before_a_slow_output_take_no_more_memory_than_is_stated()
    {
        const int rowsPerFile = 60;
        const int files = 40;
        const int bytesPerRow = 25_000;
        using var installation = new Installation();
        installation.Configure(Installation.Output("rate_limit: 0.001"), global: $"  queue_max_messages: {MostWaiting}");
        // The text and raw: some 60 kB of each row, 144 MB together, in each of four queues.
        var feed = new NumberedFeed(installation.IncomingDirectory, rowsPerFile, new string('x', bytesPerRow));
        for (var i = 0; i < files; i++) feed.AddFile();

        await using var host = await installation.StartHostAsync();
        await installation.DrainAsync(Limit);
        var peak = host.PeakMemory;
        var peakOfQueues = (await installation.MessagesAsync(Installation.LastQueue)).Count;
        Assert.Equal(0, await host.StopAsync());

        var counts = feed.Count(File.ReadLines(installation.OutputFile));
        output.WriteLine($"{feed.Rows} events of about {(bytesPerRow * 7 / 3) / 1000} kB; peak memory of the host {peak >> 20} MB, stated bound {MostMemoryOfLarge >> 20} MB; {peakOfQueues} left.");
        Assert.All(counts, count => Assert.Equal(1, count));
        Assert.InRange(peak, 0, MostMemoryOfLarge);
    }
}
