using System.Runtime.CompilerServices;
using System.Text;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class ParsingTests
{
    const string CollectorModule = "intelmq.bots.collectors.test.collector";
    const string ParserModule = "intelmq.bots.parsers.test.parser";

    static string Pipeline(string more = "") =>
        $$"""
        my-collector:
          module: {{CollectorModule}}
          parameters: {name: My Feed, provider: Me, code: mf, rate_limit: 3600, destination_queues: [my-parser-queue]}
        my-parser:
          module: {{ParserModule}}
          parameters:
            default_fields: {classification.type: scanner}
            destination_queues: {_default: [events], _on_error: [errors]}
            {{more}}
        """;

    static TestBots Bots(params string[] reports) => new TestBots()
        .Add(CollectorModule, () => new TestCollector(token => Reports(reports, token)))
        .Add(ParserModule, () => new TestParser());

    static async IAsyncEnumerable<byte[]> Reports(string[] reports, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var report in reports)
        {
            await Task.Yield();
            yield return Encoding.UTF8.GetBytes(report);
        }
    }

    [Fact]
    public async Task A_report_becomes_events_with_feed_and_default_fields()
    {
        await using var botnet = await TestBotnet.OpenAsync(Bots("one\ntwo"), Pipeline());
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("events"))?.Waiting == 2, "two events");

        var first = JsonForm.Read(Encoding.UTF8.GetBytes((await botnet.WaitingAsync("events"))[0]), DataFormat.Shipped);
        Assert.Equal("My Feed", first.Get(Fields.FeedName).Text);
        Assert.Equal("Me", first.Get(Fields.FeedProvider).Text);
        Assert.Equal(100.0, first.Get(Fields.FeedAccuracy).ToObject());
        Assert.Equal("scanner", first.Get(Fields.ClassificationType).Text);
        Assert.Equal("one", first.Get("extra.line").Text);
        Assert.True(first.Has(Fields.TimeObservation));
    }

    [Fact]
    public async Task A_bad_row_is_dumped_alone_and_sent_to_on_error()
    {
        await using var botnet = await TestBotnet.OpenAsync(Bots("one\nbad\ntwo"), Pipeline());
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("events"))?.Waiting == 2, "two events");
        await botnet.UntilEmptyAsync("my-parser-queue");

        var failed = JsonForm.Read(Encoding.UTF8.GetBytes(Assert.Single(await botnet.WaitingAsync("errors"))), DataFormat.Shipped);
        Assert.Equal("bad", ((Report)failed).RawText);
        Assert.Equal("My Feed", failed.Get(Fields.FeedName).Text);
        Assert.Contains("a bad line", botnet.DumpOf("my-parser"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_large_report_is_committed_in_parts_and_a_failure_in_the_middle_repeats_nothing()
    {
        const int rows = 20_000;
        var failures = 0;
        var bots = Bots(string.Join('\n', Enumerable.Range(0, rows))).Add(ParserModule, () => new FailsOnceAfter(rows / 2, () => failures++ == 0));
        await using var botnet = await TestBotnet.OpenAsync(bots, Pipeline("error_retry_delay: 0"));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("events"))?.Waiting == rows, "all events");
        await botnet.UntilEmptyAsync("my-parser-queue");

        var events = (await botnet.Broker.PeekAsync("events", rows + 1, TestContext.Current.CancellationToken)).Select(b => BinaryForm.Read(b, DataFormat.Shipped).Get("extra.line").Text);
        Assert.Equal(Enumerable.Range(0, rows).Select(i => $"{i}"), events);
    }

    [Fact]
    public async Task A_failed_row_before_the_part_that_is_committed_costs_no_event_when_the_report_is_tried_again()
    {
        const int rows = 5000;
        var failures = 0;
        var bots = Bots("bad\n" + string.Join('\n', Enumerable.Range(0, rows))).Add(ParserModule, () => new FailsOnceAfter(3000, () => failures++ == 0));
        await using var botnet = await TestBotnet.OpenAsync(bots, Pipeline("error_retry_delay: 0"));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-parser"].Counters.Received == 1, "the report is done");

        Assert.Equal(1, botnet["my-parser"].Counters.Retries);
        Assert.Equal(Enumerable.Range(0, rows).Select(i => $"{i}"), await LinesAsync(botnet));
        Assert.Single(await botnet.WaitingAsync("errors"));
    }

    [Fact]
    public async Task A_parser_that_is_stopped_while_a_part_waits_for_room_loses_and_doubles_no_event()
    {
        const int rows = 5000;
        await using var botnet = await TestBotnet.OpenAsync(Bots(string.Join('\n', Enumerable.Range(0, rows))), Pipeline("queue_max_messages: 10"));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-parser"].Reason?.Contains("waits for room", StringComparison.Ordinal) == true, "the parser waits");

        await botnet.Botnet.StopAsync(["my-parser"]);
        await botnet.Botnet.ReloadAsync(TestBotnet.Parse(Pipeline("queue_max_messages: 0")));
        await botnet.Botnet.StartAsync(["my-parser"]);
        await botnet.UntilEmptyAsync("my-parser-queue");

        Assert.Equal(Enumerable.Range(0, rows).Select(i => $"{i}"), await LinesAsync(botnet));
    }

    [Fact]
    public async Task A_row_that_fails_in_each_attempt_at_its_report_is_dumped_once()
    {
        var attempts = 0;
        var bots = Bots("one\nbad\ntwo\nbad").Add(ParserModule, () => new FailsAtTheEnd(() => ++attempts));
        await using var botnet = await TestBotnet.OpenAsync(bots, Pipeline("error_retry_delay: 0"));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-parser"].Counters.Received == 1, "the report is done");

        Assert.Equal(3, attempts);
        Assert.Equal(["one", "two"], await LinesAsync(botnet));
        Assert.Equal(2, botnet.Dump("my-parser").Count);
        Assert.Equal(2, (await botnet.WaitingAsync("errors")).Count);
        Assert.Equal(2, botnet["my-parser"].Counters.Failed);
    }

    /// <summary>Fails behind the last row, twice.</summary>
    sealed class FailsAtTheEnd(Func<int> attempt) : Parser
    {
        readonly TestParser _parser = new();

        protected internal override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
        {
            await _parser.ParseAsync(report, emitter, cancellationToken);
            if (attempt() < 3) throw new IOException("behind the last row");
        }
    }

    [Fact]
    public async Task A_bot_whose_parameters_do_not_fit_is_let_go_of()
    {
        var parser = new DisposableParser();
        await using var botnet = await TestBotnet.OpenAsync(Bots("one").Add(ParserModule, () => parser), Pipeline().Replace("classification.type: scanner", "no.such.field: 1", StringComparison.Ordinal));

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-parser"].State == BotState.Failed, "it has failed");

        Assert.Contains("no.such.field", botnet["my-parser"].Reason, StringComparison.Ordinal);
        Assert.True(parser.IsDisposed);
    }

    sealed class DisposableParser : Parser
    {
        public bool IsDisposed { get; private set; }

        protected internal override ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken) => default;

        public override ValueTask DisposeAsync()
        {
            IsDisposed = true;
            return default;
        }
    }

    [Fact]
    public async Task Failed_rows_of_a_large_report_are_committed_in_parts_too()
    {
        using var seen = new SemaphoreSlim(0);
        var bots = Bots(string.Join('\n', Enumerable.Repeat("bad", 3000))).Add(ParserModule, () => new WaitsAtTheEnd(seen));
        await using var botnet = await TestBotnet.OpenAsync(bots, Pipeline("error_dump_message: false"));
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("errors"))?.Waiting >= 2000, "the first part");

        seen.Release();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("errors"))?.Waiting == 3000, "the rest");
    }

    sealed class WaitsAtTheEnd(SemaphoreSlim end) : Parser
    {
        protected internal override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
        {
            foreach (var line in report.RawText.Split('\n'))
                await emitter.FailAsync(Encoding.UTF8.GetBytes(line), new FormatException("a bad line"), cancellationToken);
            await end.WaitAsync(cancellationToken);
        }
    }

    static async Task<IEnumerable<string?>> LinesAsync(TestBotnet botnet) =>
        (await botnet.Broker.PeekAsync("events", 100_000, TestContext.Current.CancellationToken)).Select(b => BinaryForm.Read(b, DataFormat.Shipped).Get("extra.line").Text);

    [Fact]
    public async Task A_report_that_waited_for_room_when_the_collector_was_stopped_is_not_sent_behind_its_back()
    {
        var collectorHasEnded = new TaskCompletionSource();
        async IAsyncEnumerable<byte[]> Two()
        {
            try
            {
                await Task.Yield();
                yield return "one"u8.ToArray();
                yield return "two"u8.ToArray();
            }
            finally
            {
                collectorHasEnded.SetResult();
            }
        }

        await using var botnet = await TestBotnet.OpenAsync(
            new TestBots().Add(CollectorModule, () => new TestCollector(_ => Two())),
            $$"""
            my-collector:
              module: {{CollectorModule}}
              parameters: {queue_max_messages: 1, destination_queues: [full]}
            """);
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-collector"].Reason?.Contains("waits for room", StringComparison.Ordinal) == true, "the collector waits");

        var stopping = botnet.Botnet.StopAsync();
        await collectorHasEnded.Task;
        await botnet.Broker.ClearAsync("full", TestContext.Current.CancellationToken);
        await stopping;

        Assert.Empty(await botnet.WaitingAsync("full"));
    }

    sealed class FailsOnceAfter(int row, Func<bool> fails) : Parser
    {
        protected internal override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
        {
            var number = 0;
            foreach (var line in report.RawText.Split('\n'))
            {
                if (number++ == row && fails()) throw new IOException("in the middle");
                if (line == "bad")
                {
                    await emitter.FailAsync("bad"u8.ToArray(), new FormatException("a bad line"), cancellationToken);
                    continue;
                }

                var e = report.NewEvent();
                e.Add(Fields.ExtraField("line"), line);
                await emitter.SendAsync(e, cancellationToken);
            }
        }
    }

    [Fact]
    public async Task Wrong_default_fields_keep_the_parser_from_starting_and_all_are_told_with_their_place()
    {
        await using var botnet = await TestBotnet.OpenAsync(
            Bots(),
            $$"""
            my-parser:
              module: {{ParserModule}}
              parameters:
                default_fields: {classification.type: no such type, no.such.field: 1}
                destination_queues: [events]
            """);
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-parser"].State == BotState.Failed, "the parser has failed");

        var reason = botnet["my-parser"].Reason!;
        Assert.Contains("runtime.yaml:4:", reason, StringComparison.Ordinal);
        Assert.Contains("Invalid value of key 'classification.type' in default_fields parameter", reason, StringComparison.Ordinal);
        Assert.Contains("Invalid key 'no.such.field' in default_fields parameter", reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_fails_in_a_way_that_no_retry_mends_is_not_repeated_at_once()
    {
        var runs = 0;
        IAsyncEnumerable<byte[]> Failing() => ++runs > 0 ? throw new InvalidMessageException("This is no report.") : Reports([]);
        await using var botnet = await TestBotnet.OpenAsync(
            new TestBots().Add(CollectorModule, () => new TestCollector(_ => Failing())),
            $$"""
            my-collector:
              module: {{CollectorModule}}
              run_mode: scheduled
              parameters: {destination_queues: [out]}
            """);
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-collector"].State == BotState.Failed, "the collector has failed");

        Assert.Equal(1, runs);
        Assert.Equal(1, botnet["my-collector"].Counters.Failed);
    }

    [Fact]
    public async Task A_collector_waits_when_its_queue_is_full_and_memory_stays_bounded()
    {
        var yielded = 0;
        async IAsyncEnumerable<byte[]> Endless([EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await Task.Yield();
                Interlocked.Increment(ref yielded);
                yield return new byte[1000];
            }
        }

        await using var botnet = await TestBotnet.OpenAsync(
            new TestBots().Add(CollectorModule, () => new TestCollector(Endless)),
            $$"""
            my-collector:
              module: {{CollectorModule}}
              parameters: {queue_max_messages: 500, destination_queues: [full]}
            """);
        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("full"))?.Full == true, "the queue is full");

        var waiting = (await botnet.QueueAsync("full"))!.Waiting;
        Assert.InRange(waiting, 500, 510);
        Assert.InRange(yielded, 500, 511);
        await botnet.Broker.ClearAsync("full", TestContext.Current.CancellationToken);
        await botnet.UntilAsync(async () => (await botnet.QueueAsync("full"))?.Full == true && yielded > 900, "the collector went on");
    }
}
