using System.Net;
using IntelMQ.Bots.Outputs.Rt;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>Against a stand-in for the REST interface of Request Tracker, which answers what a test wants.</summary>
public sealed class RtOutputTests
{
    const string Api = "http://localhost/REST/1.0/";

    readonly FakeHttp http = new();

    void Rt(string path, string text, int status = 200) =>
        http.Answer(HttpMethod.Post, Api + path, _ => new(HttpStatusCode.OK) { Content = new StringContent($"RT/4.4.4 {status} x\n\n{text}") });

    BotHarness Bot(string more = "") => BotHarness.For<RtOutput>($$"""{ "rt_password": "secret"{{more}} }""", http);

    string[] Asked => [.. http.Requests.Select(static request => request.Url.AbsoluteUri.Replace(Api, "", StringComparison.Ordinal))];

    string Content(int request) => WebUtility.UrlDecode(http.Requests[request].Body).Split("&content=")[1];

    [Fact]
    public async Task An_event_becomes_a_ticket_that_gets_its_final_status()
    {
        Rt("ticket/new", "# Ticket 17 created.\n");
        Rt("ticket/17/edit", "# Ticket 17 updated.\n");
        await using var bot = Bot();

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.port": 80, "event_description.text": "bad\nthings" }""");

        Assert.Equal("""
            id: ticket/new
            Queue: Incidents
            Subject: Incident notification, 192.0.2.1
            CF.{Description}: bad
             things
            CF.{IP}: 192.0.2.1
            Text: bad
             things
             
             source.ip: 192.0.2.1
             source.port: 80
             event_description.text: bad
             things
             

            """, Content(0));
        Assert.StartsWith("user=apiuser&pass=secret&", http.Requests[0].Body, StringComparison.Ordinal);
        Assert.Equal(["ticket/new", "ticket/17/edit"], Asked);
        Assert.Equal("Status: resolved\n", Content(1));
    }

    [Fact]
    public async Task An_investigation_asks_the_contact_and_belongs_to_the_incident()
    {
        Rt("ticket/new", "# Ticket 17 created.\n");
        Rt("ticket/new", "# Ticket 18 created.\n");
        Rt("ticket/18/links", "# Links for ticket 18 updated.\n");
        await using var bot = Bot(""", "create_investigation": true, "final_status": "", "investigation_fields": "source.ip,source.fqdn" """);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.port": 80, "source.abuse_contact": "a@example.com", "event_description.text": "bad" }""");

        Assert.Equal(["ticket/new", "ticket/new", "ticket/18/links"], Asked);
        Assert.StartsWith("id: ticket/new\nQueue: Investigations\nSubject: Incident notification, 192.0.2.1\nRequestor: a@example.com\nText: bad\n \n source.ip: 192.0.2.1\n", Content(1), StringComparison.Ordinal);
        Assert.DoesNotContain("source.port", Content(1), StringComparison.Ordinal);
        Assert.Equal("MemberOf: 17\n", Content(2));
    }

    [Theory]
    [InlineData(""" "source.abuse_contact": "a@example.com" """, "Incidents")]
    [InlineData(""" "event_description.text": "x" """, "Incidents")]
    [InlineData(""" "event_description.text": "x", "source.abuse_contact": "a@example.com" """, "Other")]
    public async Task Without_contact_or_description_and_in_other_queues_there_is_no_investigation(string fields, string queue)
    {
        Rt("ticket/new", "# Ticket 17 created.\n");
        await using var bot = Bot($", \"create_investigation\": true, \"final_status\": \"\", \"queue\": \"{queue}\"");

        await bot.RunAsync($"{{ {fields} }}");

        Assert.Equal(["ticket/new"], Asked);
    }

    [Fact]
    public async Task A_refused_login_stops_the_bot_and_a_refused_ticket_is_a_wrong_message()
    {
        Rt("ticket/new", "", status: 401);
        Rt("ticket/new", "# Could not create ticket.\n# Queue not set.\n");
        await using var bot = Bot();

        await Assert.ThrowsAsync<ConfigurationException>(() => bot.RunAsync("{}"));
        Assert.Contains("Queue not set", (await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("{}"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fails_after_the_ticket_is_made_is_told_and_makes_no_second_ticket()
    {
        Rt("ticket/new", "# Ticket 17 created.\n");
        Rt("ticket/17/edit", "", status: 500);
        await using var bot = Bot();

        var run = await bot.RunAsync("{}");

        Assert.Contains(run.Log, static line => line.Level == BotLogLevel.Error && line.Message.Contains("ticket 17", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Certificates_are_not_verified_where_verify_cert_says_so()
    {
        await using var bot = Bot(""", "verify_cert": false""");
        await bot.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(false, http.Options!.HttpVerifyCert);
    }
}
