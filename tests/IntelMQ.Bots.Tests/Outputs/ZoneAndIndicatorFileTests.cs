using IntelMQ.Bots.Outputs.BroFile;
using IntelMQ.Bots.Outputs.RpzFile;
using IntelMQ.Bots.Outputs.Touch;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class ZoneAndIndicatorFileTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    [Fact]
    public async Task A_zone_has_its_head_once_and_two_records_for_each_name()
    {
        var parameters = new Dictionary<string, object?> { ["file"] = folder.In("rpz"), ["cname"] = "blocked.example.", ["rpz_domain"] = "rpz.example", ["serial"] = "7", ["test_domain"] = "test.example" };
        await using (var bot = BotHarness.For<RpzFileOutput>(parameters)) await bot.RunAsync("""{ "source.fqdn": "www.example.com" }""");
        await using (var bot = BotHarness.For<RpzFileOutput>(parameters)) await bot.RunAsync("""{ "source.fqdn": "example.net" }""", """{ "source.ip": "192.0.2.1" }""");

        var lines = await File.ReadAllLinesAsync(folder.In("rpz"), TestContext.Current.CancellationToken);
        Assert.Equal(["$TTL 3600", "@ SOA rpz.example. . 7 60 60 432000 60", " NS localhost."], lines[..3]);
        Assert.Contains("; Last updated: 2020-01-01 00:00:00 (UTC)", lines);
        string[] records = ["test.example CNAME blocked.example.", "example.com CNAME blocked.example.", "www.example.com CNAME blocked.example.", "example.net CNAME blocked.example.", "www.example.net CNAME blocked.example."];
        Assert.Equal(records, lines[^5..]);
    }

    [Fact]
    public async Task Each_indicator_of_an_event_is_a_line()
    {
        await using var bot = BotHarness.For<BroFileOutput>(new Dictionary<string, object?> { ["file"] = folder.In("bro") });

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.url": "http://example.com/", "classification.type": "phishing", "feed.accuracy": 80.5, "extra.tags": ["apt"], "feed.provider": "Example" }""");
        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "source.ip": "192.0.2.1", "feed.accuracy": 80 }"""));

        var lines = await File.ReadAllLinesAsync(folder.In("bro"), TestContext.Current.CancellationToken);
        Assert.Equal(["#fields\tindicator\tindicator_type\tmeta.desc\tmeta.cif_confidence\tmeta.source", "192.0.2.1\tIntel::ADDR\tapt\t80\tExample", "http://example.com/\tIntel::URL\tapt\t80\tExample"], lines);
    }

    [Fact]
    public async Task A_file_is_touched_and_one_that_is_missing_is_an_error()
    {
        var path = folder.Write("touched", "");
        await using var bot = BotHarness.For<TouchOutput>(new Dictionary<string, object?> { ["path"] = path });

        await bot.RunAsync("""{ "source.port": 1 }""");
        Assert.Equal(bot.Time.GetUtcNow().UtcDateTime, File.GetLastWriteTimeUtc(path));
        File.Delete(path);

        await Assert.ThrowsAsync<FileNotFoundException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
    }

    public void Dispose() => folder.Dispose();
}
