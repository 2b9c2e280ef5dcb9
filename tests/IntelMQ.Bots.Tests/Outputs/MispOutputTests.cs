using IntelMQ.Bots.Outputs.Misp.Api;
using IntelMQ.Bots.Outputs.Misp.Feed;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class MispOutputTests : IDisposable
{
    const string Organization = "7d1c1b0e-3f0a-4a5e-9a52-0c0d4f2b6a11";
    const string Search = "https://misp.example.com/events/restSearch";
    const string Api = """{ "misp_url": "https://misp.example.com/", "misp_key": "key", "misp_tag_for_bot": "IntelMQ", "significant_fields": ["source.ip", "malware.name"], "misp_additional_tags": ["tlp:green"], "misp_to_ids_fields": ["source.ip"], "misp_publish": true }""";

    readonly TemporaryFolder folder = new();
    readonly FakeHttp http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    BotHarness Feed() => BotHarness.For<FeedOutput>(new Dictionary<string, object?> { ["output_dir"] = folder.Path, ["misp_org_name"] = "Example", ["misp_org_uuid"] = Organization });

    JsonRow Read(string name) => new(JsonText.Parse(File.ReadAllBytes(folder.In(name))));

    string Current => Path.GetFileName(File.ReadAllText(folder.In(".current")));

    void Answer(string url, string body) => http.Answer(HttpMethod.Post, url, _ => new() { Content = new StringContent(body) });

    [Fact]
    public async Task An_event_becomes_an_object_with_the_fields_that_the_template_knows()
    {
        await using var bot = Feed();

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.asn": 64496, "source.tor_node": true, "time.source": "2020-02-03T04:05:06+00:00", "extra.a": "ü", "feed.accuracy": 90.0 }""");

        var row = Read(Current).Object("Event");
        Assert.Equal("Example", row.Get("Orgc", "name").Text);
        Assert.Matches("^IntelMQ event [0-9T:.-]+ - [0-9T:.-]+$", row["info"].Text);
        var attributes = Assert.Single(row.Items("Object")).Items("Attribute").ToList();
        Assert.Equal(
            ["source.ip ip-src 192.0.2.1", "source.asn AS 64496", "source.tor_node boolean true", "time.source datetime 2020-02-03T04:05:06+00:00", "feed.accuracy float 90.0", """extra text {"a": "ü"}"""],
            attributes.Select(a => $"{a["object_relation"]} {a["type"]} {a["value"]}"));
        Assert.Equal(ValueKind.Text, attributes[1]["value"].Kind);
        Assert.Equal("true", attributes[0]["to_ids"].ToString());
        Assert.Equal("true", attributes[3]["disable_correlation"].ToString());
    }

    [Fact]
    public async Task The_list_and_the_hashes_tell_of_all_events()
    {
        await using var bot = Feed();

        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");
        var first = Current;
        bot.Time.Advance(TimeSpan.FromMinutes(61));
        await bot.RunAsync("""{ "time.source": "2020-02-03T04:05:06+00:00" }""");

        Assert.NotEqual(first, Current);
        Assert.Equal(new[] { first, Current }.Select(Path.GetFileNameWithoutExtension), Read("manifest.json").Keys);
        Assert.Equal([Hash("192.0.2.1", first), Hash("2020-02-03 04:05:06+00:00", Current)], File.ReadAllLines(folder.In("hashes.csv")));
    }

#pragma warning disable CA5351 // The format of feeds says MD5.
    static string Hash(string value, string file) => $"{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(value)))},{Path.GetFileNameWithoutExtension(file)}";
