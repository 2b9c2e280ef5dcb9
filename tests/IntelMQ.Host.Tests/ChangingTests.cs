using System.Diagnostics;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

/// <summary>Start, stop and reload beside each other.</summary>
public sealed class ChangingTests
{
    const string ExpertModule = "intelmq.bots.experts.test.expert";

    static string Bots(int count, int retries = 1) =>
        string.Concat(Enumerable.Range(0, count).Select(i => $$"""
            bot-{{i}}: {module: {{ExpertModule}}, parameters: {error_max_retries: {{retries}}, destination_queues: [out-{{i}}]} }

            """));

    /// <summary>Knows how many of its kind are at work, and takes its time to let go.</summary>
    sealed class CountedExpert(Count count) : Expert
    {
        protected internal override ValueTask StartAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref count.Now);
            return default;
        }

        protected internal override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken) => emitter.SendAsync(message, cancellationToken: cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await Task.Delay(count.LettingGo);
            Interlocked.Decrement(ref count.Now);
        }
    }

    sealed class Count
    {
        public int Now;

        public TimeSpan LettingGo { get; init; }
    }

    [Fact]
    public async Task Starts_stops_and_reloads_at_the_same_time_leave_no_bot_that_nobody_reaches()
    {
        var count = new Count { LettingGo = TimeSpan.FromMilliseconds(5) };
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new CountedExpert(count)), Bots(3));
        var changes = new List<Task>();
        for (var i = 0; i < 20; i++)
        {
            changes.Add(botnet.Botnet.ReloadAsync(TestBotnet.Parse(Bots(i % 2 == 0 ? 3 : 2, retries: i))));
            changes.Add(Task.Run(() => botnet.Botnet.StartAsync(), TestContext.Current.CancellationToken));
            if (i % 3 == 0) changes.Add(Task.Run(() => botnet.Botnet.StopAsync(["bot-1"]), TestContext.Current.CancellationToken));
        }

        await Task.WhenAll(changes);
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet.Botnet.Status.All(status => status.State == BotState.Running), "all run");
        Assert.Equal(botnet.Botnet.Status.Count, count.Now);

        await botnet.Botnet.StopAsync();
        Assert.Equal(0, count.Now);
    }

    [Fact]
    public async Task A_bot_that_is_started_while_it_stops_runs_afterwards()
    {
        var count = new Count { LettingGo = TimeSpan.FromMilliseconds(200) };
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new CountedExpert(count)), Bots(1));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["bot-0"].State == BotState.Running, "it runs");

        var stopping = botnet.Botnet.StopAsync();
        await botnet.Botnet.StartAsync();
        await stopping;

        await botnet.UntilAsync(() => botnet["bot-0"].State == BotState.Running, "it runs again");
        Assert.Equal(1, count.Now);
    }

    [Fact]
    public async Task Changed_bots_are_stopped_all_at_the_same_time()
    {
        const int bots = 20;
        var count = new Count { LettingGo = TimeSpan.FromMilliseconds(500) };
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new CountedExpert(count)), Bots(bots));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => count.Now == bots, "all run");

        var begun = Stopwatch.GetTimestamp();
        var result = await botnet.Botnet.ReloadAsync(TestBotnet.Parse(Bots(bots, retries: 5)));

        // One after the other they take 10 s.
        Assert.InRange(Stopwatch.GetElapsedTime(begun), TimeSpan.FromMilliseconds(400), TimeSpan.FromSeconds(5));
        Assert.Equal(bots, result.Restarted.Count);
        await botnet.UntilAsync(() => botnet.Botnet.Status.All(status => status.State == BotState.Running), "all run again");
    }

    [Fact]
    public async Task Nothing_is_started_any_more_when_the_botnet_has_ended()
    {
        var count = new Count();
        var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new CountedExpert(count)), Bots(1));
        await botnet.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => botnet.Botnet.StartAsync());
        Assert.Equal(0, count.Now);
    }
}
