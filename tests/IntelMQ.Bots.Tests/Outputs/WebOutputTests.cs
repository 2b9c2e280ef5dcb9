using System.Net;
using IntelMQ.Bots.Outputs.Elasticsearch;
using IntelMQ.Bots.Outputs.RestApi;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class WebOutputTests
{
    const string Service = "http://localhost/events";
    const string Bulk = "http://127.0.0.1:9200/_bulk";

    readonly FakeHttp http = new();

    static HttpResponseMessage Json(string body, HttpStatusCode status = HttpStatusCode.OK) => new(status) { Content = new StringContent(body) };

    [Fact]
    public async Task A_web_service_gets_json_and_who_is_writing()
    {
        http.Answer(HttpMethod.Post, Service, static _ => Json("ok"));
        await using var bot = BotHarness.For<RestApiOutput>(
            """{ "host": "http://localhost/events", "auth_type": "http_basic_auth", "auth_token_name": "user", "auth_token": "secret", "hierarchical_output": true }""", http);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");

        var request = Assert.Single(http.Requests);
        Assert.Equal("""{"source": {"ip": "192.0.2.1"}}""", request.Body);
        Assert.Equal("Basic dXNlcjpzZWNyZXQ=", request.Headers["Authorization"]);
    }

    [Fact]
    public async Task Without_json_the_fields_are_those_of_a_form()
    {
        string? contentType = null;
        http.Answer(HttpMethod.Post, Service, request =>
        {
            contentType = request.Content!.Headers.ContentType?.ToString();
            return Json("ok");
        });
        await using var bot = BotHarness.For<RestApiOutput>("""{ "host": "http://localhost/events", "use_json": false, "auth_type": "http_header", "auth_token_name": "X-Token", "auth_token": "secret" }""", http);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.tor_node": true }""");

        var request = Assert.Single(http.Requests);
        Assert.Equal("source.ip=192.0.2.1&source.tor_node=True", request.Body);
        Assert.Equal("secret", request.Headers["X-Token"]);
        Assert.Equal("application/x-www-form-urlencoded", contentType);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, typeof(TransientException))]
    [InlineData(HttpStatusCode.BadRequest, typeof(HttpRequestException))]
    public async Task A_server_out_of_order_is_waited_for_and_a_refused_message_is_not(HttpStatusCode status, Type expected)
    {
        http.Answer(HttpMethod.Post, Service, _ => Json("", status));
        await using var bot = BotHarness.For<RestApiOutput>("""{ "host": "http://localhost/events" }""", http);

        await Assert.ThrowsAsync(expected, () => bot.RunAsync("""{ "source.ip": "192.0.2.1" }"""));
    }

    [Fact]
    public async Task Documents_go_in_bulk_to_the_index_of_their_day()
    {
        http.Answer(HttpMethod.Head, "http://127.0.0.1:9200/_template/events", static _ => Json(""));
        http.Answer(HttpMethod.Post, Bulk, static _ => Json("""{ "errors": false, "items": [] }"""));
        await using var bot = BotHarness.For<ElasticsearchOutput>("""{ "elastic_index": "events", "rotate_index": "daily", "replacement_char": "_" }""", http);

        await bot.RunAsync("""{ "time.source": "2020-02-03T04:05:06+00:00", "extra.a": { "b.c": 1 } }""", """{ "time.observation": "2021-02-03T04:05:06+00:00" }""");

        var lines = http.Requests[^1].Body.Split('\n');
        Assert.StartsWith("""{"index": {"_index": "events-2020-02-03", "_id": """, lines[0], StringComparison.Ordinal);
        Assert.Equal("""{"time_source": "2020-02-03T04:05:06+00:00", "extra_a": {"b_c": 1}}""", lines[1]);
        Assert.StartsWith("""{"index": {"_index": "events-2021-02-03", """, lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Documents_that_the_server_has_no_room_for_are_sent_again()
    {
        http.Answer(HttpMethod.Put, "http://127.0.0.1:9200/intelmq", static _ => Json("", HttpStatusCode.BadRequest));
        http.Answer(HttpMethod.Post, Bulk, static _ => Json("""{ "errors": true, "items": [{ "index": { "status": 429, "error": { "reason": "full" } } }] }"""));
        http.Answer(HttpMethod.Post, Bulk, static _ => Json("""{ "errors": false, "items": [] }"""));
        await using var bot = BotHarness.For<ElasticsearchOutput>("{}", http);

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Contains("\"source.port\": 1", http.Requests[^1].Body, StringComparison.Ordinal);
        Assert.Contains("\"source.port\": 2", http.Requests[^1].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_document_that_the_server_never_takes_is_a_wrong_message()
    {
        http.Answer(HttpMethod.Put, "http://127.0.0.1:9200/intelmq", static _ => Json(""));
        http.Answer(HttpMethod.Post, Bulk, static _ => Json("""{ "errors": true, "items": [{ "index": { "status": 400, "error": { "reason": "mapper_parsing_exception" } } }] }"""));
        await using var bot = BotHarness.For<ElasticsearchOutput>("{}", http);

        var refused = await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
        Assert.Contains("mapper_parsing_exception", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task New_indices_without_a_template_are_a_configuration_error()
    {
        http.Answer(HttpMethod.Head, "http://127.0.0.1:9200/_template/intelmq", static _ => Json("", HttpStatusCode.NotFound));
        await using var bot = BotHarness.For<ElasticsearchOutput>("""{ "rotate_index": "weekly" }""", http);

        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }
}
