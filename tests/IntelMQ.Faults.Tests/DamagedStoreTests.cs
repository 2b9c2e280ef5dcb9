namespace IntelMQ.Faults.Tests;

/// <summary>Bits of the store change while no host runs. The tests of the broker hold the details; here a host meets it.</summary>
public sealed class DamagedStoreTests(ITestOutputHelper output)
{
    const int RowsPerFile = 2000;
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Damage_is_told_by_check_and_by_the_log_and_the_rest_goes_on()
    {
        using var installation = new Installation();
        installation.Configure(bots: "");
        var feed = new NumberedFeed(installation.IncomingDirectory, RowsPerFile);
        for (var i = 0; i < 5; i++) feed.AddFile();
        await using (var host = await installation.StartHostAsync())
        {
            await installation.DrainAsync(Limit, Installation.LastQueue);
            Assert.Equal(0, await host.StopAsync());
        }

        Flip(LargestFile(installation.QueueDirectory, "*.log"), share: 0.5);
        TearTail(installation);
        installation.Configure(Installation.Output());
        var (exitCode, check) = await installation.RunAsync("check");
        output.WriteLine(check);
        Assert.Equal(1, exitCode);
        Assert.Contains("cannot be read", check, StringComparison.Ordinal);

        feed.AddFile();
        await using (var host = await installation.StartHostAsync())
        {
            await installation.DrainAsync(Limit);
            Assert.Equal(0, await host.StopAsync());
        }

        var told = installation.Log().Split('\n').Where(line => line.Contains("cannot be read") || line.Contains("cut off") || line.Contains("unfinished")).ToList();
        var counts = feed.Count(File.ReadLines(installation.OutputFile));
        output.WriteLine($"{feed.Rows} rows, {counts.Count(count => count == 0)} lost to the damage, {counts.Count(count => count > 1)} twice.\n{string.Join('\n', told)}");
        Assert.NotEmpty(told);
        Assert.InRange(counts.Count(count => count == 0), 1, 50);
    }

    static string LargestFile(string directory, string pattern) =>
        new DirectoryInfo(directory).EnumerateFiles(pattern, SearchOption.AllDirectories).OrderByDescending(file => file.Length).First().FullName;

    static void Flip(string path, double share)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = (long)(file.Length * share);
        var old = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(old ^ 0x20));
    }

    /// <summary>What a write leaves behind that a crash has cut short.</summary>
    static void TearTail(Installation installation)
    {
        foreach (var journal in Directory.EnumerateFiles(installation.QueueDirectory).Where(path => Path.GetFileName(path).Contains("journal", StringComparison.Ordinal)))
            File.AppendAllText(journal, "IMQ torn");
    }
}
