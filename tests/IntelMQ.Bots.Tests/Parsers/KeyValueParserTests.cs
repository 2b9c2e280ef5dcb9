using IntelMQ.Bots.Parsers.KeyValue;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class KeyValueParserTests
{
    [Theory]
    [InlineData("{}", "keys: is empty")]
    [InlineData("""{ "keys": { "a": "source.ip" }, "pair_separator": "" }""", "pair_separator")]
    [InlineData("""{ "keys": { "a": "source.ip" }, "kv_separator": "" }""", "kv_separator")]
    public async Task Mistakes_are_told_before_the_start(string parameters, string expected)
    {
        await using var bot = BotHarness.For<KeyValueParser>(parameters);

        Assert.Contains(bot.Check(), result => result.Message.Contains(expected, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }
}
