using IntelMQ.Host.Processes;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class BotProcessTests
{
    sealed class NoLog : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
        }
    }

    [Fact]
    public async Task The_end_of_a_process_is_noticed_though_a_child_of_it_holds_its_output_open()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The bot of this test is a shell script.");
        const string Script = """read init; echo '{"t": "ready"}'; sleep 30 & read message; exit 3""";
        await using var process = new BotProcess(new(["/bin/sh", "-c", Script], ProcessProtocol.Line(ProcessProtocol.Init), MemoryLimit: 0), new NoLog());
        await process.EnsureStartedAsync(TestContext.Current.CancellationToken);

        await process.SendAsync(new Event(DataFormat.Shipped), TestContext.Current.CancellationToken);
        var reading = process.ReadAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        var ended = await Assert.ThrowsAsync<BotProcessEndedException>(() => reading);
        Assert.Contains("ended with exit code 3", ended.Message, StringComparison.Ordinal);
    }

    sealed class KeptLines : IBotLog
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

        public bool IsEnabled(BotLogLevel level) => true;

        public void Write(BotLogLevel level, string message, Exception? error = null) => Lines.Enqueue($"{level}: {message}");
    }

    /// <summary>Answers each message with its result and appends what it hears to a file.</summary>
    static string Script(string file, string more = "") => $$"""
        read init; echo '{"t": "ready"}'
        while read line; do
          echo "$line" >> {{file}}
          seq=${line#*'"seq": '}; seq=${seq%%,*}
          case "$line" in *batch*) echo "{\"t\": \"result\", \"seq\": $seq{{more}}}";; esac
          case "$line" in *'"source.port": 2'*) exit 5;; esac
        done
        """;

    static Event Event(int port)
    {
        var e = new Event(DataFormat.Shipped);
        e.Add(Fields.Source.Port, port);
        return e;
    }

    [Fact]
    public async Task A_process_that_ends_between_two_messages_is_told_and_what_a_new_one_is_to_forget_counts_from_its_own_first()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The bot of this test is a shell script.");
        var token = TestContext.Current.CancellationToken;
        var directory = Directory.CreateTempSubdirectory("intelmq-process-").FullName;
        var heard = Path.Combine(directory, "heard");
        var log = new KeptLines();
        await using (var process = new BotProcess(new(["/bin/sh", "-c", Script(heard)], ProcessProtocol.Line(ProcessProtocol.Init), MemoryLimit: 0), log))
        {
            foreach (var port in (int[])[1, 2])
            {
                await process.SendAsync(Event(port), token);
                await process.ReadAsync(token);
            }

            while (process.Id is not null) await Task.Delay(10, token);
            // As a worker does it: a mark before the message, and back to it when the message has failed.
            var mark = process.SinceCommit;
            await process.SendAsync(Event(3), token);
            await process.ReadAsync(token);
            process.NoteForget(mark);
            await process.SendAsync(Event(3), token);
            await process.ReadAsync(token);

            Assert.Equal(1, process.Ends);
        }

        Assert.Contains(log.Lines, line => line.Contains("ended with exit code 5", StringComparison.Ordinal));
        Assert.Equal(["batch", "batch", "batch", "forget", "batch", "stop"], File.ReadLines(heard).Select(line => ProcessProtocol.TypeOf(ProcessProtocol.Parse(System.Text.Encoding.UTF8.GetBytes(line)))));
        Assert.Contains("\"keep\": 0", File.ReadAllText(heard), StringComparison.Ordinal);
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_process_that_holds_a_message_it_could_not_flush_is_replaced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The bot of this test is a shell script.");
        var token = TestContext.Current.CancellationToken;
        var directory = Directory.CreateTempSubdirectory("intelmq-process-").FullName;
        await using var process = new BotProcess(
            new(["/bin/sh", "-c", Script(Path.Combine(directory, "heard"), """, \"error\": \"full\", \"kind\": \"transient\", \"renew\": true""")], ProcessProtocol.Line(ProcessProtocol.Init), MemoryLimit: 0), new KeptLines());
        var output = (Output)IsolatedBots.Create("intelmq.bots.outputs.test.output", process);
        await output.StartAsync(token);
        var first = process.Id;

        var error = await Assert.ThrowsAsync<TransientException>(() => output.WriteAsync(Event(1), token).AsTask());
        Assert.Equal("full", error.Message);
        Assert.Null(process.Id);
        await Assert.ThrowsAsync<TransientException>(() => output.WriteAsync(Event(1), token).AsTask());

        Assert.NotEqual(first, process.Id ?? -1);
        Assert.Equal(0, process.Ends);
        Directory.Delete(directory, recursive: true);
    }
}
