using System.Net;
using IntelMQ.Bots.Collectors.Http.HttpStream;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class HttpStreamCollectorTests
{
    const string Url = "https://example.com/stream";

    readonly FakeHttp http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    BotHarness Bot(string more = "") => BotHarness.For<HttpStreamCollector>($$"""{ "http_url": "{{Url}}"{{more}} }""", http);

    [Theory]
    [InlineData("", new[] { "a", "b" })]
    [InlineData(", \"strip_lines\": false", new[] { " a ", "  ", "b" })]
    public async Task Each_line_becomes_a_report_and_empty_ones_do_not(string more, string[] expected)
    {
        http.Answer(Url, " a \r\n\n  \nb");
        await using var bot = Bot(more);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(expected, run.On().Select(report => ((Report)report).RawText));
        Assert.All(run.On(), report => Assert.Equal(Url, report.Get("feed.url").Text));
    }

    [Fact]
    public async Task An_answer_that_is_no_success_fails_the_run()
    {
        http.Answer(Url, "gone", status: HttpStatusCode.NotFound);
        await using var bot = Bot();

        Assert.Contains("404", (await Assert.ThrowsAsync<HttpRequestException>(() => bot.CollectAsync(cancellationToken: Token))).Message);
    }
}
