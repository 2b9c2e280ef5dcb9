using IntelMQ.Bots.Experts.Aggregate;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class AggregateExpertTests
{
    readonly FakeTime clock = new(new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero));

    BotHarness Bot(int threshold = 2) => BotHarness.For<AggregateExpert>($$"""{ "fields": "source.ip", "threshold": {{threshold}}, "timespan": "1 hour" }""", clock);

    [Fact]
    public async Task A_group_is_sent_when_its_time_is_over()
    {
        await using var bot = Bot();
        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "time.source": "2019-12-31T00:00:00+00:00", "comment": "first" }""");
        clock.Advance(TimeSpan.FromMinutes(30));
        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "time.source": "2019-12-31T01:00:00+00:00", "extra.count": 5 }""");
        clock.Advance(TimeSpan.FromMinutes(31));

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.2" }""");

        run.ShouldSend("""{ "source.ip": "192.0.2.1", "time.source": "2020-01-01T00:00:00+00:00", "comment": "first", "extra.count": 6, "extra.time_end": "2019-12-31T01:00:00+00:00" }""");
    }

    [Fact]
    public async Task A_group_with_too_few_events_is_dropped_and_begins_anew()
    {
        await using var bot = Bot(threshold: 3);
        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""", """{ "source.ip": "192.0.2.1" }""");
        clock.Advance(TimeSpan.FromHours(2));
        Assert.Empty((await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""", """{ "source.ip": "192.0.2.1" }""")).Sent);
        clock.Advance(TimeSpan.FromHours(2));

        Assert.Empty((await bot.RunAsync("""{ "source.ip": "192.0.2.2" }""")).Sent);
    }

    [Fact]
    public async Task Groups_outlive_a_restart()
    {
        await using var bot = Bot();
        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""", """{ "source.ip": "192.0.2.2" }""", """{ "source.ip": "192.0.2.1" }""");
        await bot.RestartAsync(TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromHours(2));

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.3" }""");

        Assert.Equal(2, Assert.Single(run.On()).Get("extra.count").ToObject() as long?);
        Assert.Single(bot.Cache.Keys);
    }

    [Fact]
    public async Task A_closing_that_was_taken_back_is_done_again()
    {
        await using var bot = Bot(threshold: 1);
        await bot.RunAsync("""{ "source.ip": "192.0.2.1" }""");
        var (key, group) = (Assert.Single(bot.Cache.Keys), await bot.Cache.GetAsync(bot.Cache.Keys.Single(), TestContext.Current.CancellationToken));
        clock.Advance(TimeSpan.FromHours(2));
        await bot.RunAsync("""{ "source.ip": "192.0.2.2" }""");
        await bot.Cache.SetAsync(key, group!, TimeSpan.FromDays(1), TestContext.Current.CancellationToken);
        clock.Advance(TimeSpan.FromSeconds(11));

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.2" }""");

        Assert.Equal("192.0.2.1", Assert.Single(run.On()).Get("source.ip").Text);
    }

    [Fact]
    public async Task A_span_that_is_none_is_told()
    {
        await using var bot = BotHarness.For<AggregateExpert>("""{ "timespan": "soon" }""");

        Assert.Contains(bot.Check(), result => result.Parameter == "timespan" && result.Level == BotLogLevel.Error);
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }
}
