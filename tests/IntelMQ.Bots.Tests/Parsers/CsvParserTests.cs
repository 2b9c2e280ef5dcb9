using IntelMQ.Bots.Parsers.Generic.Csv;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class CsvParserTests
{
    static async Task<BotRun> ParseAsync(string parameters, string raw)
    {
        await using var bot = BotHarness.For<CsvParser>(parameters);
        return await bot.ParseAsync(raw);
    }

    [Fact]
    public async Task A_failing_row_is_set_aside_as_it_was_written_with_its_header()
    {
        var run = await ParseAsync("""{ "columns": "source.ip,comment", "delimiter": ";", "skip_header": true }""", "ip;text\n192.0.2.1;\"a;b\"\nnone;\"c;d\"\n");

        Assert.Single(run.On());
        Assert.Equal("ip;text\nnone;\"c;d\"\n", Assert.Single(run.Failed).RawText);
    }

    [Fact]
    public async Task An_empty_first_column_stays_when_tabs_separate_columns()
    {
        var run = await ParseAsync("""{ "columns": ["comment", "source.ip"], "delimiter": "\t" }""", "\t192.0.2.1\nx\t192.0.2.2\n");

        Assert.Equal(["192.0.2.1", "192.0.2.2"], run.On().Select(e => e.Get("source.ip").Text));
        Assert.Equal([null, "x"], run.On().Select(e => e.Get("comment").Text));
    }

    [Fact]
    public async Task A_cell_in_quotes_may_go_over_several_lines()
    {
        var run = await ParseAsync("""{ "columns": ["comment", "source.ip"] }""", "\"a \"\"b\"\"\nc\",192.0.2.1\r\n");

        Assert.Equal("a \"b\"\nc", Assert.Single(run.On()).Get("comment").Text);
        Assert.Equal("192.0.2.1", run.On()[0].Get("source.ip").Text);
    }

    [Theory]
    [InlineData("a\r192.0.2.1")]
    [InlineData("a\n192.0.2.1")]
    [InlineData("a\r\n\r\n  \n#x\n  192.0.2.1")]
    public async Task Lines_may_end_in_any_way(string raw)
    {
        Assert.Equal(2, (await ParseAsync("""{ "columns": ["comment"] }""", raw)).On().Count);
    }

    [Fact]
    public async Task A_report_of_a_header_alone_has_no_events()
    {
        var run = await ParseAsync("""{ "columns": ["source.ip"], "skip_header": true }""", "ip");

        Assert.Empty(run.Sent);
        Assert.Empty(run.Failed);
    }

    [Fact]
    public async Task Types_of_data_may_be_a_map()
    {
        var run = await ParseAsync("""{ "columns": ["extra.tags"], "data_type": { "extra.tags": "json" }, "delimiter": ";" }""", "[1, \"a\"]\n");

        run.ShouldSend("""{ "extra.tags": [1, "a"], "time.observation": "2020-01-01T00:00:00+00:00", "raw": "IlsxLCAiImEiIl0iCg==" }""");
    }

    [Fact]
    public async Task Two_columns_for_one_field_make_the_row_fail()
    {
        var run = await ParseAsync("""{ "columns": ["comment", "comment"] }""", "a,b\n");

        Assert.IsType<KeyExistsException>(Assert.Single(run.Failed).Error);
    }

    [Fact]
    public async Task Values_that_fit_no_field_are_left_out_where_the_column_is_not_required()
    {
        var run = await ParseAsync("""{ "columns": ["source.ip|source.network", "comment"], "columns_required": [false, true] }""", "nowhere,x\n");

        Assert.Equal("x", Assert.Single(run.On()).Get("comment").Text);
    }

    [Theory]
    [InlineData("""{ "columns": ["source.ip"], "delimiter": "::" }""", "one character")]
    [InlineData("""{ "columns": ["source.ip"], "time_format": "guess" }""", "time_format")]
    [InlineData("""{ "columns": ["source.ip"], "columns_required": [true, false] }""", "1 columns")]
    [InlineData("""{ "columns": ["source.ip"], "filter_text": "x", "filter_type": "grey" }""", "whitelist or blacklist")]
    [InlineData("""{ "columns": ["source.ip"], "column_regex_search": { "source.ip": "(" } }""", "no regular expression")]
    [InlineData("""{ "columns": ["source.ip"], "compose_fields": { "comment": "{x}" } }""", "no number of a column")]
    [InlineData("""{ "columns": ["source.ip"], "data_type": { "comment": "yaml" } }""", "expected 'json'")]
    [InlineData("""{ "columns": ["source.ip"], "type_translation": "no json" }""", "expected a map")]
    public async Task Mistakes_are_told_before_the_start(string parameters, string expected)
    {
        await using var bot = BotHarness.For<CsvParser>(parameters);

        Assert.Contains(bot.Check(), result => result.Message.Contains(expected, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_column_for_a_field_that_does_not_exist_is_told_at_the_start()
    {
        await using var bot = BotHarness.For<CsvParser>("""{ "columns": ["source.ipp"] }""");

        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("source.ipp", error.Message);
    }

    [Theory]
    [InlineData(",")]
    [InlineData(";")]
    [InlineData("\t")]
    [InlineData(" ")]
    [InlineData("\u00a7")]
    public async Task Bytes_that_do_not_count_change_nothing_in_a_row(string delimiter)
    {
        var random = new Random(1);
        var parameters = $$"""{ "columns": ["extra.a", "extra.b", "extra.c"], "delimiter": "{{(delimiter == "\t" ? "\\t" : delimiter)}}", "skip_header": true }""";
        for (var i = 0; i < 100; i++)
        {
            var row = RandomRow(random, delimiter);

            // A line with a NUL is read character by character, another one is taken as it is if it has nothing unusual.
            var (plain, decoded) = (await ParseAsync(parameters, $"header\ny{row}\nx\n"), await ParseAsync(parameters, $"header\ny\0{row}\nx\n"));

            Assert.Equal(decoded.On().Select(e => e.ToString()), plain.On().Select(e => e.ToString()));
        }
    }

    static string RandomRow(Random random, string delimiter)
    {
        string[] pieces = ["a", "bc", "\u00e9", "\"", "\"\"", "\"d\"", ",", delimiter, delimiter, delimiter + "\"", "\"" + delimiter, "\r", " ", "#"];
        return string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => pieces[random.Next(pieces.Length)]));
    }
}
