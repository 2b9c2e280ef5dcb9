using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Runs an output. A message is acknowledged after the bot has flushed it.</summary>
sealed class OutputWorker(Output bot, WorkerSetting setting) : Worker(setting)
{
    protected override ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        bot.WriteAsync(Decode(body), cancellationToken);

    protected override ValueTask BeforeCommitAsync(CancellationToken cancellationToken) => bot.FlushAsync(cancellationToken);
}
