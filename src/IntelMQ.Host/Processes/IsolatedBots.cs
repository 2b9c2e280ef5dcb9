using System.Runtime.CompilerServices;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Processes;

/// <summary>A bot whose code runs in another process.</summary>
interface IIsolatedBot
{
    BotProcess Process { get; }
}

/// <summary>What stands in the host for a bot that runs in a process of its own: one class per kind, one process each.</summary>
static class IsolatedBots
{
    public static Bot Create(string module, BotProcess process) => module.Split('.') switch
    {
        [_, _, "collectors", ..] => new IsolatedCollector(process),
        [_, _, "parsers", ..] => new IsolatedParser(process),
        [_, _, "experts", ..] => new IsolatedExpert(process),
        [_, _, "outputs", ..] => new IsolatedOutput(process),
        _ => throw new ConfigurationException($"'{module}' does not say what kind of bot it is: expected intelmq.bots.<collectors|parsers|experts|outputs>.<organization>.<name>."),
    };

    /// <summary>Throws what a failed result means: the bot's own words for what the host must do.</summary>
    static void ThrowIfFailed(OrderedDictionary<string, object?> result)
    {
        if (ProcessProtocol.Text(result, "error") is not { } error) return;
        throw ProcessProtocol.Text(result, "kind") switch
        {
            "configuration" => new ConfigurationException(error),
            "transient" => new TransientException(error),
            "message" => new InvalidMessageException(error),
            _ => new BotFailedException(error),
        };
    }

    static Message MessageOf(OrderedDictionary<string, object?> line, DataFormat format, string defaultType) =>
        line.GetValueOrDefault("message") is OrderedDictionary<string, object?> map
            ? JsonForm.FromMap(map, format, defaultType)
            : throw new ProcessProtocolException("An 'emit' line has no object under 'message'.");

    /// <summary>Reads what comes of the message in hand: emitted messages to <paramref name="emit"/>, failed rows to <paramref name="failedRow"/>, until the result.</summary>
    static async Task ReadResultAsync(
        BotProcess process, Func<OrderedDictionary<string, object?>, ValueTask> emit, Func<OrderedDictionary<string, object?>, ValueTask>? failedRow, CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await process.ReadAsync(cancellationToken);
            switch (ProcessProtocol.TypeOf(line))
            {
                case ProcessProtocol.Emit:
                    await emit(line);
                    break;
                case ProcessProtocol.FailedRow when failedRow is not null:
                    await failedRow(line);
                    break;
                case ProcessProtocol.Result:
                    if (line.GetValueOrDefault("renew") is true) await process.EndAsync();
                    ThrowIfFailed(line);
                    return;
                default:
                    throw new ProcessProtocolException($"The bot sent '{ProcessProtocol.TypeOf(line)}' where 'emit' or 'result' was expected.");
            }
        }
    }

    sealed class IsolatedExpert(BotProcess process) : Expert, IIsolatedBot
    {
        public BotProcess Process => process;

        protected internal override ValueTask StartAsync(CancellationToken cancellationToken) => new(process.EnsureStartedAsync(cancellationToken));

        protected internal override async ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
        {
            await process.SendAsync(message, cancellationToken);
            await ReadResultAsync(
                process,
                line => emitter.SendAsync(
                    MessageOf(line, Context.Format, "Event"), ProcessProtocol.Text(line, "path") ?? QueuePath.Default, line.GetValueOrDefault("optional") is true, cancellationToken),
                failedRow: null,
                cancellationToken);
        }

        public override ValueTask DisposeAsync() => process.DisposeAsync();
    }

    sealed class IsolatedParser(BotProcess process) : Parser, IIsolatedBot
    {
        public BotProcess Process => process;

        protected internal override ValueTask StartAsync(CancellationToken cancellationToken) => new(process.EnsureStartedAsync(cancellationToken));

        protected internal override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
        {
            await process.SendAsync(report, cancellationToken);
            await ReadResultAsync(
                process,
                line => emitter.SendAsync((Event)MessageOf(line, Context.Format, "Event"), cancellationToken),
                line => emitter.FailAsync(
                    Base64Text.Decode(ProcessProtocol.Text(line, "raw") ?? ""), new BotFailedException(ProcessProtocol.Text(line, "error") ?? "The row failed."), cancellationToken),
                cancellationToken);
        }

        public override ValueTask DisposeAsync() => process.DisposeAsync();
    }

    sealed class IsolatedOutput(BotProcess process) : Output, IIsolatedBot
    {
        public BotProcess Process => process;

        protected internal override ValueTask StartAsync(CancellationToken cancellationToken) => new(process.EnsureStartedAsync(cancellationToken));

        // The process flushes before it answers, so that nothing is left for FlushAsync.
        protected internal override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
        {
            await process.SendAsync(message, cancellationToken);
            await ReadResultAsync(process, _ => throw new ProcessProtocolException("An output sends no messages."), failedRow: null, cancellationToken);
        }

        public override ValueTask DisposeAsync() => process.DisposeAsync();
    }

    sealed class IsolatedCollector(BotProcess process) : Collector, IIsolatedBot
    {
        public BotProcess Process => process;

        protected internal override ValueTask StartAsync(CancellationToken cancellationToken) => new(process.EnsureStartedAsync(cancellationToken));

        protected internal override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await process.CollectAsync(cancellationToken);
            while (true)
            {
                var line = await process.ReadAsync(cancellationToken);
                if (ProcessProtocol.TypeOf(line) == ProcessProtocol.Result)
                {
                    ThrowIfFailed(line);
                    yield break;
                }

                yield return (Report)MessageOf(line, Context.Format, "Report");
                await process.ConfirmAsync(cancellationToken);
            }
        }

        public override ValueTask DisposeAsync() => process.DisposeAsync();
    }
}

/// <summary>A bot in another process failed with an exception of its own.</summary>
sealed class BotFailedException(string message) : Exception(message);
