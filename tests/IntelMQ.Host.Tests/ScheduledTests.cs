using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

/// <summary>Bots that a timer starts: <c>run_mode: scheduled</c>.</summary>
public sealed class ScheduledTests
{
    const string ExpertModule = "intelmq.bots.experts.test.expert";
    const string CollectorModule = "intelmq.bots.collectors.test.collector";

    static string Event(int number) => $$"""{"source.port": {{number}}, "__type": "Event"}""";

    static string Expert(string more) =>
        $$"""
        my-expert:
          module: {{ExpertModule}}
          run_mode: scheduled
          parameters: {error_retry_delay: 0, destination_queues: [out]{{more}}}
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(700)]
    public async Task A_bot_takes_what_waits_in_its_queue_and_finishes_with_all_its_instances(int events)
    {
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) => await to.SendAsync(e))), Expert(", instances_threads: 3, rate_limit: 3600"));
        await botnet.SendAsync("my-expert-queue", [.. Enumerable.Range(1, events).Select(Event)]);

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].State == BotState.Finished, "it has finished");

        Assert.Equal(events, (await botnet.WaitingAsync("out")).Count);
        Assert.Equal(events, botnet["my-expert"].Counters.Received);
        Assert.Contains("Shutting down scheduled bot.", botnet.LogOf("my-expert"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_whose_service_does_not_answer_fails_after_its_retries_and_keeps_the_event()
    {
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new TestExpert((_, _) => throw new TransientException("No answer."))), Expert(", error_max_retries: 2"));
        await botnet.SendAsync("my-expert-queue", Event(1));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].State == BotState.Failed, "it has failed");

        Assert.Equal(("No answer.", 2), (botnet["my-expert"].Reason, botnet["my-expert"].Counters.Retries));
        Assert.Equal([Event(1)], await botnet.WaitingAsync("my-expert-queue"));
    }

    static string Collector(string more) =>
        $$"""
        my-collector:
          module: {{CollectorModule}}
          parameters: {error_retry_delay: 0, error_max_retries: 1, destination_queues: [out], {{more}}}
        """;

    static TestBots Failing(Exception error) => new TestBots().Add(CollectorModule, () => new TestCollector(_ => throw error));

    public static TheoryData<Exception> Errors => [new TransientException("No answer."), new IOException("No answer.")];

    [Theory, MemberData(nameof(Errors))]
    public async Task A_collector_whose_run_failed_for_good_has_failed_and_says_why(Exception error)
    {
        await using var botnet = await TestBotnet.OpenAsync(Failing(error), Collector("run_mode: scheduled"));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-collector"].State is BotState.Failed or BotState.Finished, "it has ended");

        Assert.Equal(BotState.Failed, botnet["my-collector"].State);
        Assert.Contains("No answer.", botnet["my-collector"].Reason, StringComparison.Ordinal);
        Assert.Equal((1, 1), (botnet["my-collector"].Counters.Failed, botnet["my-collector"].Counters.Retries));
    }

    [Theory, MemberData(nameof(Errors))]
    public async Task A_collector_that_goes_on_says_that_its_last_run_failed_until_the_next_one(Exception error)
    {
        await using var botnet = await TestBotnet.OpenAsync(Failing(error), Collector("rate_limit: 3600"));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-collector"].Counters.Failed == 1, "the run is given up");
        await botnet.UntilAsync(() => botnet["my-collector"].Reason == "The last run failed: No answer.", "it says so");

        Assert.Equal(BotState.Running, botnet["my-collector"].State);
    }

    [Fact]
    public async Task A_collector_that_rests_shortly_and_often_says_so_once()
    {
        var runs = 0;
        var bots = new TestBots().Add(CollectorModule, () => new TestCollector(_ =>
        {
            Interlocked.Increment(ref runs);
            return AsyncEnumerable.Empty<byte[]>();
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Collector("rate_limit: 0.001"));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => runs > 5, "some runs");
        await botnet.Botnet.StopAsync();

        Assert.Single(botnet.LogOf("my-collector").Split('\n'), line => line.Contains("Idling for", StringComparison.Ordinal));
    }
}
