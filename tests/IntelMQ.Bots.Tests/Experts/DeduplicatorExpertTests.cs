using IntelMQ.Bots.Experts.Deduplicator;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class DeduplicatorExpertTests
{
    const string First = """{ "source.ip": "192.0.2.1", "raw": "eA==", "time.observation": "2020-01-01T00:00:00+00:00" }""";
    const string SameAtAnotherTime = """{ "source.ip": "192.0.2.1", "raw": "eQ==", "time.observation": "2021-01-01T00:00:00+00:00" }""";
    const string Other = """{ "source.ip": "192.0.2.1", "source.port": 80 }""";

    [Fact]
    public async Task What_was_seen_is_dropped_whatever_its_raw_data_and_time_are()
    {
        await using var bot = BotHarness.For<DeduplicatorExpert>();

        var run = await bot.RunAsync(First, SameAtAnotherTime, Other);

        Assert.Equal(2, run.Sent.Count);
    }

    [Fact]
    public async Task Only_listed_fields_count_with_a_whitelist()
    {
        await using var bot = BotHarness.For<DeduplicatorExpert>("""{ "filter_type": "whitelist", "filter_keys": "source.ip, source.fqdn" }""");

        var run = await bot.RunAsync(First, Other);

        Assert.Single(run.Sent);
    }

    [Fact]
    public async Task Everything_passes_with_bypass()
    {
        await using var bot = BotHarness.For<DeduplicatorExpert>("""{ "bypass": true }""");

        var run = await bot.RunAsync(First, First);

        Assert.Equal(2, run.Sent.Count);
    }

    [Fact]
    public async Task What_was_seen_long_ago_passes_again()
    {
        var time = new FakeTime();
        await using var bot = BotHarness.For<DeduplicatorExpert>("{}", time, new MemoryCache(time, TimeSpan.FromHours(1)));
        await bot.RunAsync(First);

        time.Advance(TimeSpan.FromHours(2));

        Assert.Single((await bot.RunAsync(First)).Sent);
    }

    [Fact]
    public async Task The_cache_is_shared_with_the_original()
    {
        await using var bot = BotHarness.For<DeduplicatorExpert>("""{ "filter_keys": "raw ,time.observation " }""");

        await bot.RunAsync("""{ "classification.identifier": "zeus", "source.ip": "192.168.0.4", "time.observation": "2015-01-01T13:37:00+00:00" }""");

        Assert.Equal(["742b8767986bbe3bd776197ceafcaf0c1f4217c5c228556ab11140512a6f1378"], bot.Cache.Keys);
    }
}
