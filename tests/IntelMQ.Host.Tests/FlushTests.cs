using System.Collections.Concurrent;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

/// <summary>What becomes of messages when an output cannot flush them.</summary>
public sealed class FlushTests
{
    const string Module = "intelmq.bots.outputs.test.output";

    static string Event(int number) => $$"""{"source.port": {{number}}, "__type": "Event"}""";

    static string[] Events(int count) => [.. Enumerable.Range(1, count).Select(Event)];

    static string Output(string more = "") => $$"""my-output: {module: {{Module}}, parameters: {error_retry_delay: 0{{(more.Length > 0 ? ", " + more : "")}}} }""";

    /// <summary>Where the outputs of a test write to; it outlives each of them.</summary>
    sealed class Sink
    {
        public ConcurrentQueue<long> Stored { get; } = new();

        public int Outputs;

        public int Flushes;

        /// <summary>Throws what a flush of these numbers is to throw.</summary>
        public required Action<IReadOnlyList<long>> Check { get; init; }

        public TestBots Bots() => new TestBots().Add(Module, () => new BufferedOutput(this));
    }

    sealed class BufferedOutput : Output
    {
        readonly Sink _sink;
        readonly List<long> _buffer = [];

        public BufferedOutput(Sink sink)
        {
            _sink = sink;
            Interlocked.Increment(ref sink.Outputs);
        }

        protected internal override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
        {
            if (!message.TryGet(Fields.Source.Port, out var port)) throw new InvalidMessageException("no port");
            _buffer.Add(port);
            return default;
        }

