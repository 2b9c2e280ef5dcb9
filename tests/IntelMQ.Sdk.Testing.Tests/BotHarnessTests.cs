using IntelMQ.Sdk.Testing.Tests.Feed;
using IntelMQ.Sdk.Testing.Tests.Router;

namespace IntelMQ.Sdk.Testing.Tests;

public sealed class BotHarnessTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collector_gets_its_page_and_the_report_gets_its_feed()
    {
        await using var bot = BotHarness.For<PageCollector>("""{ "http_url": "https://example.com/feed", "http_header": { "X-Key": "k" }, "name": "Feed", "accuracy": 50 }""");
        bot.Http.Answer("https://example.com/feed", "abc");

        var run = await bot.CollectAsync(cancellationToken: Cancellation);

        run.ShouldSend("""{ "feed.url": "https://example.com/feed", "time.observation": "2020-01-01T00:00:00+00:00", "raw": "YWJj", "feed.name": "Feed", "feed.accuracy": 50.0, "__type": "Report" }""");
        Assert.Equal("k", Assert.Single(bot.Http.Requests).Headers["x-key"]);
    }

    [Fact]
    public async Task A_request_without_a_scripted_answer_says_which()
    {
        await using var bot = BotHarness.For<PageCollector>("""{ "http_url": "https://example.com/other" }""");

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => bot.CollectAsync(cancellationToken: Cancellation));

        Assert.Contains("GET https://example.com/other", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parser_tells_events_and_failed_rows_apart()
    {
        await using var bot = BotHarness.For<FeedParser>();

        var run = await bot.ParseAsync("192.0.2.1\nx\n", Cancellation);

        run.ShouldSend("""{ "source.ip": "192.0.2.1", "raw": "MTkyLjAuMi4x", "time.observation": "2020-01-01T00:00:00+00:00" }""");
        Assert.Equal("x", Assert.Single(run.Failed).RawText);
    }

    [Fact]
    public async Task An_expert_is_seen_with_its_paths_its_log_and_messages_as_they_were_sent()
    {
        await using var bot = BotHarness.For<RouterExpert>("""{ "countries": ["AT"] }""");

        var run = await bot.RunAsync("""{ "source.geolocation.cc": "AT" }""", """{ "source.geolocation.cc": "DE" }""");

        run.ShouldSend("""{ "__path": "match", "source.geolocation.cc": "AT" }""", """{ "source.geolocation.cc": "DE", "__type": "Event" }""");
        Assert.Single(run.On("match"));
        Assert.Single(run.On());
        Assert.Equal(["Seen 1 times at 00:00.", "Seen 1 times at 00:00."], run.Log.Select(static l => l.Message));
    }

    [Fact]
    public async Task Services_of_the_test_go_before_the_fakes()
    {
        var time = new FakeTime(new DateTimeOffset(2021, 5, 6, 12, 30, 0, TimeSpan.Zero));
        var cache = new MemoryCache(time);
        await using var bot = BotHarness.For<RouterExpert>("""{ "countries": ["AT"] }""", time, cache);
        await bot.RunAsync("""{ "source.geolocation.cc": "AT" }""");
        time.Advance(TimeSpan.FromMinutes(59));
        var second = await bot.RunAsync("""{ "source.geolocation.cc": "AT" }""");
        time.Advance(TimeSpan.FromHours(1));
        var third = await bot.RunAsync("""{ "source.geolocation.cc": "AT" }""");

        Assert.Equal("Seen 2 times at 13:29.", Assert.Single(second.Log).Message);
        Assert.Equal("Seen 1 times at 14:29.", Assert.Single(third.Log).Message);
        Assert.Same(cache, bot.Cache);
    }

    [Fact]
    public async Task An_output_is_flushed_and_keeps_its_directory_over_a_restart()
    {
        await using var bot = BotHarness.For<FileOutput>();

        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");
        await bot.RestartAsync(Cancellation);
        await bot.RunAsync("""{ "source.ip": "192.0.2.2" }""");

        Assert.Equal(2, File.ReadAllLines(Path.Combine(bot.StateDirectory, "out")).Length);
    }

    [Fact]
    public async Task The_state_directory_is_gone_with_the_harness()
    {
        var bot = BotHarness.For<FileOutput>();
        var directory = bot.StateDirectory;

        await bot.DisposeAsync();

        Assert.False(Directory.Exists(directory));
    }

    [Fact]
    public async Task Missing_wrong_and_unknown_parameters_are_told_together()
    {
        await using var bot = BotHarness.For<PageCollector>("""{ "http_timeout_sec": "soon", "htp_url": "x" }""");

        var error = Assert.Throws<ConfigurationException>(() => bot.Bot);

        Assert.Contains("http_url: is required", error.Message, StringComparison.Ordinal);
        Assert.Contains("http_timeout_sec: the text \"soon\" is not", error.Message, StringComparison.Ordinal);
        Assert.Contains("htp_url: is no parameter", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Checking_tells_what_binding_and_the_options_say()
    {
        await using var bad = BotHarness.For<RouterExpert>("""{ "countries": ["Austria"], "country": 1 }""");
        await using var good = BotHarness.For<RouterExpert>("""{ "countries": ["AT"] }""");

        Assert.Equal(["country", "countries"], bad.Check().Select(static r => r.Parameter));
        Assert.Empty(good.Check());
    }

    [Fact]
    public async Task A_bot_of_another_kind_is_refused()
    {
        await using var bot = BotHarness.For<FeedParser>();

        await Assert.ThrowsAsync<InvalidOperationException>(() => bot.CollectAsync(cancellationToken: Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(() => bot.RunAsync("{}"));
    }

    [Fact]
    public async Task A_wrong_expectation_shows_each_field_that_differs()
    {
        await using var bot = BotHarness.For<RouterExpert>("""{ "countries": ["AT"] }""");
        var run = await bot.RunAsync("""{ "source.geolocation.cc": "DE", "source.ip": "192.0.2.1" }""");

        var error = Assert.Throws<BotAssertionException>(() => run.ShouldSend("""{ "source.geolocation.cc": "AT", "source.port": 1 }""", "{}"));

        Assert.Contains("expected 2 messages, got 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("message 1, source.geolocation.cc: expected \"AT\", got \"DE\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("message 1, source.ip: expected nothing, got \"192.0.2.1\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("message 1, source.port: expected 1, got nothing", error.Message, StringComparison.Ordinal);
        Assert.Contains("message 2 is missing: {}", error.Message, StringComparison.Ordinal);
    }
}
