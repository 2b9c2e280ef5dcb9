using System.Net;
using IntelMQ.Bots.Experts.SplunkSavedSearch;

namespace IntelMQ.Bots.Tests.Experts;

/// <summary>Against a stand-in for the REST interface of Splunk, which answers what a test wants.</summary>
public sealed class SplunkSavedSearchExpertTests
{
    const string Message = """{ "source.ip": "192.0.2.1" }""";
    const string Jobs = "https://splunk.example.com:8089/services/search/jobs";
    const string Results = Jobs + "/7.1/results/?output_mode=json";

    readonly FakeHttp http = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    BotHarness Bot(string more = "", string url = "https://splunk.example.com:8089/", string searched = "source.ip") => BotHarness.For<SplunkSavedSearchExpert>(
        $$"""{ "url": "{{url}}", "auth_token": "secret", "saved_search": "who \"had\" it", "search_parameters": { "{{searched}}": "ip" }, "result_fields": { "user": "source.account", "other": "comment" }{{more}} }""", http);

    void Finds(string results)
    {
        http.Answer(HttpMethod.Post, Jobs, static _ => new(HttpStatusCode.Created) { Content = new StringContent("""{"sid": "7.1"}""") });
        http.Answer(Results, $$"""{"results": [{{results}}]}""");
    }

    static async Task<BotRun> RunAsync(BotHarness bot, string message = Message)
    {
        var running = bot.RunAsync(message);
        // The stand-in answers at once, so that the bot is waiting whenever it is not done.
        for (var seconds = 0; seconds < 60 && !running.IsCompleted; seconds++) bot.Time.Advance(TimeSpan.FromSeconds(1));
        return await running.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    [Fact]
    public async Task A_result_is_added_to_the_event()
    {
        Finds("""{"user": "jdoe", "more": 1}""");
        await using var bot = Bot();

        (await RunAsync(bot)).ShouldSend("""{ "source.ip": "192.0.2.1", "source.account": "jdoe" }""");

        Assert.Equal("""
            output_mode=json&search=|savedsearch "who \"had\" it" "ip"="192.0.2.1"
            """, WebUtility.UrlDecode(http.Requests[0].Body));
        Assert.All(http.Requests, static request => Assert.Equal("Bearer secret", request.Headers["Authorization"]));
    }

    [Fact]
    public async Task Quotes_in_a_value_begin_no_commands()
    {
        Finds("");
        await using var bot = Bot(searched: "comment");

        await RunAsync(bot, """{ "comment": "\\\" | delete" }""");

        Assert.EndsWith("""
            "ip"="\\\" | delete"
            """, WebUtility.UrlDecode(http.Requests[0].Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_search_that_is_not_done_is_asked_for_again_after_the_interval()
    {
        http.Answer(HttpMethod.Get, Results, static _ => new(HttpStatusCode.NoContent));
        http.Answer(HttpMethod.Get, Results, static _ => new(HttpStatusCode.NoContent));
        Finds("""{"user": "jdoe"}""");
        await using var bot = Bot(""", "retry_interval": 7""");
        var start = bot.Time.GetUtcNow();

        (await RunAsync(bot)).ShouldSend("""{ "source.ip": "192.0.2.1", "source.account": "jdoe" }""");

        Assert.Equal(TimeSpan.FromSeconds(1 + 7 + 7), bot.Time.GetUtcNow() - start);
    }

    [Theory]
    [InlineData("""["warn", "send"]""", 1, 1)]
    [InlineData("""["send"]""", 1, 0)]
    [InlineData("""["warn", "drop"]""", 0, 1)]
    public async Task What_happens_without_a_result_says_not_found(string words, int sent, int warnings)
    {
        Finds("");
        await using var bot = Bot($", \"not_found\": {words}");

        var run = await RunAsync(bot);

        Assert.Equal((sent, warnings), (run.On().Count, run.Log.Count(static line => line.Level == BotLogLevel.Warning)));
    }

    [Theory]
    [InlineData("""["warn", "use_first", "send"]""", "first", 1)]
    [InlineData("""["ignore", "send"]""", "as it was", 0)]
    [InlineData("""["warn", "drop"]""", "nothing", 1)]
    public async Task What_happens_with_several_results_says_multiple_result_handling(string words, string expected, int warnings)
    {
        Finds("""{"user": "first"}, {"user": "second"}""");
        await using var bot = Bot($", \"multiple_result_handling\": {words}");

        var run = await RunAsync(bot);

        Assert.Equal(expected, run.On() is [var sent] ? sent.Get("source.account").Text ?? "as it was" : "nothing");
        Assert.Equal(warnings, run.Log.Count(static line => line.Level == BotLogLevel.Warning));
    }

    [Fact]
    public async Task Splunk_is_asked_to_find_only_one_result()
    {
        Finds("""{"user": "first"}""");
        await using var bot = Bot(""", "multiple_result_handling": ["limit"]""");

        await RunAsync(bot);

        Assert.EndsWith(" | head 1", WebUtility.UrlDecode(http.Requests[0].Body), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_without_a_field_to_search_by_goes_on_with_a_warning()
    {
        await using var bot = Bot();

        var run = await bot.RunAsync("""{ "comment": "x" }""");

        run.ShouldSend("""{ "comment": "x" }""");
        Assert.Empty(http.Requests);
        Assert.Contains(run.Log, static line => line.Level == BotLogLevel.Warning);
    }

    [Fact]
    public async Task A_value_that_is_there_is_an_error_unless_overwrite_says_more()
    {
        const string Known = """{ "source.ip": "192.0.2.1", "source.account": "known" }""";
        Finds("""{"user": "jdoe"}""");
        await using var strict = Bot();
        await using var keeping = Bot(""", "overwrite": false""");
        await using var replacing = Bot(""", "overwrite": true""");

        await Assert.ThrowsAsync<KeyExistsException>(() => RunAsync(strict, Known));
        (await RunAsync(keeping, Known)).ShouldSend(Known);
        (await RunAsync(replacing, Known)).ShouldSend("""{ "source.ip": "192.0.2.1", "source.account": "jdoe" }""");
    }

    [Fact]
    public async Task A_server_out_of_order_is_waited_for_and_one_that_refuses_is_an_error()
    {
        http.Answer(HttpMethod.Post, Jobs, static _ => new(HttpStatusCode.ServiceUnavailable));
        http.Answer(HttpMethod.Post, Jobs, static _ => new(HttpStatusCode.Unauthorized));
        await using var bot = Bot();

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync(Message));
        await Assert.ThrowsAsync<HttpRequestException>(() => bot.RunAsync(Message));
    }

    [Fact]
    public async Task Contradictions_are_told_before_the_start()
    {
        await using var bot = Bot(""", "not_found": ["send", "drop"], "multiple_result_handling": ["use_first", "ignore", "often"]""", url: "splunk");

        Assert.Equal(["url", "not_found", "multiple_result_handling", "multiple_result_handling"], bot.Check().Select(static result => result.Parameter));
    }
}
