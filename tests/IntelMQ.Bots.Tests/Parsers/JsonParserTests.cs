using IntelMQ.Bots.Parsers.Json;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class JsonParserTests
{
    [Theory]
    [InlineData("NaN", "NaN")]
    [InlineData("-Infinity", "-Infinity")]
    [InlineData("[1, 1.0, 100000000000000000000]", "[1, 1.0, 100000000000000000000]")]
    [InlineData("\"half \\ud83d\"", "\"half \\ud83d\"")]
    public async Task Values_that_only_the_original_writes_are_read_as_it_reads_them(string written, string stored)
    {
        await using var bot = BotHarness.For<JsonParser>();

        var run = await bot.ParseAsync($$"""{"extra.value": {{written}}}""", TestContext.Current.CancellationToken);

        Assert.Empty(run.Failed);
        Assert.Contains($"\"extra.value\": {stored}", Assert.Single(run.On()).ToString(), StringComparison.Ordinal);
    }
}