#pragma warning restore CA5351

    [Fact]
    public async Task After_a_restart_the_event_goes_on_until_its_interval_is_over()
    {
        await using var bot = Feed();
        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");
        var first = Current;

        await bot.RestartAsync(Token);
        await bot.RunAsync("""{ "source.ip": "192.0.2.2" }""");
        Assert.Equal(first, Current);
        Assert.Equal(2, Read(Current).Object("Event").Items("Object").Count());
        Assert.Equal([Hash("192.0.2.1", first), Hash("192.0.2.2", first)], File.ReadAllLines(folder.In("hashes.csv")));

        bot.Time.Advance(TimeSpan.FromHours(2));
        await bot.RestartAsync(Token);
        await bot.RunAsync("""{ "source.ip": "192.0.2.3" }""");
        Assert.NotEqual(first, Current);
        Assert.Equal(2, Read("manifest.json").Keys.Count());
    }

    [Fact]
    public async Task Files_that_are_no_events_stay_out_of_the_feed()
    {
        folder.Write("x.json", "[]");
        folder.Write(".current", folder.In("x.json"));
        await using var bot = Feed();

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");

        Assert.Contains("x.json", Assert.Single(run.Log, line => line.Level == BotLogLevel.Warning).Message, StringComparison.Ordinal);
        Assert.Single(Read("manifest.json").Keys);
        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("{}"));
    }

    [Fact]
    public async Task An_event_that_the_server_has_not_is_inserted_with_its_tags()
    {
        Answer(Search, """{ "response": [] }""");
        Answer("https://misp.example.com/events/add", "{}");
        await using var bot = BotHarness.For<ApiOutput>(Api, http);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "malware.name": "x", "feed.provider": "Example", "feed.name": "List", "comment": "c" }""");

        Assert.Equal("""{"returnFormat": "json", "tags": ["IntelMQ"], "value": {"AND": ["192.0.2.1", "x"]}, "limit": 20}""", http.Requests[0].Body);
        Assert.Equal("key", http.Requests[0].Headers["Authorization"]);
        var inserted = new JsonRow(JsonText.Parse(http.Requests[1].Body)).Object("Event");
        Assert.Equal(["IntelMQ", "tlp:green", "IntelMQ:feed.provider=\"Example\"", "IntelMQ:feed.name=\"List\""], inserted.Items("Tag").Select(tag => tag["name"].Text));
        Assert.Equal("true", inserted["published"].ToString());
        Assert.Equal(
            ["source.ip true false", "malware.name false false", "feed.provider false true", "feed.name false true", "comment false true"],
            Assert.Single(inserted.Items("Object")).Items("Attribute").Select(a => $"{a["object_relation"]} {a["to_ids"]} {a["disable_correlation"]}"));
    }

    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("192.0.2.2", false)]
    public async Task An_event_that_the_server_has_is_brought_up_to_date(string theirs, bool isSame)
    {
        Answer(Search, $$"""{ "response": [{ "Event": { "uuid": "u", "info": "x", "timestamp": "1", "Tag": [], "Object": [{ "name": "file" }, { "name": "intelmq_event", "Attribute": [{ "object_relation": "source.ip", "value": "{{theirs}}" }, { "object_relation": "feed.provider", "value": "Example" }] }] } }] }""");
        Answer("https://misp.example.com/events/edit/u", "{}");
        Answer("https://misp.example.com/events/add", "{}");
        await using var bot = BotHarness.For<ApiOutput>(Api, http);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "feed.provider": "Example" }""");

        var now = bot.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(2, http.Requests.Count);
        if (isSame) Assert.Equal($$$"""{"Event": {"uuid": "u", "info": "x", "timestamp": "{{{now}}}"}}""", http.Requests[1].Body);
        else Assert.EndsWith("/events/add", http.Requests[1].Url.AbsolutePath, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_without_significant_fields_is_told_and_not_sent()
    {
        await using var bot = BotHarness.For<ApiOutput>(Api, http);

        var run = await bot.RunAsync("""{ "comment": "c" }""");

        Assert.Empty(http.Requests);
        Assert.Contains("source.ip, malware.name", Assert.Single(run.Log).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_with_parameters_is_told_at_once()
    {
        await using var feed = BotHarness.For<FeedOutput>($$"""{ "output_dir": "{{folder.Path}}", "misp_org_name": "x", "misp_org_uuid": "x", "interval_event": "often" }""");
        await using var api = BotHarness.For<ApiOutput>("""{ "misp_url": "misp" }""");

        Assert.Equal(["interval_event", "misp_org_uuid"], feed.Check().Select(result => result.Parameter));
        Assert.Equal(["misp_key", "misp_tag_for_bot", "significant_fields"], api.Check().Select(result => result.Parameter).Order());
    }

    public void Dispose() => folder.Dispose();
}
