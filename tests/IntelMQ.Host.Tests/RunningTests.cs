using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class RunningTests
{
    const string ExpertModule = "intelmq.bots.experts.test.expert";
    const string OutputModule = "intelmq.bots.outputs.test.output";

    static string Event(int number) => $$"""{"source.port": {{number}}, "__type": "Event"}""";

    static string[] Events(int count) => [.. Enumerable.Range(1, count).Select(Event)];

    static string Expert(string more = "") =>
        $$"""
        my-expert:
          module: {{ExpertModule}}
          group: Expert
          parameters:
            error_retry_delay: 0
            destination_queues: {_default: [out], odd: [odd], _on_error: [errors]}
            {{more}}
        """;

    [Fact]
    public async Task An_expert_passes_events_on_in_order_and_nothing_stays_behind()
    {
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) => await to.SendAsync(e))), Expert());
        await botnet.SendAsync("my-expert-queue", Events(2000));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].Counters.Received == 2000, "all are counted");

        Assert.Equal(Events(2000), await botnet.WaitingAsync("out"));
        var counters = botnet["my-expert"].Counters;
        Assert.Equal((2000, 2000, 0, 0), (counters.Received, counters.Sent, counters.Dropped, counters.Failed));
    }

    [Fact]
    public async Task An_event_goes_to_the_path_that_the_bot_names_and_to_all_its_queues()
    {
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) =>
        {
            e.TryGet(Fields.Source.Port, out var port);
            await to.SendAsync(e, port % 2 == 1 ? "odd" : QueuePath.Default);
            await to.SendAsync(e, "not-configured", optional: true);
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        await botnet.SendAsync("my-expert-queue", Events(4));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal([Event(1), Event(3)], await botnet.WaitingAsync("odd"));
        Assert.Equal([Event(2), Event(4)], await botnet.WaitingAsync("out"));
    }

    [Fact]
    public async Task A_failing_event_is_retried_then_dumped_and_sent_to_on_error_and_harms_no_other()
    {
        var attempts = 0;
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) =>
        {
            await to.SendAsync(e);
            if (e.TryGet(Fields.Source.Port, out var port) && port == 2)
            {
                attempts++;
                throw new FormatException("port two is not for me");
            }
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert("error_max_retries: 2"));
        await botnet.SendAsync("my-expert-queue", Events(3));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal(3, attempts);
        Assert.Equal([Event(1), Event(3)], await botnet.WaitingAsync("out"));
        Assert.Equal([Event(2)], await botnet.WaitingAsync("errors"));
        var dump = Assert.Single(Dump(botnet)).Value;
        Assert.Equal(Event(2), dump["message"]);
        Assert.Equal("my-expert-queue", dump["source_queue"]);
        Assert.Contains("port two is not for me", string.Concat((List<object?>)dump["traceback"]!), StringComparison.Ordinal);
        Assert.Equal((1, 2), (botnet["my-expert"].Counters.Failed, botnet["my-expert"].Counters.Retries));
        Assert.Contains(" - my-expert - ERROR - Bot has found a problem.", botnet.LogOf("my-expert"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_dumped_as_they_are_without_retries()
    {
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) => await to.SendAsync(e))), Expert());
        await botnet.SendAsync("my-expert-queue", "this is no JSON", """{"no.such.field": 1, "__type": "Event"}""", Event(1));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal([Event(1)], await botnet.WaitingAsync("out"));
        Assert.Equal(["this is no JSON", """{"no.such.field": 1, "__type": "Event"}"""], Dump(botnet).Values.Select(d => d["message"]));
        Assert.Equal(0, botnet["my-expert"].Counters.Retries);
    }

    [Fact]
    public async Task A_configuration_error_stops_the_bot_keeps_the_event_and_says_why()
    {
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert((_, _) => throw new ConfigurationException("The table is empty.")));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        await botnet.SendAsync("my-expert-queue", Event(1));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].State == BotState.Failed, "the bot has failed");

        Assert.Equal("The table is empty.", botnet["my-expert"].Reason);
        Assert.Equal([Event(1)], await botnet.WaitingAsync("my-expert-queue"));
    }

    [Fact]
    public async Task A_transient_error_is_retried_for_as_long_as_it_takes()
    {
        var attempts = 0;
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) =>
        {
            if (++attempts < 10) throw new TransientException("The service does not answer.");
            await to.SendAsync(e);
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert("error_max_retries: 1"));
        await botnet.SendAsync("my-expert-queue", Event(1));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal(10, attempts);
        Assert.Equal([Event(1)], await botnet.WaitingAsync("out"));
        Assert.Equal("", botnet.DumpOf("my-expert"));
    }

    [Fact]
    public async Task Several_instances_share_the_queue_and_no_event_is_handled_twice()
    {
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) =>
        {
            await Task.Yield();
            await to.SendAsync(e);
        }));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert("instances_threads: 4"));
        await botnet.SendAsync("my-expert-queue", Events(5000));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal(Events(5000).Order(StringComparer.Ordinal), (await botnet.WaitingAsync("out")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_failed_event_put_into_the_cache_is_forgotten_so_that_the_retry_is_no_duplicate()
    {
        var failures = 0;
        var bots = new TestBots().Add(ExpertModule, (_, services) =>
        {
            var cache = (IBotCache)services.GetService(typeof(IBotCache))!;
            return new TestExpert(async (e, to) =>
            {
                if (!await cache.TryAddAsync(e.Get(Fields.Source.Port).ToString(), "seen", null, CancellationToken.None)) return;
                if (failures++ == 0) throw new IOException("after the cache was asked");
                await to.SendAsync(e);
            });
        });
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        await botnet.SendAsync("my-expert-queue", Event(1), Event(1), Event(2));

        await botnet.Botnet.StartAsync();
        // The queue is empty a moment before the events are counted.
        await botnet.UntilAsync(() => botnet["my-expert"].Counters.Received == 3, "all are counted");

        Assert.Equal([Event(1), Event(2)], await botnet.WaitingAsync("out"));
        Assert.Equal(1, botnet["my-expert"].Counters.Dropped);
        Assert.True(botnet.Cache.Completed > 0);
    }

    [Fact]
    public async Task Load_balancing_deals_events_out_in_turn()
    {
        await using var botnet = await TestBotnet.OpenAsync(
            new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) => await to.SendAsync(e))),
            $$"""
            my-expert:
              module: {{ExpertModule}}
              parameters: {load_balance: true, destination_queues: [one, two]}
            """);
        await botnet.SendAsync("my-expert-queue", Events(4));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal([Event(1), Event(3)], await botnet.WaitingAsync("one"));
        Assert.Equal([Event(2), Event(4)], await botnet.WaitingAsync("two"));
    }

    [Fact]
    public async Task An_output_is_flushed_before_its_events_are_acknowledged()
    {
        var written = new TestOutput();
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(OutputModule, () => written), $$"""my-output: {module: {{OutputModule}}}""");
        await botnet.SendAsync("my-output-queue", Events(1000));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-output-queue");

        Assert.Equal(1000, written.Flushed);
    }

    [Fact]
    public async Task An_output_that_cannot_flush_now_is_asked_again_and_gets_no_event_twice()
    {
        var written = new TestOutput { FailingFlushes = 3 };
        await using var botnet = await TestBotnet.OpenAsync(new TestBots().Add(OutputModule, () => written), $$"""my-output: {module: {{OutputModule}}, parameters: {error_retry_delay: 0} }""");
        await botnet.SendAsync("my-output-queue", Events(100));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-output-queue");

        Assert.Equal((100, 100), (written.Written, written.Flushed));
        Assert.Equal(0, botnet["my-output"].Restarts);
    }

    [Fact]
    public async Task A_bot_that_does_not_stop_is_abandoned_and_its_event_goes_back()
    {
        using var release = new ManualResetEvent(initialState: false);
        var disposed = 0;
        var bots = new TestBots().Add(ExpertModule, () => new BlockingExpert(release, () => Interlocked.Increment(ref disposed)));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        await botnet.SendAsync("my-expert-queue", Event(1));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("my-expert-queue"))!.Leased == 1, "the bot has the event");

        await botnet.Botnet.StopAsync();

        Assert.Equal(BotState.Stopped, botnet["my-expert"].State);
        Assert.Contains("abandoned", botnet["my-expert"].Reason, StringComparison.Ordinal);
        Assert.Equal([Event(1)], await botnet.WaitingAsync("my-expert-queue"));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("my-expert-queue"))!.Leased == 1, "the next run has the event");
        release.Set();
        await botnet.UntilAsync(() => disposed == 1, "the abandoned run has ended");
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal(BotState.Running, botnet["my-expert"].State);
        Assert.Equal([Event(1)], await botnet.WaitingAsync("out"));
    }

    sealed class BlockingExpert(WaitHandle release, Action disposed) : Expert
    {
        protected internal override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
        {
            release.WaitOne();
            return emitter.SendAsync(message, cancellationToken: CancellationToken.None);
        }

        public override ValueTask DisposeAsync()
        {
            disposed();
            return default;
        }
    }

    [Fact]
    public async Task A_reload_restarts_only_the_bots_that_changed()
    {
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) => await to.SendAsync(e)));
        string Two(int retries) => $$"""
            first: {module: {{ExpertModule}}, parameters: {destination_queues: second-queue} }
            second: {module: {{ExpertModule}}, parameters: {error_max_retries: {{retries}}, destination_queues: [out]} }
            """;
        await using var botnet = await TestBotnet.OpenAsync(bots, Two(1));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet.Botnet.Status.All(s => s.State == BotState.Running), "both run");
        var before = botnet["first"].Started;

        var result = await botnet.Botnet.ReloadAsync(TestBotnet.Parse(Two(2)));
        await botnet.UntilAsync(() => botnet.Botnet.Status.All(s => s.State == BotState.Running), "both run again");

        Assert.Equal(["second"], result.Restarted);
        Assert.Equal(before, botnet["first"].Started);
    }

    [Fact]
    public async Task A_new_version_of_a_package_restarts_its_bots_at_a_reload()
    {
        var bots = new TestBots().Add(ExpertModule, () => new TestExpert(async (e, to) => await to.SendAsync(e)));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].State == BotState.Running, "it runs");

        bots.Version = "1.1.0";
        var result = await botnet.Botnet.ReloadAsync(TestBotnet.Parse(Expert()));
        await botnet.UntilAsync(() => botnet["my-expert"].State == BotState.Running, "it runs again");

        Assert.Equal(["my-expert"], result.Restarted);
        Assert.Equal("Test.Bots 1.1.0", botnet["my-expert"].Package);
    }

    [Fact]
    public async Task A_bot_that_crashes_on_start_does_not_hinder_the_others()
    {
        var bots = new TestBots()
            .Add(ExpertModule, () => new TestExpert(async (e, to) => await to.SendAsync(e)))
            .Add("intelmq.bots.experts.test.broken", () => throw new InvalidOperationException("no constructor for you"));
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert() + "\nbroken: {module: intelmq.bots.experts.test.broken}\nmissing: {module: intelmq.bots.experts.test.missing}\n");
        await botnet.SendAsync("my-expert-queue", Event(1));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");
        await botnet.UntilAsync(() => botnet["broken"].State == BotState.BackingOff && botnet["missing"].State == BotState.Failed, "the two have failed");

        Assert.Contains("no constructor for you", botnet["broken"].Reason, StringComparison.Ordinal);
        Assert.Equal("No package has the bot 'intelmq.bots.experts.test.missing'.", botnet["missing"].Reason);
        Assert.Equal([Event(1)], await botnet.WaitingAsync("out"));
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_neither_loses_nor_doubles_what_is_committed()
    {
        var bots = new TestBots().Add(ExpertModule, (_, services) =>
        {
            services.GetService(typeof(IBotCache));
            return new TestExpert(async (e, to) =>
            {
                for (var i = 0; i < 5000; i++) await to.SendAsync(e);
            });
        });
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert());
        botnet.Cache.FailingCompletions = 2;
        await botnet.SendAsync("my-expert-queue", Event(1));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-expert-queue");

        Assert.Equal(5000, (await botnet.QueueAsync("out"))!.Waiting);
        Assert.Equal((0, 0), (botnet["my-expert"].Counters.Retries, botnet["my-expert"].Restarts));
        Assert.Contains("The cache could not be written", botnet.LogOf("my-expert"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_that_fails_to_let_go_keeps_no_event_of_any_instance()
    {
        var bots = new TestBots().Add(ExpertModule, () => new StubbornExpert());
        await using var botnet = await TestBotnet.OpenAsync(bots, Expert("instances_threads: 2"));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-expert"].State == BotState.Running, "it runs");
        // One at a time, so that each instance gets one.
        await botnet.SendAsync("my-expert-queue", Event(1));
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("my-expert-queue"))!.Leased == 1, "one has an event");
        await botnet.SendAsync("my-expert-queue", Event(2));
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("my-expert-queue"))!.Leased == 2, "both have one");

        await botnet.Botnet.StopAsync();

        Assert.Equal((2, 0), ((await botnet.QueueAsync("my-expert-queue"))!.Waiting, (await botnet.QueueAsync("my-expert-queue"))!.Leased));
        Assert.Equal((BotState.Stopped, 0), (botnet["my-expert"].State, botnet["my-expert"].Restarts));
        Assert.Contains("not letting go", botnet.LogOf("my-expert"), StringComparison.Ordinal);
    }

    sealed class StubbornExpert : Expert
    {
        protected internal override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

        public override ValueTask DisposeAsync() => throw new InvalidOperationException("not letting go");
    }

    static Dictionary<string, OrderedDictionary<string, object?>> Dump(TestBotnet botnet) =>
        ((OrderedDictionary<string, object?>)PythonJsonReader.Parse(System.Text.Encoding.UTF8.GetBytes(botnet.DumpOf("my-expert")))!)
        .ToDictionary(p => p.Key, p => (OrderedDictionary<string, object?>)p.Value!, StringComparer.Ordinal);
}
