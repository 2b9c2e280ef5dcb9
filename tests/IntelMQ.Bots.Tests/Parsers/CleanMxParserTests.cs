using IntelMQ.Bots.Parsers.CleanMx;

namespace IntelMQ.Bots.Tests.Parsers;

public sealed class CleanMxParserTests
{
    [Fact]
    public async Task A_feed_in_another_form_stops_the_bot_instead_of_filling_the_dump()
    {
        await using var bot = BotHarness.For<CleanMxParser>();
        var report = bot.NewReport("id,url\n"u8.ToArray());
        report.Set(Fields.FeedUrl, "http://support.clean-mx.de/clean-mx/xmlphishing?format=csv");

        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.ParseAsync(report, TestContext.Current.CancellationToken));

        Assert.Contains("format=csv", error.Message, StringComparison.Ordinal);
    }
}