        protected internal override ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _sink.Flushes);
            _sink.Check(_buffer);
            foreach (var port in _buffer) _sink.Stored.Enqueue(port);
            _buffer.Clear();
            return default;
        }
    }

    [Fact]
    public async Task An_event_that_no_flush_can_take_is_dumped_after_its_retries_and_all_others_are_written_once()
    {
        var poisoned = 0;
        var sink = new Sink
        {
            Check = ports =>
            {
                if (!ports.Contains(37)) return;
                if (ports.Count == 1) poisoned++;
                throw new FormatException("the table has no room for 37");
            },
        };
        await using var botnet = await TestBotnet.OpenAsync(sink.Bots(), Output("error_max_retries: 2"));
        await botnet.SendAsync("my-output-queue", Events(100));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-output-queue");

        Assert.Equal(Enumerable.Range(1, 100).Where(port => port != 37).Select(port => (long)port), sink.Stored);
        Assert.Equal(3, poisoned);
        var dumped = Assert.Single(botnet.Dump("my-output"));
        Assert.Equal(Event(37), dumped["message"]);
        Assert.Contains("no room for 37", string.Concat((List<object?>)dumped["traceback"]!), StringComparison.Ordinal);
        await botnet.UntilAsync(() => botnet["my-output"].Counters.Received == 100, "all are counted");
        Assert.Equal((BotState.Running, 0, 1), (botnet["my-output"].State, botnet["my-output"].Restarts, botnet["my-output"].Counters.Failed));
        Assert.InRange(sink.Flushes, 100, 110);
    }

    [Fact]
    public async Task A_flush_that_fails_once_costs_no_event_and_none_comes_twice_of_what_the_bot_held()
    {
        var failures = 1;
        var sink = new Sink { Check = _ => { if (failures-- > 0) throw new IOException("connection reset"); } };
        await using var botnet = await TestBotnet.OpenAsync(sink.Bots(), Output());
        await botnet.SendAsync("my-output-queue", Events(100));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-output-queue");

        Assert.Equal(Enumerable.Range(1, 100).Select(port => (long)port), sink.Stored);
        Assert.Equal(2, sink.Outputs);
        Assert.Equal("", botnet.DumpOf("my-output"));
        Assert.Contains("connection reset", botnet.LogOf("my-output"), StringComparison.Ordinal);
        Assert.Equal(1, botnet["my-output"].Counters.Retries);
    }

    [Fact]
    public async Task After_an_event_that_failed_for_good_the_bot_stops_if_error_procedure_says_so_and_the_rest_waits()
    {
        var sink = new Sink { Check = ports => { if (ports.Contains(3)) throw new FormatException("never 3"); } };
        await using var botnet = await TestBotnet.OpenAsync(sink.Bots(), Output("error_max_retries: 0, error_procedure: stop"));
        await botnet.SendAsync("my-output-queue", Events(5));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-output"].State == BotState.Failed, "it has stopped");

        Assert.Equal([1, 2], sink.Stored);
        Assert.Equal(Event(3), Assert.Single(botnet.Dump("my-output"))["message"]);
        Assert.Equal([Event(4), Event(5)], await botnet.WaitingAsync("my-output-queue"));
    }

    [Fact]
    public async Task A_configuration_error_of_a_flush_stops_the_bot_and_keeps_all_events()
    {
        var sink = new Sink { Check = _ => throw new ConfigurationException("There is no such table.") };
        await using var botnet = await TestBotnet.OpenAsync(sink.Bots(), Output());
        await botnet.SendAsync("my-output-queue", Events(5));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-output"].State == BotState.Failed, "it has stopped");

        Assert.Equal("There is no such table.", botnet["my-output"].Reason);
        Assert.Equal(Events(5), await botnet.WaitingAsync("my-output-queue"));
        Assert.Equal("", botnet.DumpOf("my-output"));
    }

    [Fact]
    public async Task A_flush_that_fails_for_an_event_before_one_that_fails_itself_keeps_both_apart()
    {
        var sink = new Sink { Check = ports => { if (ports.Contains(2)) throw new FormatException("never 2"); } };
        await using var botnet = await TestBotnet.OpenAsync(sink.Bots(), Output("error_max_retries: 1"));
        await botnet.SendAsync("my-output-queue", Event(1), Event(2), """{"__type": "Event"}""", Event(4));

        await botnet.Botnet.StartAsync();
        await botnet.UntilEmptyAsync("my-output-queue");

        Assert.Equal([1, 4], sink.Stored);
        Assert.Equal(["""{"__type": "Event"}""", Event(2)], botnet.Dump("my-output").Select(entry => (string)entry["message"]!).OrderBy(text => text.Length));
    }

    [Fact]
    public async Task An_output_that_fails_to_flush_while_it_is_stopped_acknowledges_nothing()
    {
        var stopping = new TaskCompletionSource();
        var sink = new Sink { Check = _ => throw new IOException("the network is gone") };
        var bots = new TestBots().Add(Module, () => new OutputThatWaits(sink, stopping));
        await using var botnet = await TestBotnet.OpenAsync(bots, Output("error_retry_delay: 60").Replace("error_retry_delay: 0, ", "", StringComparison.Ordinal));
        await botnet.SendAsync("my-output-queue", Events(2));
        await botnet.Botnet.StartAsync();
        await stopping.Task.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        await botnet.Botnet.StopAsync();

        Assert.Equal(BotState.Stopped, botnet["my-output"].State);
        Assert.Equal(Events(2), await botnet.WaitingAsync("my-output-queue"));
        Assert.Contains("the network is gone", botnet.LogOf("my-output"), StringComparison.Ordinal);
        Assert.DoesNotContain("crashed", botnet.LogOf("my-output"), StringComparison.Ordinal);
    }

    /// <summary>Has one event when it is stopped in the middle of the second.</summary>
    sealed class OutputThatWaits(Sink sink, TaskCompletionSource second) : Output
    {
        readonly List<long> _buffer = [];

        protected internal override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
        {
            message.TryGet(Fields.Source.Port, out var port);
            if (port == 2)
            {
                second.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            }

            _buffer.Add(port);
        }

        protected internal override ValueTask FlushAsync(CancellationToken cancellationToken)
        {
            sink.Check(_buffer);
            return default;
        }
    }
}
