using System.Net;
using System.Text;
using IntelMQ.Bots.Parsers.Shadowserver;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class ShadowserverParserTests
{
    const string SchemaUrl = "https://interchange.shadowserver.org/intelmq/v1/schema";
    const string Updating = """{ "auto_update": true }""";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly FakeHttp http = new();

    static string Schema(string created, string identifier = "open-example", string more = "") => $$$"""
        {"_meta": {"date_created": "{{{created}}}", "change_log": []},
         "scan_example": {"feed_name": "Accessible-Example", "file_name": "scan_example", "url": "https://example.com/about",
          "constant_fields": {"classification.type": "vulnerable-system", "classification.identifier": "{{{identifier}}}", "extra.constant": "x"},
          "required_fields": [["source.ip", "ip", "validate_ip"]], "optional_fields": [["extra.", "tag"], [false, "hidden"], ["no.such.field", "odd"]{{{more}}}]}}
        """;

    static string StateFile(BotHarness bot, string name = "shadowserver-schema.json") => Path.Combine(Path.GetDirectoryName(bot.StateDirectory)!, name);

    static Report Report(BotHarness bot, string csv, string file = "2024-01-31-scan_example-example-geo.csv")
    {
        var report = bot.NewReport(Encoding.UTF8.GetBytes(csv));
        report.Add(Field.Named("extra.file_name"), file);
        return report;
    }

    [Fact]
    public async Task Without_a_schema_the_bot_does_not_start_and_says_how_to_get_one()
    {
        await using var bot = BotHarness.For<ShadowserverParser>("{}", http);

        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(Token));

        Assert.Contains("update-database", error.Message, StringComparison.Ordinal);
        Assert.Empty(http.Requests);
    }

    [Fact]
    public async Task With_auto_update_the_bot_downloads_the_schema_and_asks_again_after_an_hour()
    {
        http.Answer(SchemaUrl, Schema("2024-01-01"));
        await using var bot = BotHarness.For<ShadowserverParser>(Updating, http);

        await bot.StartAsync(Token);
        await bot.RestartAsync(Token);
        Assert.Single(http.Requests);

        bot.Time.Advance(TimeSpan.FromMinutes(61));
        await bot.RestartAsync(Token);
        Assert.Equal(2, http.Requests.Count);
        Assert.False(File.Exists(StateFile(bot, "shadowserver-schema.json.bak")));
    }

    [Fact]
    public async Task A_newer_schema_takes_the_place_of_the_present_one_which_is_kept_beside_it()
    {
        http.Answer(SchemaUrl, Schema("2024-01-02", "newer"));
        await using var bot = BotHarness.For<ShadowserverParser>(Updating, http);
        await File.WriteAllTextAsync(StateFile(bot), Schema("2024-01-01"), Token);

        var run = await bot.ParseAsync(Report(bot, "ip\n192.0.2.1\n"), Token);

        Assert.Equal("newer", Assert.Single(run.On()).Get("classification.identifier").Text);
        Assert.Contains("2024-01-01", await File.ReadAllTextAsync(StateFile(bot, "shadowserver-schema.json.bak"), Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no JSON", HttpStatusCode.OK)]
    [InlineData("{}", HttpStatusCode.OK)]
    [InlineData("out of order", HttpStatusCode.ServiceUnavailable)]
    public async Task What_is_no_schema_leaves_the_present_one_in_use(string answer, HttpStatusCode status)
    {
        http.Answer(SchemaUrl, answer, status: status);
        await using var bot = BotHarness.For<ShadowserverParser>(Updating, http);
        await File.WriteAllTextAsync(StateFile(bot), Schema("2024-01-01"), Token);

        var run = await bot.ParseAsync(Report(bot, "ip\n192.0.2.1\n"), Token);

        Assert.Single(run.On());
        Assert.Contains(run.Log, line => line.Level == BotLogLevel.Error && line.Message.Contains("stays in use", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_running_bot_takes_notice_of_a_new_schema()
    {
        await using var bot = BotHarness.For<ShadowserverParser>("{}", http);
        await File.WriteAllTextAsync(StateFile(bot), Schema("2024-01-01"), Token);
        await bot.StartAsync(Token);
        await File.WriteAllTextAsync(StateFile(bot), Schema("2024-01-02", "newer"), Token);
        File.SetLastWriteTimeUtc(StateFile(bot), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        bot.Time.Advance(TimeSpan.FromMinutes(2));
        var run = await bot.ParseAsync(Report(bot, "ip\n192.0.2.1\n"), Token);

        Assert.Equal("newer", Assert.Single(run.On()).Get("classification.identifier").Text);
    }

    [Fact]
    public async Task Constants_the_collectors_fields_and_columns_come_together_below_extra()
    {
        await using var bot = BotHarness.For<ShadowserverParser>("""{ "copy_collector_provided_fields": ["extra.file_name"] }""", http);
        await File.WriteAllTextAsync(StateFile(bot), Schema("2024-01-01"), Token);

        var run = await bot.ParseAsync(Report(bot, "ip,tag,hidden,odd,Not A Field,more\n192.0.2.1,t,h,o,n,\n"), Token);

        var e = Assert.Single(run.On());
        Assert.Equal("2024-01-31-scan_example-example-geo.csv", e.Get("extra.file_name").Text);
        Assert.Equal("x", e.Get("extra.constant").Text);
        Assert.Equal("t", e.Get("extra.tag").Text);
        Assert.Equal("o", e.Get("extra.no.such.field").Text);
        Assert.Equal("n", e.Get("extra.not_a_field").Text);
        Assert.False(e.Has(Field.Named("extra.hidden")));
        Assert.False(e.Has(Field.Named("extra.more")));
        Assert.Equal("https://example.com/about", e.Get("feed.documentation").Text);
    }

    [Fact]
    public async Task A_function_that_is_not_known_leaves_values_of_optional_columns_as_they_are()
    {
        await using var bot = BotHarness.For<ShadowserverParser>("{}", http);
        await File.WriteAllTextAsync(StateFile(bot), Schema("2024-01-01", more: """, ["source.asn", "asn", "function_of_tomorrow"]"""), Token);

        var run = await bot.ParseAsync(Report(bot, "ip,asn\n192.0.2.1,64496\n192.0.2.2,64497\n"), Token);

        Assert.Equal([64496L, 64497L], run.On().Select(e => e.Get("source.asn").ToObject()));
        Assert.Single(run.Log, line => line.Message.Contains("function_of_tomorrow", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"x": 1}""")]
    [InlineData("""{"x": {"feed_name": "x"}}""")]
    [InlineData("""{"x": {"feed_name": "x", "file_name": "x", "required_fields": [["source.ip"]]}}""")]
    [InlineData("""{"x": {"feed_name": "x", "file_name": "x", "optional_fields": [[true, "ip"]]}}""")]
    [InlineData("[]")]
    public async Task A_schema_that_is_wrong_keeps_the_bot_from_starting(string schema)
    {
        await using var bot = BotHarness.For<ShadowserverParser>("{}", http);
        await File.WriteAllTextAsync(StateFile(bot), schema, Token);

        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(Token));

        Assert.Contains("schema", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_parameter_feedname_decides_where_the_schema_has_it()
    {
        await using var bot = BotHarness.For<ShadowserverParser>("""{ "test_mode": true, "feedname": "Test-Accessible-AFS" }""", http);

        var run = await bot.ParseAsync(Report(bot, "timestamp,ip,port,protocol,severity\n2024-01-01 00:00:00,192.0.2.1,7000,tcp,high\n", "anything.csv"), Token);

        Assert.Equal("test-afs", Assert.Single(run.On()).Get("classification.identifier").Text);
    }
}
