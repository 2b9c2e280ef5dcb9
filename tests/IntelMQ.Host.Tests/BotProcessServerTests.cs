using System.IO.Pipelines;
using IntelMQ.Host.Processes;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class BotProcessServerTests
{
    /// <summary>The host's end of the conversation.</summary>
    sealed class Conversation : IAsyncDisposable
    {
        readonly Pipe _toBot = new();
        readonly Pipe _fromBot = new();
        readonly LineReader _lines;
        readonly Task<int> _running;

        public Conversation(ServedBot served)
        {
            served.Bot.Context = new BotContext { BotId = "x", Format = DataFormat.Shipped, Log = new NoLog(), Time = TimeProvider.System, StateDirectory = "" };
            _lines = new LineReader(_fromBot.Reader.AsStream());
            _running = new BotProcessServer((_, _) => Task.FromResult(served), _toBot.Reader.AsStream(), _fromBot.Writer.AsStream(), Complaints).RunAsync();
        }

        public StringWriter Complaints { get; } = new();

        /// <summary>The exit code, when the process ends by itself.</summary>
        public Task<int> EndAsync() => _running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

        public async Task SayAsync(ReadOnlyMemory<byte> line) => await _toBot.Writer.WriteAsync(line, TestContext.Current.CancellationToken);

        public Task SayAsync(long sequence, string json) =>
            SayAsync(ProcessProtocol.MessageLine(ProcessProtocol.Batch, sequence, null, JsonForm.Read(System.Text.Encoding.UTF8.GetBytes(json), DataFormat.Shipped)));

        /// <summary>Types of the lines up to the next of this type.</summary>
        public async Task<List<OrderedDictionary<string, object?>>> HearAsync(string type)
        {
            var heard = new List<OrderedDictionary<string, object?>>();
            while (heard.Count == 0 || ProcessProtocol.TypeOf(heard[^1]) != type)
                heard.Add(ProcessProtocol.Parse(await _lines.ReadAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException()));
            return heard;
        }

        public async ValueTask DisposeAsync()
        {
            if (_running.IsCompleted) return;
            await SayAsync(ProcessProtocol.Line(ProcessProtocol.Stop));
            Assert.Equal(0, await _running.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken));
        }
    }

    sealed class NoLog : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
        }
    }

    static string Event(int port) => $$"""{"source.port": {{port}}, "__type": "Event"}""";

    [Fact]
    public async Task What_the_bot_remembers_of_a_message_that_was_given_up_is_forgotten_and_holds_after_the_commit()
    {
        var cache = new TestCache();
        var deduplicator = new TestExpert(async (e, to) =>
        {
            if (await cache.TryAddAsync(e.Get(Fields.Source.Port).ToString(), "", null, CancellationToken.None)) await to.SendAsync(e);
        });
        await using var talk = new Conversation(new ServedBot(deduplicator, [], cache));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Init));
        await talk.HearAsync(ProcessProtocol.Ready);

        async Task<bool> IsNew(long sequence, int port)
        {
            await talk.SayAsync(sequence, Event(port));
            return (await talk.HearAsync(ProcessProtocol.Result)).Any(line => ProcessProtocol.TypeOf(line) == ProcessProtocol.Emit);
        }

        Assert.True(await IsNew(1, 80));
        Assert.True(await IsNew(2, 443));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Forget, ("keep", 1L)));
        Assert.True(await IsNew(3, 443));
        Assert.False(await IsNew(4, 80));
        Assert.Equal(0, cache.Completed);

        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Committed));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Forget, ("keep", 0L)));
        Assert.False(await IsNew(5, 443));
        Assert.Equal(1, cache.Completed);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_does_not_end_the_process()
    {
        var cache = new TestCache { FailingCompletions = 1 };
        await using var talk = new Conversation(new ServedBot(new TestExpert(async (e, to) => await to.SendAsync(e)), [], cache));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Init));
        await talk.HearAsync(ProcessProtocol.Ready);

        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Committed));
        await talk.SayAsync(1, Event(1));

        Assert.Equal(
            [ProcessProtocol.Log, ProcessProtocol.Emit, ProcessProtocol.Result],
            (await talk.HearAsync(ProcessProtocol.Result)).Select(ProcessProtocol.TypeOf));
    }

    [Fact]
    public async Task Events_of_a_parser_get_the_fields_of_the_report_that_its_parameters_name()
    {
        await using var talk = new Conversation(new ServedBot(new TestParser(), [Field.Named("extra.file_name")], null));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Init));
        await talk.HearAsync(ProcessProtocol.Ready);

        await talk.SayAsync(1, """{"raw": "b25lCmJhZA==", "extra.file_name": "a.csv", "__type": "Report"}""");
        var heard = await talk.HearAsync(ProcessProtocol.Result);

        Assert.Equal([ProcessProtocol.Emit, ProcessProtocol.FailedRow, ProcessProtocol.Result], heard.Select(ProcessProtocol.TypeOf));
        Assert.Equal("a.csv", ((OrderedDictionary<string, object?>)heard[0]["message"]!)["extra.file_name"]);
    }

    [Fact]
    public async Task A_line_that_is_no_request_ends_the_process_with_its_reason_after_the_message_in_hand()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var talk = new Conversation(new ServedBot(new TestExpert(async (e, to) => { await release.Task; await to.SendAsync(e); }), [], null));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Init));
        await talk.HearAsync(ProcessProtocol.Ready);

        await talk.SayAsync(1, Event(1));
        await talk.SayAsync("{\"t\": \"batch\", \"seq\n"u8.ToArray());
        release.SetResult();

        Assert.Equal([ProcessProtocol.Emit, ProcessProtocol.Result], (await talk.HearAsync(ProcessProtocol.Result)).Select(ProcessProtocol.TypeOf));
        Assert.Equal(BotProcessServer.BadRequest, await talk.EndAsync());
        Assert.Contains("The line is no message of the protocol: {\"t\": \"batch\", \"seq", talk.Complaints.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_line_that_is_no_request_ends_the_process_with_its_reason()
    {
        await using var talk = new Conversation(new ServedBot(new TestExpert((_, _) => default), [], null));

        await talk.SayAsync("hello\n"u8.ToArray());

        Assert.Equal(BotProcessServer.BadRequest, await talk.EndAsync());
        Assert.Contains("hello", talk.Complaints.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_output_that_cannot_flush_asks_for_a_new_process_since_it_still_holds_the_message()
    {
        await using var talk = new Conversation(new ServedBot(new TestOutput { FailingFlushes = 1 }, [], null));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Init));
        await talk.HearAsync(ProcessProtocol.Ready);

        await talk.SayAsync(1, Event(1));
        var result = (await talk.HearAsync(ProcessProtocol.Result))[^1];

        Assert.Equal(("The disk is full.", "transient", true), (result["error"], result["kind"], result["renew"]));
    }

    [Fact]
    public async Task A_failure_says_what_the_host_must_do()
    {
        await using var talk = new Conversation(new ServedBot(new TestExpert((_, _) => throw new TransientException("not now")), [], null));
        await talk.SayAsync(ProcessProtocol.Line(ProcessProtocol.Init));
        await talk.HearAsync(ProcessProtocol.Ready);

        await talk.SayAsync(1, Event(1));
        var result = (await talk.HearAsync(ProcessProtocol.Result))[^1];

        Assert.Equal(("not now", "transient"), (result["error"], result["kind"]));
    }
}
