using System.Net;
using IntelMQ.Bots.Collectors.Rt;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class RtCollectorTests
{
    const string Api = "https://rt.example.com/REST/1.0/";

    readonly FakeHttp http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    void Rt(string path, string text) => http.Answer(HttpMethod.Post, Api + path, _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("RT/4.4.4 200 Ok\n\n" + text) });

    void OneTicket()
    {
        Rt("search/ticket", "id: ticket/7\nQueue: Incident Reports\nOwner: Nobody\nSubject: Report: today\nStatus: new\nRequestors: a@example.com,\n            b@example.com\n\n");
        Rt("ticket/7/take", "# Owner changed from Nobody to intelmq\n");
        Rt("ticket/7/edit", "# Ticket 7 updated.\n");
    }

    BotHarness Bot(string more = "") => BotHarness.For<RtCollector>($$"""{ "uri": "{{Api}}", "password": "p", "extract_attachment": false, "extract_download": false{{more}} }""", http);

    IEnumerable<string> Asked => http.Requests.Select(request => request.Url.AbsoluteUri.Replace(Api, "", StringComparison.Ordinal));

    [Fact]
    public async Task The_attachment_of_a_ticket_becomes_a_report_and_the_ticket_is_taken()
    {
        OneTicket();
        Rt("ticket/7/attachments", "id: ticket/7/attachments\n\nAttachments: 15: (Unnamed) (text/plain / 1.2k),\n             16: a b.csv.zip (application/zip / 12k)\n");
        Rt("ticket/7/attachments/16/content", "data\n\n\n\n");
        Rt("ticket/7/attachments/16", "id: 16\nCreated: 2024-03-15 10:00:00\n\nContent: data\n");
        await using var bot = Bot();

        var run = await bot.CollectAsync(cancellationToken: Token);

        run.ShouldSend("""
            {
              "feed.accuracy": 100.0, "raw": "ZGF0YQo=", "rtir_id": 7, "time.observation": "2024-03-15T10:00:00+00:00",
              "extra.email_subject": "Report: today", "extra.ticket_subject": "Report: today",
              "extra.email_from": "a@example.com,\nb@example.com", "extra.ticket_requestors": "a@example.com,\nb@example.com",
              "extra.ticket_queue": "Incident Reports", "extra.ticket_status": "new", "extra.ticket_owner": "Nobody", "extra.file_name": "a b.csv.zip"
            }
            """.Replace(@",\nb", ",b", StringComparison.Ordinal));
        Assert.Equal(["ticket/7/take", "ticket/7/edit"], Asked.TakeLast(2));
        Assert.Contains(Uri.EscapeDataString("(Queue='Incident Reports')").Replace("%20", "+", StringComparison.Ordinal), http.Requests[0].Body.Replace("'", "%27", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, 1, true)]
    [InlineData(HttpStatusCode.NotFound, 0, true)]
    [InlineData(HttpStatusCode.BadGateway, 0, false)]
    public async Task What_a_ticket_names_is_downloaded(HttpStatusCode status, int reports, bool isTaken)
    {
        OneTicket();
        Rt("ticket/7/attachments", "id: ticket/7/attachments\n\nAttachments: \n");
        Rt("ticket/7/history", "# 1/1\n\nid: 1\nTicket: 7\nContent: see\n         https://dl.shadowserver.org/abc?x there\nCreated: 2024-03-15 10:00:00\n\n--\n\nid: 2\nContent: later\n");
        http.Answer("https://dl.shadowserver.org/abc?x", "data", status: status);
        await using var bot = Bot();

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(reports, run.On().Count);
        Assert.Equal(isTaken, Asked.Contains("ticket/7/take"));
    }

    [Fact]
    public async Task Conditions_may_be_lists_and_quotes_are_escaped()
    {
        Rt("search/ticket", "No matching results.\n");
        await using var bot = Bot(", \"search_subject_like\": [\"it's\", \"b\"], \"search_owner\": null, \"search_status\": \"\", \"search_not_older_than\": \"1 day\"");

        Assert.Empty((await bot.CollectAsync(cancellationToken: Token)).On());

        var query = WebUtility.UrlDecode(http.Requests[0].Body);
        Assert.Contains(@"(Queue='Incident Reports') AND (Owner='nobody') AND (Subject LIKE 'it\'s') AND (Subject LIKE 'b') AND (Created>'", query);
    }

    [Fact]
    public async Task A_user_that_the_server_refuses_stops_the_bot()
    {
        http.Answer(HttpMethod.Post, Api + "search/ticket", _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("RT/4.4.4 401 Credentials required\n\n") });
        await using var bot = Bot();

        await Assert.ThrowsAsync<ConfigurationException>(() => bot.CollectAsync(cancellationToken: Token));
    }
}
