using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Bots.Experts.DoPortal;
using IntelMQ.Bots.Experts.Lookyloo;
using IntelMQ.Bots.Experts.Misp;
using IntelMQ.Bots.Experts.ReverseDns;
using IntelMQ.Bots.Experts.Ripe;
using IntelMQ.Bots.Experts.Tuency;
using IntelMQ.Bots.Experts.Uwhoisd;

namespace IntelMQ.Bots.Tests.Experts;

/// <summary>Experts that ask a server of one's own or a public one, here a stand-in.</summary>
public sealed class AskedServerExpertTests
{
    [Fact]
    public async Task The_contacts_of_a_portal_are_put_behind_the_one_that_is_there()
    {
        await using var bot = BotHarness.For<DoPortalExpert>("""{ "portal_url": "http://portal.example.com", "portal_api_key": "k" }""");
        bot.Http.Answer("http://portal.example.com/api/1.0/ripe/contact?cidr=192.0.2.1", """{"abusecs": ["a@example.com", "b@example.com"]}""");

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.abuse_contact": "c@example.com" }""");

        run.ShouldSend("""{ "source.ip": "192.0.2.1", "source.abuse_contact": "c@example.com,a@example.com,b@example.com" }""");
        Assert.Equal("k", bot.Http.Requests[0].Headers["API-Authorization"]);
    }

    [Fact]
    public async Task A_portal_that_is_out_of_order_makes_the_event_wait()
    {
        await using var bot = BotHarness.For<DoPortalExpert>("""{ "portal_url": "http://portal.example.com", "portal_api_key": "k" }""");
        bot.Http.Answer("http://portal.example.com/api/1.0/ripe/contact?cidr=192.0.2.1", "", status: HttpStatusCode.BadGateway);

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.ip": "192.0.2.1" }"""));
    }

    [Fact]
    public async Task What_RIPE_knows_is_asked_for_once()
    {
        await using var bot = BotHarness.For<RipeExpert>("""{ "query_ripe_stat_ip": false, "query_ripe_stat_geolocation": false }""");
        bot.Http.Answer("https://rest.db.ripe.net/abuse-contact/192.0.2.1.json", """{"message": "No abuse contact found for 192.0.2.1"}""", status: HttpStatusCode.NotFound);

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""", """{ "source.ip": "192.0.2.1" }""");

        run.ShouldSend("""{ "source.ip": "192.0.2.1" }""", """{ "source.ip": "192.0.2.1" }""");
        Assert.Single(bot.Http.Requests);
    }

    [Theory]
    [InlineData("""{"suppress": false, "interval": {"unit": "immediate"}, "ip": {"destinations": [{"contacts": [{"email": "a@example.com"}]}]}}""", """ "extra.ttl": 0, "source.abuse_contact": "a@example.com", """)]
    [InlineData("""{"suppress": false, "interval": {"unit": "hours", "length": 2}, "ip": {"destinations": []}}""", """ "extra.ttl": 7200, """)]
    [InlineData("""{"suppress": true}""", """ "extra.notify": false, """)]
    [InlineData("""{"suppress": false}""", "")]
    public async Task Tuency_says_whom_to_notify_and_how_often(string answer, string added)
    {
        const string Given = """ "source.ip": "192.0.2.1", "classification.taxonomy": "other", "classification.type": "other", "feed.provider": "A B", "feed.name": "C" }""";
        await using var bot = BotHarness.For<TuencyExpert>("""{ "url": "http://tuency.example.com/", "authentication_token": "t" }""");
        bot.Http.Answer("http://tuency.example.com/intelmq/lookup?classification_taxonomy=other&classification_type=other&feed_provider=A+B&feed_name=C&feed_status=production&ip=192.0.2.1", answer);

        (await bot.RunAsync("{ " + Given)).ShouldSend("{ " + added + Given);

        Assert.Equal("Bearer t", bot.Http.Requests[0].Headers["Authorization"]);
    }

    [Fact]
    public async Task The_link_to_a_capture_is_added()
    {
        await using var bot = BotHarness.For<LookylooExpert>();
        bot.Http.Answer(HttpMethod.Post, "http://localhost:5100/submit", _ => new(HttpStatusCode.OK) { Content = new StringContent("\"1-2-3\"") });

        var run = await bot.RunAsync("""{ "source.url": "http://www.example.com/" }""");

        run.ShouldSend("""{ "source.url": "http://www.example.com/", "screenshot_url": "http://localhost:5100/tree/1-2-3" }""");
    }

    [Fact]
    public async Task The_identifiers_of_an_attribute_in_MISP_are_added()
    {
        await using var bot = BotHarness.For<MispExpert>("""{ "misp_url": "http://misp.example.com/", "misp_key": "k" }""");
        bot.Http.Answer(HttpMethod.Post, "http://misp.example.com/attributes/restSearch", _ => new(HttpStatusCode.OK)
        {
            Content = new StringContent("""{"response": {"Attribute": [{"uuid": "5f0b6f2e-51a8-4c0b-8c5d-2b3a7f1c9d10", "Event": {"uuid": "5f0b6f2e-2b7c-4d1e-9d3f-4c1a7f1c9d10"}}]}}"""),
        });

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");

        run.ShouldSend("""{ "source.ip": "192.0.2.1", "misp.attribute_uuid": "5f0b6f2e-51a8-4c0b-8c5d-2b3a7f1c9d10", "misp.event_uuid": "5f0b6f2e-2b7c-4d1e-9d3f-4c1a7f1c9d10" }""");
    }

    [Theory]
    [InlineData("""{ "source.ip": "192.0.2.1", "misp.attribute_uuid": "5f0b6f2e-51a8-4c0b-8c5d-2b3a7f1c9d10" }""")]
    [InlineData("""{ "source.ip": "192.0.2.1", "misp.event_uuid": "5f0b6f2e-2b7c-4d1e-9d3f-4c1a7f1c9d10" }""")]
    public async Task An_event_that_came_from_MISP_keeps_its_identifiers(string message)
    {
        await using var bot = BotHarness.For<MispExpert>("""{ "misp_url": "http://misp.example.com/", "misp_key": "k" }""");

        var run = await bot.RunAsync(message);

        run.ShouldSend(message);
        Assert.Empty(bot.Http.Requests);
    }

    [Fact]
    public async Task Addresses_of_both_versions_with_the_same_number_have_names_of_their_own()
    {
        await using var bot = BotHarness.For<ReverseDnsExpert>();
        bot.Dns.AddName("192.0.2.1", "host.example.com");

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""", """{ "source.ip": "::c000:201" }""");

        run.ShouldSend("""{ "source.ip": "192.0.2.1", "source.reverse_dns": "host.example.com" }""", """{ "source.ip": "::c000:201" }""");
    }

    [Fact]
    public async Task A_whois_server_is_asked_about_name_address_and_autonomous_system()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answering = AnswerAsync(server, 3);
        await using var bot = BotHarness.For<UwhoisdExpert>($$"""{ "server": "127.0.0.1", "port": {{((IPEndPoint)server.LocalEndpoint).Port}} }""");

        var run = await bot.RunAsync("""{ "source.url": "http://www.example.com/", "source.ip": "192.0.2.1", "source.asn": 64496 }""");
        await answering;

        run.ShouldSend("""
            { "source.url": "http://www.example.com/", "source.ip": "192.0.2.1", "source.asn": 64496, "extra.whois.fqdn": "about www.example.com\n",
              "extra.whois.ip": "about 192.0.2.1\n", "extra.whois.asn": "about AS64496\n" }
            """);
    }

    static async Task AnswerAsync(TcpListener server, int times)
    {
        for (; times > 0; times--)
        {
            using var connection = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
            using var reader = new StreamReader(connection.GetStream());
            var question = await reader.ReadLineAsync(TestContext.Current.CancellationToken);
            await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"about {question}\n"), TestContext.Current.CancellationToken);
        }
    }
}
