using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

/// <summary>Every way out between the receipt of a message and its acknowledgement that begins with a stop.</summary>
public sealed class StoppingTests
{
    const string ExpertModule = "intelmq.bots.experts.test.expert";

    static string Event(int number) => $$"""{"source.port": {{number}}, "__type": "Event"}""";

    static string Expert(string more = "") =>
        $$"""
        my-expert:
          module: {{ExpertModule}}
          parameters:
            error_retry_delay: 0
            destination_queues: {_default: [out], _on_error: [errors]}
            {{more}}
        """;

    sealed class CancellableExpert(TaskCompletionSource begun, Func<CancellationToken, Task> work) : Expert
    {
        protected internal override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
        {
            begun.TrySetResult();
            await work(cancellationToken);
            await emitter.SendAsync(message, cancellationToken: cancellationToken);
        }
    }

    static TaskCompletionSource Begun() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task What_a_bot_throws_because_it_is_stopped_costs_no_event_though_failed_ones_are_not_kept()
    {
        var begun = Begun();
        var bots = new TestBots().Add(ExpertModule, () => new CancellableExpert(begun, async token =>
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
            }
            catch (OperationCanceledException e)
            {
                throw new InvalidMessageException("The library gave up.", e);
            }
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert("error_max_retries: 0\n    error_dump_message: false"));
        await botnet.SendAsync("my-expert-queue", Event(1));
        await botnet.Botnet.StartAsync();
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        await botnet.Botnet.StopAsync();

        Assert.Equal([Event(1)], await botnet.WaitingAsync("my-expert-queue"));
        Assert.Equal((BotState.Stopped, 0), (botnet["my-expert"].State, botnet["my-expert"].Counters.Failed));
        Assert.Empty(await botnet.WaitingAsync("errors"));
    }

    [Fact]
    public async Task An_event_goes_back_when_its_bot_is_stopped_while_it_waits_for_a_retry()
    {
        var attempts = 0;
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert((_, _) =>
        {
            attempts++;
            throw new IOException("not now");
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert().Replace("error_retry_delay: 0", "error_retry_delay: 3600", StringComparison.Ordinal));
        await botnet.SendAsync("my-expert-queue", Event(1));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].Reason?.Contains("Trying again", StringComparison.Ordinal) == true, "it waits");

        await botnet.Botnet.StopAsync();

        Assert.Equal(1, attempts);
        Assert.Equal([Event(1)], await botnet.WaitingAsync("my-expert-queue"));
    }

    [Fact]
    public async Task An_event_goes_back_when_its_bot_is_stopped_while_the_dump_cannot_be_written()
    {
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert((_, _) => throw new InvalidMessageException("no use")));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        Directory.CreateDirectory(Path.Combine(botnet.Paths.LogDirectory, "my-expert.dump"));
        await botnet.SendAsync("my-expert-queue", Event(1));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].Reason?.Contains("dump file cannot be written", StringComparison.Ordinal) == true, "it waits");

        await botnet.Botnet.StopAsync();

        Assert.Equal([Event(1)], await botnet.WaitingAsync("my-expert-queue"));
        Assert.Empty(await botnet.WaitingAsync("errors"));
    }

    [Fact]
    public async Task A_bot_whose_own_cancellation_code_fails_or_hangs_is_stopped_all_the_same()
    {
        using var never = new ManualResetEventSlim(initialState: false);
        var registered = Begun();
        var bots = new TestBots().Add(ExpertModule, () => new CancellableExpert(Begun(), async token =>
        {
            await using var failing = token.Register(() => throw new InvalidOperationException("no cancellation here"));
            using var hanging = token.UnsafeRegister(_ => never.Wait(), null);
            registered.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, CancellationToken.None);
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        await botnet.SendAsync("my-expert-queue", Event(1));
        await botnet.Botnet.StartAsync();
        await registered.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        await botnet.Botnet.StopAsync().WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        Assert.Equal((BotState.Stopped, 1), (botnet["my-expert"].State, botnet["my-expert"].Abandoned));
        Assert.Contains("still has a thread", botnet["my-expert"].Reason, StringComparison.Ordinal);
        Assert.Equal([Event(1)], await botnet.WaitingAsync("my-expert-queue"));
        never.Set();
    }

    [Fact]
    public async Task What_an_abandoned_bot_remembers_afterwards_makes_no_other_drop_the_event()
    {
        using var release = new ManualResetEventSlim(initialState: false);
        var runs = 0;
        var refused = 0;
        var bots = new TestBots().Add(ExpertModule, (_, services) =>
        {
            var cache = (IBotCache)services.GetService(typeof(IBotCache))!;
            return new TestExpert(async (e, to) =>
            {
                var isFirst = Interlocked.Increment(ref runs) == 1;
                if (isFirst) release.Wait(CancellationToken.None);
                try
                {
                    if (await cache.TryAddAsync("key", "seen", null, CancellationToken.None)) await to.SendAsync(e);
                }
                catch (ObjectDisposedException) when (isFirst)
                {
                    Interlocked.Increment(ref refused);
                    throw;
                }
            });
        });
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert(), ownSessions: true);
        await botnet.SendAsync("my-expert-queue", Event(1));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => runs == 1, "the bot has the event");
        await botnet.Botnet.StopAsync();

        release.Set();
        await botnet.UntilAsync(() => refused == 1 && botnet["my-expert"].Abandoned == 0, "the abandoned run has ended");
        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal([Event(1)], await botnet.WaitingAsync("out"));
        Assert.Null(botnet["my-expert"].Reason);
    }

    [Fact]
    public async Task An_output_that_was_abandoned_flushes_nothing_of_what_another_has_now()
    {
        using var release = new ManualResetEventSlim(initialState: false);
        var outputs = new List<SlowOutput>();
        var bots = new TestBots().Add("intelmq.bots.outputs.test.output", () =>
        {
            var output = new SlowOutput(outputs.Count == 0 ? release : null);
            outputs.Add(output);
            return output;
        });
        await using var botnet = await TestBotnet.OpenAsync(bots, "my-output: {module: intelmq.bots.outputs.test.output}");
        await botnet.SendAsync("my-output-queue", Event(1), Event(2));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => outputs.Count == 1 && outputs[0].Written == 1, "the first event is written");
        await botnet.Botnet.StopAsync();

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-output-queue");
        release.Set();
        await botnet.UntilAsync(() => botnet["my-output"].Abandoned == 0, "the abandoned run has ended");

        Assert.Equal((0, 2), (outputs[0].Flushed, outputs[1].Flushed));
    }

    /// <summary>Hangs in the second event, until it is released.</summary>
    sealed class SlowOutput(ManualResetEventSlim? release) : Output
    {
        public int Written { get; private set; }

        public int Flushed { get; private set; }

        protected internal override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
        {
            if (Written == 1) release?.Wait(CancellationToken.None);
            Written++;
            return default;
        }

        protected internal override ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            Flushed = Written;
            return default;
        }
    }
}
