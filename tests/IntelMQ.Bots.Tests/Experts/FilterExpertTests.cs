using IntelMQ.Bots.Experts.Filter;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class FilterExpertTests
{
    static readonly FakeTime Clock = new(new DateTimeOffset(2020, 1, 10, 12, 0, 0, TimeSpan.Zero));

    static async Task<bool> PassesAsync(string parameters, string message)
    {
        await using var bot = BotHarness.For<FilterExpert>(parameters, Clock);
        return (await bot.RunAsync(message)).On().Count == 1;
    }

    [Theory]
    [InlineData("not_before", "1 day", "2020-01-09T13:00:00+00:00", true)]
    [InlineData("not_before", "1 day", "2020-01-09T11:00:00+00:00", false)]
    [InlineData("not_after", "2 hours", "2020-01-10T09:00:00+00:00", true)]
    [InlineData("not_after", "2 hours", "2020-01-10T11:00:00+00:00", false)]
    [InlineData("not_before", "2020-01-01 00:00:00", "2020-01-01T00:00:00+00:00", true)]
    [InlineData("not_before", "2020-01-01T00:00:00+02:00", "2019-12-31T21:59:59+00:00", false)]
    public async Task Limits_of_time_are_points_or_spans_before_now(string parameter, string limit, string time, bool passes)
    {
        Assert.Equal(passes, await PassesAsync($$"""{ "{{parameter}}": "{{limit}}" }""", $$"""{ "time.source": "{{time}}" }"""));
    }

    [Theory]
    [InlineData("123", true)]
    [InlineData("\"123\"", false)]
    public async Task A_text_is_not_a_number(string value, bool passes)
    {
        Assert.Equal(passes, await PassesAsync($$"""{ "filter_key": "source.asn", "filter_value": {{value}}, "filter_action": "keep" }""", """{ "source.asn": 123 }"""));
    }

    [Theory]
    [InlineData("drop", "x", new[] { "action_other", "filter_match" })]
    [InlineData("drop", "y", new[] { "filter_no_match", "_default" })]
    [InlineData("keep", "x", new[] { "filter_match", "_default" })]
    [InlineData("keep", "y", new[] { "action_other", "filter_no_match" })]
    public async Task Paths_tell_what_matched_and_what_was_not_kept(string action, string comment, string[] paths)
    {
        await using var bot = BotHarness.For<FilterExpert>($$"""{ "filter_key": "comment", "filter_value": "x", "filter_action": "{{action}}" }""");

        var run = await bot.RunAsync($$"""{ "comment": "{{comment}}" }""");

        Assert.Equal(paths, run.Sent.Select(sent => sent.Path));
    }

    [Theory]
    [InlineData("{}", "No relevant filter configuration")]
    [InlineData("""{ "filter_key": "comment", "filter_value": "(", "filter_action": "keep", "filter_regex": "search" }""", "no regular expression")]
    [InlineData("""{ "not_before": "some hours" }""", "no span of time")]
    [InlineData("""{ "not_after": "soonish" }""", "no point in time")]
    [InlineData("""{ "not_after": "1 day", "filter_action": "remove" }""", "expected keep or drop")]
    public async Task Mistakes_are_told_before_the_start(string parameters, string expected)
    {
        await using var bot = BotHarness.For<FilterExpert>(parameters);

        Assert.Contains(bot.Check(), result => result.Level == BotLogLevel.Error && result.Message.Contains(expected, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }
}
