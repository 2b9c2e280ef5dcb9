using IntelMQ.Bots.Parsers.Twitter;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class TwitterParserTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Substitutions_that_are_no_pairs_are_refused()
    {
        await using var bot = BotHarness.For<TwitterParser>("""{ "substitutions": "a;b;c" }""");

        Assert.Contains(bot.Check(), result => result.Level == BotLogLevel.Error && result.Parameter == "substitutions");
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(Token));
    }

    [Fact]
    public async Task A_type_that_is_none_becomes_undetermined_and_a_scheme_is_https_unless_said_otherwise()
    {
        await using var bot = BotHarness.For<TwitterParser>("""{ "classification_type": "nonsense" }""");

        var run = await bot.ParseAsync("see example.com/x", Token);

        var e = Assert.Single(run.On());
        Assert.Equal("undetermined", e.Get("classification.type").Text);
        Assert.Equal("https://example.com/x", e.Get("source.url").Text);
    }
}
