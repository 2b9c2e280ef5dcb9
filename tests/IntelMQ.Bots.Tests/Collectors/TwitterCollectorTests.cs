using System.Net;
using IntelMQ.Bots.Collectors.Twitter;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class TwitterCollectorTests
{
    const string Timeline = "https://api.twitter.com/1.1/statuses/user_timeline.json?count=20&exclude_replies=false&include_rts=true&screen_name=cert&tweet_mode=extended";
    const string Keys = """ "consumer_key": "ck", "consumer_secret": "cs", "access_token_key": "tk", "access_token_secret": "ts" """;

    readonly FakeHttp http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static string Tweet(string id, DateTimeOffset created, string text, string more = "") =>
        $$"""{ "id_str": "{{id}}", "created_at": "{{created.ToString("ddd MMM dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture)}} +0000 {{created.Year}}", "full_text": "{{text}}"{{more}} }""";

    [Fact]
    public async Task Tweets_that_are_new_become_reports_the_oldest_first()
    {
        await using var bot = BotHarness.For<TwitterCollector>($$"""{ "target_timelines": "cert", {{Keys}} }""", http);
        var now = bot.Time.GetUtcNow();
        http.Answer(Timeline, $"[{Tweet("3", now, "three")}, {Tweet("2", now.AddHours(-1), "two")}, {Tweet("1", now.AddDays(-2), "one")}]");
        http.Answer(Timeline + "&since_id=3", "[]");

        var first = await bot.CollectAsync(cancellationToken: Token);
        var second = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["two https://twitter.com/cert/status/2", "three https://twitter.com/cert/status/3"], first.On().Select(report => $"{((Report)report).RawText} {report.Get("feed.url")}"));
        Assert.Empty(second.Sent);
        Assert.StartsWith("OAuth oauth_consumer_key=\"ck\", oauth_nonce=", http.Requests[0].Headers["Authorization"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_followed_user_links_to_is_one_more_report()
    {
        await using var bot = BotHarness.For<TwitterCollector>($$"""{ "target_timelines": "cert", "follow_urls": "other, cert", {{Keys}} }""", http);
        http.Answer(Timeline, $"[{Tweet("1", bot.Time.GetUtcNow(), "see", """, "entities": { "urls": [{ "expanded_url": "https://pastebin.com/abc" }, { "expanded_url": "https://example.com/" }, { "expanded_url": "http://pastebin.com/raw/def" }, { "expanded_url": "http://pastebin.com/gone" }] }""")}]");
        http.Answer("https://pastebin.com/raw/abc", "a\n");
        http.Answer("https://pastebin.com/raw/def", "b\n");
        http.Answer("https://pastebin.com/raw/gone", "", status: HttpStatusCode.NotFound);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["see ", "a\nb\n url_text"], run.On().Select(report => $"{((Report)report).RawText} {report.Get("feed.code")}"));
        Assert.Contains("gone", Assert.Single(run.Log).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_signature_is_what_another_program_makes_of_the_same_keys()
    {
        // Keys and texts are those of an example of Twitter, which is a POST request; the signature was made by another program.
        var signer = new OAuthSigner("xvz1evFS4wEEPTGEFPHBog", "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw", "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb", "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE", new FakeTime(DateTimeOffset.FromUnixTimeSeconds(1318622958)));

        var header = signer.Sign("https://api.twitter.com/1.1/statuses/update.json", [new("include_entities", "true"), new("status", "Hello Ladies + Gentlemen, a signed OAuth request!")], "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg");

        Assert.Contains("oauth_timestamp=\"1318622958\"", header, StringComparison.Ordinal);
        Assert.Contains("oauth_signature=\"7JsiT720PsQPeMudWAOoHdr0AJk%3D\"", header, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_that_are_refused_stop_the_bot_and_missing_ones_are_told()
    {
        http.Answer(Timeline, """{ "errors": [] }""", status: HttpStatusCode.Unauthorized);
        await using var bot = BotHarness.For<TwitterCollector>($$"""{ "target_timelines": "cert", {{Keys}} }""", http);
        await using var without = BotHarness.For<TwitterCollector>("{}");

        await Assert.ThrowsAsync<ConfigurationException>(() => bot.CollectAsync(cancellationToken: Token));
        Assert.Equal(["target_timelines", "consumer_key", "consumer_secret", "access_token_key", "access_token_secret"], without.Check().Select(result => result.Parameter));
    }
}
