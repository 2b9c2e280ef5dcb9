using IntelMQ.Bots.Experts.Gethostbyname;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class GethostbynameExpertTests
{
    readonly FakeDns dns = new() { ["example.com"] = "192.0.2.1" };

    [Theory]
    [InlineData("false", "203.0.113.9")]
    [InlineData("true", "192.0.2.1")]
    public async Task An_address_is_replaced_only_when_overwrite_is_set(string overwrite, string expected)
    {
        await using var bot = BotHarness.For<GethostbynameExpert>($$"""{ "overwrite": {{overwrite}} }""", dns);

        var run = await bot.RunAsync("""{ "source.fqdn": "example.com", "source.ip": "203.0.113.9" }""");

        run.ShouldSend($$"""{ "source.fqdn": "example.com", "source.ip": "{{expected}}" }""");
    }

    [Fact]
    public async Task The_host_of_a_URL_is_asked_for_when_there_is_no_host_name()
    {
        await using var bot = BotHarness.For<GethostbynameExpert>("{}", dns);

        var run = await bot.RunAsync("""{ "source.url": "http://user@example.com:8080/x", "destination.url": "http://198.51.100.1/" }""");

        run.ShouldSend("""{ "source.url": "http://user@example.com:8080/x", "destination.url": "http://198.51.100.1/", "source.ip": "192.0.2.1" }""");
        Assert.Equal(["example.com"], dns.Questions);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_makes_the_event_wait()
    {
        dns.Fail("example.net");
        await using var bot = BotHarness.For<GethostbynameExpert>("{}", dns);

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.fqdn": "example.net" }"""));
    }

    [Theory]
    [InlineData("-3")]
    [InlineData("\"-8,-3\"")]
    [InlineData("[-8, -3]")]
    public async Task A_server_that_does_not_answer_can_be_ignored(string ignored)
    {
        dns.Fail("example.net");
        await using var bot = BotHarness.For<GethostbynameExpert>($$"""{ "gaierrors_to_ignore": {{ignored}} }""", dns);

        var run = await bot.RunAsync("""{ "source.fqdn": "example.net" }""");

        run.ShouldSend("""{ "source.fqdn": "example.net" }""");
    }

    [Fact]
    public void A_word_among_the_errors_to_ignore_is_told()
    {
        var problem = Assert.Single(new GethostbynameExpertOptions { GaierrorsToIgnore = "-3,x" }.Check());

        Assert.Contains("'x'", problem.Message);
    }
}
