using IntelMQ.Sdk;
using IntelMQ.Sdk.Testing;
using Xunit;

namespace Awesome.Bots.Tests;

public sealed class AwesomeBotsTests
{
    public static TheoryData<string> Bots => [.. BotConformance.BotsOf(typeof(SpecialCollector).Assembly)];

    [Theory, MemberData(nameof(Bots))]
    public async Task A_bot_stands_what_every_bot_must(string module) =>
        Assert.Empty(await BotConformance.CheckAsync(typeof(SpecialCollector).Assembly, module));

    [Fact]
    public async Task The_collector_splits_the_feed_into_reports()
    {
        await using var bot = BotHarness.For<SpecialCollector>("""{ "http_url": "https://example.com/feed", "per_report": 2 }""");
        bot.Http.Answer("https://example.com/feed", """{ "findings": [{ "source.ip": "192.0.2.1" }, { "source.ip": "192.0.2.2" }, { "source.ip": "192.0.2.3" }] }""");

        var run = await bot.CollectAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(2, run.Sent.Count);
    }

    [Fact]
    public void The_upgrade_leaves_a_configuration_in_the_new_form_as_it_is()
    {
        var old = new ConfiguredBot("special", "intelmq.bots.collectors.awesome.special", new Dictionary<string, object?> { ["feed_url"] = "https://example.com/" });
        var upgrade = new RenameUrl();

        var upgraded = upgrade.Upgrade(old);

        Assert.Equal("https://example.com/", upgraded.Parameters["http_url"]);
        Assert.Same(upgraded, upgrade.Upgrade(upgraded));
    }

    [Fact]
    public async Task The_expert_uses_the_library_of_its_own_package()
    {
        await using var bot = BotHarness.For<JsonVersionExpert>();

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");

        run.ShouldSend("""{ "source.ip": "192.0.2.1", "extra.awesome_json": 13 }""");
    }
}
