using IntelMQ.Bots.Experts.CymruWhois;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class CymruWhoisExpertTests
{
    readonly FakeDns dns = new();

    public CymruWhoisExpertTests()
    {
        dns.AddText("1.2.0.192.origin.asn.cymru.com", "64496 64497 | 192.0.2.0/24 | AT | ripencc | 2007-06-07");
        dns.AddText("AS64496.asn.cymru.com", "\"64496 | AT | ripencc | 1993-01-01 | ÉXAMPLE\"");
    }

    const string Answer = """
        { "source.ip": "192.0.2.1", "source.asn": 64496, "source.network": "192.0.2.0/24", "source.geolocation.cc": "AT",
          "source.registry": "RIPE", "source.allocated": "2007-06-07T00:00:00+00:00", "source.as_name": "ÉXAMPLE" }
        """;

    [Fact]
    public async Task What_the_service_knows_is_added_and_asked_for_once()
    {
        await using var bot = BotHarness.For<CymruWhoisExpert>("{}", dns);

        (await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""")).ShouldSend(Answer);
        (await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""")).ShouldSend(Answer);

        Assert.Equal(2, dns.Questions.Count);
    }

    [Fact]
    public async Task The_cache_has_the_form_of_the_original()
    {
        await using var bot = BotHarness.For<CymruWhoisExpert>("{}", dns);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");

        Assert.Equal(
            """{"asn": "64496", "network": "192.0.2.0/24", "geolocation.cc": "AT", "registry": "ripencc", "allocated": "2007-06-07T00:00:00+00:00", "as_name": "\u00c9XAMPLE"}""",
            await bot.Cache.GetAsync("4_192.0.2.1", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task An_address_of_the_sixth_version_is_asked_for_by_its_nibbles()
    {
        dns.AddText("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.origin6.asn.cymru.com", "NA | 2001:db8::/32 | | other |");
        await using var bot = BotHarness.For<CymruWhoisExpert>("{}", dns);

        var run = await bot.RunAsync("""{ "destination.ip": "2001:db8::1" }""");

        run.ShouldSend("""{ "destination.ip": "2001:db8::1", "destination.network": "2001:db8::/32" }""");
    }

    [Fact]
    public async Task Values_that_are_there_stay_unless_overwrite_is_set()
    {
        await using var bot = BotHarness.For<CymruWhoisExpert>("{}", dns);

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.geolocation.cc": "DE" }""");

        Assert.Equal("DE", run.On()[0].Get("source.geolocation.cc").Text);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_asked_again_after_some_minutes()
    {
        dns.Fail("1.100.51.198.origin.asn.cymru.com");
        await using var bot = BotHarness.For<CymruWhoisExpert>("{}", dns);

        await bot.RunAsync("""{ "source.ip": "198.51.100.1" }""", """{ "source.ip": "198.51.100.1" }""");
        Assert.Single(dns.Questions);
        bot.Time.Advance(TimeSpan.FromMinutes(6));
        await bot.RunAsync("""{ "source.ip": "198.51.100.1" }""");

        Assert.Equal(2, dns.Questions.Count);
    }
}
