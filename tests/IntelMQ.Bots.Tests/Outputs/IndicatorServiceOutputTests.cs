using System.Net;
using IntelMQ.Bots.Outputs.Cif3;
using IntelMQ.Bots.Outputs.Mcafee.EsmIp;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>Outputs to services that keep indicators, against scripted answers.</summary>
public sealed class IndicatorServiceOutputTests
{
    const string Cif = "https://cif.example.com/indicators";
    const string Esm = "https://esm.example.com/rs/esm/";
    const string EsmParameters = """{ "esm_ip": "esm.example.com", "esm_password": "secret", "esm_watchlist": "List" }""";

    readonly FakeHttp http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    void Answer(string url, string body, HttpStatusCode status = HttpStatusCode.OK) => http.Answer(HttpMethod.Post, url, _ => new(status) { Content = new StringContent(body) });

    BotHarness CifBot(string more = "") => BotHarness.For<Cif3Output>($$"""{ "cif3_url": "https://cif.example.com/", "cif3_token": "key"{{more}} }""", http);

    void AnswerLogin() => http.Answer(HttpMethod.Post, Esm + "login", static _ => new() { Headers = { { "Set-Cookie", "JWTToken=a; Secure" }, { "Xsrf-Token", "b" } } });

    [Fact]
    public async Task Fields_become_members_of_an_indicator()
    {
        Answer(Cif, "{}", HttpStatusCode.Created);
        await using var bot = CifBot(""", "add_feed_provider_as_tag": true, "cif3_additional_tags": ["intelmq"]""");

        await bot.RunAsync(
            """{ "source.ip": "192.0.2.1", "source.port": 80, "source.url": "http://www.example.com/", "classification.type": "c2-server", "feed.provider": "Example", "feed.accuracy": 90.0, "protocol.transport": "tcp" }""",
            """{ "malware.hash.md5": "d41d8cd98f00b204e9800998ecf8427e", "classification.type": "phishing" }""");

        var request = Assert.Single(http.Requests);
        Assert.Equal("Token token=key", request.Headers["Authorization"]);
        Assert.Equal(
            """[{"indicator": "http://www.example.com/", "port": 80, "protocol": "tcp", "provider": "Example", "tags": ["intelmq", "Example", "botnet", "c2"], "confidence": 9.0, "group": "everyone"}, """
            + """{"indicator": "d41d8cd98f00b204e9800998ecf8427e", "provider": "IntelMQ", "tags": ["intelmq", "phishing"], "confidence": 5.0, "group": "everyone"}]""",
            request.Body);
    }

    [Fact]
    public async Task At_most_as_many_indicators_as_wanted_go_with_a_request_and_none_is_lost()
    {
        Answer(Cif, "{}", HttpStatusCode.Created);
        await using var bot = CifBot(""", "fireball": 2, "cif3_static_confidence": true, "cif3_feed_confidence": 7""");

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "feed.accuracy": 90.0 }""", """{ "source.ip": "192.0.2.2" }""", """{ "source.ip": "192.0.2.3" }""");

        Assert.Equal([2, 1], http.Requests.Select(request => request.Body.Split("\"indicator\"").Length - 1));
        Assert.All(http.Requests, request => Assert.Contains("\"confidence\": 7.0", request.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_an_indicator_or_is_refused_is_a_wrong_message()
    {
        await using var bot = CifBot();
        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "comment": "x" }"""));

        Answer(Cif, "submission failed", HttpStatusCode.UnprocessableEntity);
        Assert.Contains("submission failed", (await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "source.ip": "192.0.2.1" }"""))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_is_refused_stops_the_bot()
    {
        Answer(Cif, "", HttpStatusCode.Unauthorized);
        await using var bot = CifBot();
        await using var wrong = BotHarness.For<Cif3Output>("""{ "cif3_url": "cif", "cif3_token": "" }""");

        await Assert.ThrowsAsync<ConfigurationException>(() => bot.RunAsync("""{ "source.ip": "192.0.2.1" }"""));
        Assert.Equal(["cif3_url", "cif3_token"], wrong.Check().Select(result => result.Parameter));
    }

    [Fact]
    public async Task Addresses_are_added_to_the_list_of_the_name()
    {
        AnswerLogin();
        Answer(Esm + "sysGetWatchlists", """{ "return": [{ "name": "Other", "id": { "value": 1 } }, { "name": "List", "id": { "value": 2 } }] }""");
        Answer(Esm + "sysAddWatchlistValues", "");
        await using var bot = BotHarness.For<EsmIpOutput>(EsmParameters, http);

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""", """{ "source.ip": "192.0.2.1" }""", """{ "comment": "x" }""", """{ "source.ip": "192.0.2.2" }""");

        Assert.Equal("""{"username": "TkdDUA==", "password": "c2VjcmV0", "locale": "en_US", "os": "Win32"}""", http.Requests[0].Body);
        Assert.Equal("""{"watchlist": {"value": 2}, "values": ["192.0.2.1", "192.0.2.2"]}""", http.Requests[2].Body);
        Assert.Equal("JWTToken=a", http.Requests[2].Headers["Cookie"]);
        Assert.Equal("b", http.Requests[2].Headers["X-Xsrf-Token"]);
        Assert.Contains("source.ip", Assert.Single(run.Log).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_that_has_ended_is_begun_anew()
    {
        AnswerLogin();
        Answer(Esm + "sysGetWatchlists", """[{ "name": "List", "id": 2 }]""");
        Answer(Esm + "sysAddWatchlistValues", "", HttpStatusCode.Unauthorized);
        Answer(Esm + "sysAddWatchlistValues", "");
        await using var bot = BotHarness.For<EsmIpOutput>(EsmParameters, http);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");

        Assert.Equal(["login", "sysGetWatchlists", "sysAddWatchlistValues", "login", "sysGetWatchlists", "sysAddWatchlistValues"], http.Requests.Select(request => request.Url.Segments[^1]));
    }

    [Fact]
    public async Task A_login_that_is_refused_or_a_list_that_is_not_there_stops_the_bot()
    {
        Answer(Esm + "login", "", HttpStatusCode.Unauthorized);
        await using var refused = BotHarness.For<EsmIpOutput>(EsmParameters, http);
        Assert.Contains("NGCP", (await Assert.ThrowsAsync<ConfigurationException>(async () => await refused.StartAsync(Token))).Message, StringComparison.Ordinal);

        var other = new FakeHttp();
        other.Answer(HttpMethod.Post, Esm + "login", static _ => new() { Headers = { { "Set-Cookie", "JWTToken=a" }, { "Xsrf-Token", "b" } } });
        other.Answer(HttpMethod.Post, Esm + "sysGetWatchlists", static _ => new() { Content = new StringContent("[]") });
        await using var without = BotHarness.For<EsmIpOutput>(EsmParameters, other);
        Assert.Contains("'List'", (await Assert.ThrowsAsync<ConfigurationException>(async () => await without.StartAsync(Token))).Message, StringComparison.Ordinal);
    }
}
