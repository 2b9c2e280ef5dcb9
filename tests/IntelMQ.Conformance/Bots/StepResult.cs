using System.Text;
using IntelMQ.Sdk.Testing;

namespace IntelMQ.Conformance.Bots;

/// <summary>What a bot did with the messages of one step.</summary>
sealed class StepResult
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public List<SentMessage> Sent { get; } = [];

    /// <summary>The raw data of what would be dumped: of rows of reports, or of whole messages.</summary>
    public List<byte[]> Dumped { get; } = [];

    public int Errors { get; private set; }

    /// <summary>How many of the errors are about one row of a report.</summary>
    public int Rows { get; private set; }

    public int Warnings { get; private set; }

    /// <summary>What the bot said about its failures, to explain a difference.</summary>
    public List<string> Said { get; } = [];

    /// <summary>Gives a bot its messages as a host would, or lets a collector collect.</summary>
    public static async Task<StepResult> OfAsync(BotHarness bot, string group, IReadOnlyList<byte[]> inputs, int iterations, FakeTime time, CancellationToken cancellationToken)
    {
        var result = new StepResult();
        for (var i = 0; i < iterations && (group == "collector" || i < inputs.Count); i++)
        {
            // A report without data: the host warns and no parser sees it.
            if (group == "parser" && !HasRaw(inputs[i]))
            {
                result.Warnings++;
                continue;
            }

            try
            {
                var running = group == "collector" ? bot.CollectAsync(cancellationToken: cancellationToken) : bot.RunAsync([JsonForm.Read(inputs[i], bot.Format, "Event")], cancellationToken);
                result.Add(await WithinTimeAsync(running, time));
            }
            catch (Exception e) when (e is not (ConfigurationException or OperationCanceledException))
            {
                result.Fail(e, group == "collector" ? null : inputs[i]);
                // What was sent before the exception is only to be had with the next run, which is given nothing.
                result.Add(await bot.RunAsync());
            }
        }

        return result;
    }

    /// <summary>Lets a collector listen until its sender has ended.</summary>
    public static async Task<StepResult> OfListenerAsync(BotHarness bot, RecordedClient client, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = bot.CollectAsync(cancellationToken: stopping.Token);
        await client.SendAsync(cancellationToken);
        await stopping.CancelAsync();
        var result = new StepResult();
        try
        {
            result.Add(await listening);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // What was collected before is only to be had with the next run, which is to collect nothing.
            result.Add(await bot.CollectAsync(most: 0, cancellationToken));
        }

        return result;
    }

    // A bot that waits for a time to come: nobody else moves the clock.
    static async Task<BotRun> WithinTimeAsync(Task<BotRun> running, FakeTime time)
    {
        while (await Task.WhenAny(running, Task.Delay(Patience)) != running) time.Advance(Patience);
        return await running;
    }

    static bool HasRaw(ReadOnlySpan<byte> message) => message.IndexOf("\"raw\""u8) >= 0;

    void Fail(Exception error, byte[]? message)
    {
        Errors++;
        Said.Add(error.Message);
        if (message is not null) Dumped.Add(RawOf(message));
    }

    static byte[] RawOf(byte[] message) =>
        PythonJsonReader.TryParse(message, out var parsed) && parsed is IReadOnlyDictionary<string, object?> map && map.GetValueOrDefault("raw") is string raw && Base64Text.TryDecode(raw, out var bytes) ? bytes : [];

    void Add(BotRun run)
    {
        Sent.AddRange(run.Sent);
        foreach (var row in run.Failed)
        {
            Errors++;
            Rows++;
            Said.Add(row.Error.Message);
            Dumped.Add(row.Raw.ToArray());
        }

        foreach (var line in run.Log)
        {
            if (line.Level >= BotLogLevel.Error) Errors++;
            else if (line.Level == BotLogLevel.Warning) Warnings++;
            if (line.Level >= BotLogLevel.Warning) Said.Add(line.Message);
        }
    }

    public override string ToString() => string.Join(" | ", Said);
}
