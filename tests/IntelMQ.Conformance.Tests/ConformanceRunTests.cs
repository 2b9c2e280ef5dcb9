using System.Text.Json;

namespace IntelMQ.Conformance.Tests;

/// <summary>The program on directories that it has never seen.</summary>
public sealed class ConformanceRunTests : IDisposable
{
    const string Taxonomy = "intelmq.bots.experts.taxonomy.expert";

    readonly string _directory = Directory.CreateTempSubdirectory("intelmq-conformance-tests-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_call_that_gives_the_same_passes_and_one_that_does_not_fails()
    {
        Write("lib/harmonization-ASN.jsonl", Call("ASN", "\"AS5\"", "5"), Call("ASN", "\"AS5\"", "6"));

        var tally = await RunAsync();

        Assert.Equal("1 passed, 1 failed, 0 skipped", tally.ToString());
        var (recorded, verdict) = Assert.Single(tally.Remarkable);
        Assert.Equal(Path.Combine("lib", "harmonization-ASN.jsonl") + ":2", recorded.Name);
        Assert.Equal("sanitized to 5, expected 6", verdict.Text);
    }

    [Fact]
    public async Task A_bot_that_does_not_exist_fails_and_is_named()
    {
        Write("bots/experts/nobody/expert/one.json", Run("intelmq.bots.experts.nobody.expert", """{"__type": "Event"}"""));

        var tally = await RunAsync();

        Assert.Equal("0 passed, 1 failed, 0 skipped", tally.ToString());
        Assert.Equal("there is no bot 'intelmq.bots.experts.nobody.expert'", tally.Remarkable[0].Verdict.Text);
    }

    [Fact]
    public async Task What_does_not_exist_is_skipped_where_only_what_is_present_was_asked_for()
    {
        Write("lib/future.jsonl", """{"function": "foretell", "args": []}""");

        Assert.Equal("0 passed, 0 failed, 1 skipped", (await RunAsync(presentOnly: true)).ToString());
        Assert.Equal("0 passed, 1 failed, 0 skipped", (await RunAsync()).ToString());
    }

    [Fact]
    public async Task A_type_that_does_not_exist_is_a_failure_and_no_crash()
    {
        Write("lib/harmonization-Emoji.jsonl", Call("Emoji", "\"x\"", "\"x\""));

        var tally = await RunAsync();

        Assert.Equal("there is no type Emoji", Assert.Single(tally.Remarkable).Verdict.Text);
    }

    [Theory]
    [InlineData("""{"__type": "Event", "classification.type": "scanner", "classification.taxonomy": "information-gathering"}""", 1)]
    [InlineData("""{"__type": "Event", "classification.type": "scanner", "classification.taxonomy": "fraud"}""", 0)]
    [InlineData("""{"__type": "Event", "classification.type": "scanner"}""", 0)]
    public async Task The_messages_of_a_bot_are_compared_field_by_field(string output, int passed)
    {
        // Directly in the directory, which need not have a folder bots.
        Write("one.jsonl", Run(Taxonomy, output));

        var tally = await RunAsync();

        Assert.Equal(passed, tally.Passed);
        Assert.Equal(1 - passed, tally.Failed);
    }

    [Fact]
    public async Task Values_that_were_different_each_time_are_not_compared()
    {
        Write("one.jsonl", Run(Taxonomy, """{"__type": "Event", "classification.type": "scanner", "classification.taxonomy": "fraud"}""", "/steps/0/output/_default/0/classification.taxonomy"));

        Assert.Equal(1, (await RunAsync()).Passed);
    }

    [Theory]
    [InlineData("", "0 passed, 0 failed, 1 skipped")]
    [InlineData("""{"__type": "Event", "classification.type": "blacklist", "raw": "MTkyLjAuMi45", "source.ip": "192.0.2.9"}""", "0 passed, 1 failed, 0 skipped")]
    public async Task A_deviation_that_shows_does_not_hide_what_else_is_different(string output, string expected)
    {
        // The original gives the report up because of its first line; the second one is sent here.
        Write("one.json", $$$"""
            {"bot": "intelmq.bots.parsers.ci_army.parser", "group": "parser", "needs": [], "steps": [{"parameters": {}, "new_bot": true, "iterations": 1, "destination_queues": ["_default"],
             "input": [{"__type": "Report", "raw": "bm93aGVyZQoxOTIuMC4yLjgK"}], "output": {"_default": [{{{output}}}]}, "dumped": [{"exception": "InvalidValue", "message": {}}],
             "log": [{"level": "ERROR", "text": "Bot has found a problem.", "exception": {"type": "InvalidValue", "text": "x"}}]}]}
            """);

        Assert.Equal(expected, (await RunAsync()).ToString());
    }

    [Theory]
    [InlineData("<table><thead><tr><th>a</th></tr></thead>\n<TR>\n<td class='x'>b <b>c</b></td></TR></table> text", true)]
    [InlineData("<table><tr><td>a</td> text <td>b</td></tr></table>", false)]
    [InlineData("<table><tr><td>a</td><td>b</tr></table>", false)]
    [InlineData("<table><td>a</td></table>", false)]
    [InlineData("<table><tr><td>a\r\n</td></tr></table>", false)]
    [InlineData("<table><tr><td>a</td></tr>", false)]
    public void Tables_in_which_nothing_stands_where_it_does_not_belong_are_told_from_others(string page, bool areTidy) =>
        Assert.Equal(areTidy, Bots.Tables.AreTidy(page));

    [Fact]
    public async Task Only_what_the_filter_names_is_run()
    {
        Write("lib/harmonization-ASN.jsonl", Call("ASN", "\"AS5\"", "5"));
        Write("bots/one.json", Run(Taxonomy, """{"__type": "Event", "classification.type": "scanner", "classification.taxonomy": "information-gathering"}"""));

        var tally = await RunAsync("TAXONOMY");

        Assert.Equal(Taxonomy, Assert.Single(tally.Groups).Name);
    }

    [Fact]
    public async Task A_file_that_is_no_recording_is_named_with_its_line()
    {
        Write("lib/harmonization-ASN.jsonl", Call("ASN", "\"AS5\"", "5"), "{");

        var error = await Assert.ThrowsAsync<InvalidDataException>(() => RunAsync());

        Assert.StartsWith(Path.Combine("lib", "harmonization-ASN.jsonl") + ":2: this is no JSON", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Results_end_with_the_sum_and_are_written_for_programs()
    {
        Write("lib/harmonization-ASN.jsonl", Call("ASN", "\"AS5\"", "5"), Call("ASN", "\"AS5\"", "6"));
        var tally = await RunAsync();
        var file = Path.Combine(_directory, "results.json");
        using var printed = new StringWriter();

        ResultPrinter.Print(tally, printed);
        await ResultPrinter.WriteJsonAsync(tally, file);

        Assert.Equal("1 passed, 1 failed, 0 skipped", printed.ToString().TrimEnd().Split('\n')[^1]);
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
        Assert.Equal(1, json.RootElement.GetProperty("groups").GetProperty("harmonization-ASN").GetProperty("failed").GetInt32());
    }

    [Theory]
    [InlineData("The directory of the recordings is missing.")]
    [InlineData("There is no option '--fast'.", "--fast")]
    [InlineData("The option '--filter' needs a value.", "--filter")]
    [InlineData("There is no directory '/does/not/exist'.", "/does/not/exist")]
    public void Arguments_that_are_not_understood_are_named(string problem, params string[] args) =>
        Assert.Equal(problem, Assert.Throws<FormatException>(() => Options.Parse(args)).Message);

    Task<Tally> RunAsync(string? filter = null, bool presentOnly = false) =>
        new ConformanceRun(new Options(_directory, filter, null, presentOnly)).RunAsync(TestContext.Current.CancellationToken);

    void Write(string file, params string[] lines)
    {
        var path = Path.Combine(_directory, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, lines);
    }

    static string Call(string type, string value, string sanitized) =>
        $$"""{"type": "{{type}}", "value": {{value}}, "sanitize": {{sanitized}}, "is_valid": false, "is_valid_sanitize": true}""";

    static string Run(string module, string output, params string[] volatilePaths) => $$$"""
        {"bot": "{{{module}}}", "group": "expert", "needs": [], "volatile_paths": {{{JsonSerializer.Serialize(volatilePaths)}}}, "steps": [{"parameters": {}, "new_bot": true, "iterations": 1,
        """.Trim() + $$$"""
         "destination_queues": ["_default"], "input": [{"__type": "Event", "classification.type": "scanner"}], "output": {"_default": [{{{output}}}]}}]}
        """.Trim();
}
