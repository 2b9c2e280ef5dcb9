namespace IntelMQ.Sdk.Testing.Tests;

public sealed class GoldenCaseTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("golden").FullName;

    public static TheoryData<string> Names => [.. Cases.Keys];

    static readonly Dictionary<string, GoldenCase> Cases =
        GoldenCase.FindAll("tests/IntelMQ.Sdk.Testing.Tests", typeof(GoldenCaseTests).Assembly).ToDictionary(static c => c.Name, StringComparer.Ordinal);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory, MemberData(nameof(Names))]
    public Task A_bot_does_what_its_cases_say(string name) => Cases[name].VerifyAsync();

    [Fact]
    public void Cases_are_named_by_the_folder_of_their_bot() =>
        Assert.Equal(["Feed/bad_row", "Feed/defaults", "Feed/good_rows", "Router/failing", "Router/paths"], Cases.Keys);

    [Fact]
    public void The_bot_is_the_one_of_the_namespace_or_the_one_that_is_named()
    {
        Assert.Equal("intelmq.bots.parsers.kit.feed", Cases["Feed/bad_row"].Module);
        Assert.Equal("intelmq.bots.experts.kit.router", Cases["Router/failing"].Module);
    }

    GoldenCase Case(params (string File, string Text)[] files)
    {
        var directory = Directory.CreateDirectory(Path.Combine(_directory, "Feed", "cases", "one")).FullName;
        foreach (var (file, text) in files) File.WriteAllText(Path.Combine(directory, file), text);
        return GoldenCase.FindAll(_directory, typeof(GoldenCaseTests).Assembly).Single();
    }

    [Fact]
    public async Task A_difference_is_told_with_the_file_and_how_to_accept_it()
    {
        var golden = Case(("input.txt", "192.0.2.1\nx\n"), ("expected.jsonl", "{\"source.ip\": \"192.0.2.9\", \"raw\": \"MTkyLjAuMi4x\", \"time.observation\": \"2020-01-01T00:00:00+00:00\"}\n"));

        var error = await Assert.ThrowsAsync<BotAssertionException>(() => golden.VerifyAsync());

        Assert.Contains("expected.jsonl: message 1, source.ip: expected \"192.0.2.9\", got \"192.0.2.1\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("dumped.jsonl: expected 0 messages, got 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("INTELMQ_ACCEPT=1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_words_of_an_error_count_only_where_the_case_has_them()
    {
        await Case(("input.txt", "x"), ("dumped.jsonl", "{\"raw\": \"x\"}\n")).VerifyAsync();

        await Assert.ThrowsAsync<BotAssertionException>(() => Case(("input.txt", "x"), ("dumped.jsonl", "{\"raw\": \"x\", \"error\": \"other\"}\n")).VerifyAsync());
    }

    [Fact]
    public void A_folder_that_stands_for_no_bot_needs_the_name_of_one()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "Unknown", "cases", "one"));

        var error = Assert.Throws<FormatException>(() => GoldenCase.FindAll(_directory, typeof(GoldenCaseTests).Assembly));

        Assert.Contains("IntelMQ.Sdk.Testing.Tests.Unknown has no bot", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_with_parameters_that_cannot_be_read_is_told_with_its_line()
    {
        var error = await Assert.ThrowsAsync<FormatException>(() => Task.FromResult(Case(("input.txt", ""), ("parameters.yaml", "a: 1\nb: [\n"))));

        Assert.Contains("parameters.yaml, line", error.Message, StringComparison.Ordinal);
    }
}
