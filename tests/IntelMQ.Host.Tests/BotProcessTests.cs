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
}
