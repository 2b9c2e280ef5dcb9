namespace IntelMQ.Cli.Tests;

public sealed class QuickstartTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("intelmq-quickstart-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task The_shipped_pipeline_processes_its_feeds_offline_and_does_so_again()
    {
        var run = await ProgramRun.OfAsync(_directory, "quickstart", "--once", "--directory", "try");

        Assert.True(run.ExitCode == 0, run.Out + run.Error);
        Assert.Matches(@"deduplicator-expert +60,088 +58,888 +1,200 +0 ", run.Out);
        Assert.Matches(@"file-output +58,888 +0 +0 +0 +[\d,]+ +stopped", run.Out);
        Assert.Contains("events.txt: 58,888 lines after ", run.Out, StringComparison.Ordinal);
        Assert.Contains("Offline: ", run.Out, StringComparison.Ordinal);
        var events = File.ReadLines(Path.Combine(_directory, "try/var/lib/bots/file-output/events.txt")).ToList();
        Assert.Contains(events, e => e.Contains("\"source.fqdn\"", StringComparison.Ordinal) && e.Contains("\"source.ip\"", StringComparison.Ordinal) && e.Contains("\"source.asn\": 645", StringComparison.Ordinal));

        var check = await ProgramRun.OfAsync(Path.Combine(_directory, "try"), "check");
        Assert.True(check.ExitCode == 0, check.Out + check.Error);

        var again = await ProgramRun.OfAsync(_directory, "quickstart", "--once", "--directory", "try");

        Assert.Equal(0, again.ExitCode);
        Assert.Contains("everything is processed again", again.Out, StringComparison.Ordinal);
        Assert.Contains("events.txt: 58,888 lines after ", again.Out, StringComparison.Ordinal);
    }
}
