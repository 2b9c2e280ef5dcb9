using IntelMQ.Bots.Experts.CsvConverter;
using IntelMQ.Bots.Experts.FormatField;
using IntelMQ.Bots.Experts.Rfc1918;
using IntelMQ.Bots.Experts.Threshold;
using IntelMQ.Bots.Experts.TruncateByDelimiter;

namespace IntelMQ.Bots.Tests.Experts;

/// <summary>The small experts that change texts: what their cases cannot say.</summary>
public sealed class TextExpertTests
{
    [Theory]
    [InlineData("abab", "b", "x", 1, "axab")]
    [InlineData("abab", "b", "", -1, "aa")]
    [InlineData("abab", "b", "bb", 5, "abbabb")]
    [InlineData("abab", "c", "x", 1, "abab")]
    [InlineData("ab", "", "-", 2, "-a-b")]
    [InlineData("ab", "", "-", -1, "-a-b-")]
    [InlineData("ab", "b", "x", 0, "ab")]
    public async Task Parts_of_a_text_are_replaced(string text, string old, string @new, int count, string expected)
    {
        await using var bot = BotHarness.For<FormatFieldExpert>($$"""{ "replace_column": "comment", "old_value": "{{old}}", "new_value": "{{@new}}", "replace_count": {{count}} }""");

        (await bot.RunAsync($$"""{ "comment": "{{text}}" }""")).ShouldSend($$"""{ "comment": "{{expected}}" }""");
    }

    [Fact]
    public async Task A_long_text_of_delimiters_is_shortened_at_once()
    {
        await using var bot = BotHarness.For<TruncateByDelimiterExpert>("""{ "field": "comment", "max_length": 3 }""");
        var text = new string('.', 1_000_000) + "\U0001F600\U0001F600";

        (await bot.RunAsync($$"""{ "comment": "{{text}}" }""")).ShouldSend("""{ "comment": ".\uD83D\uDE00\uD83D\uDE00" }""");
    }

    [Fact]
    public async Task An_unknown_field_for_CSV_is_told_at_the_start()
    {
        await using var bot = BotHarness.For<CsvConverterExpert>("""{ "fieldnames": "source.ip, source.port,nothing" }""");

        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("' source.port', 'nothing'", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("::")]
    public async Task A_delimiter_of_CSV_is_one_character(string delimiter)
    {
        await using var bot = BotHarness.For<CsvConverterExpert>($$"""{ "delimiter": "{{delimiter}}" }""");

        Assert.Contains(bot.Check(), result => result.Parameter == "delimiter");
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{ "fields": "source.ip", "policy": "del,drop" }""", "2 policies for 1 fields")]
    [InlineData("""{ "fields": "source.ip", "policy": "keep" }""", "expected del or drop")]
    public async Task Policies_belong_to_fields(string parameters, string expected)
    {
        await using var bot = BotHarness.For<Rfc1918Expert>(parameters);

        Assert.Contains(bot.Check(), result => result.Message.Contains(expected, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("""{ "redis_cache_ttl": 0 }""", "redis_cache_ttl")]
    [InlineData("""{ "threshold": 0 }""", "threshold")]
    [InlineData("""{ "add_keys": 5 }""", "add_keys")]
    public async Task Parameters_of_a_threshold_that_make_no_sense_are_told(string parameters, string parameter)
    {
        await using var bot = BotHarness.For<ThresholdExpert>(parameters);

        Assert.Contains(bot.Check(), result => result.Parameter == parameter && result.Level == BotLogLevel.Error);
    }

    [Fact]
    public async Task Counting_begins_anew_after_a_pause()
    {
        var clock = new FakeTime();
        await using var bot = BotHarness.For<ThresholdExpert>("""{ "threshold": 2 }""", clock, new MemoryCache(clock, TimeSpan.FromSeconds(60)));
        const string message = """{ "source.ip": "192.0.2.1" }""";

        await bot.RunAsync(message);
        clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Empty((await bot.RunAsync(message)).Sent);
        clock.Advance(TimeSpan.FromSeconds(59));

        (await bot.RunAsync(message)).ShouldSend("""{ "source.ip": "192.0.2.1", "comment": "Threshold reached", "extra.count": 2 }""");
    }
}
