using IntelMQ.Brokers;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Keeps the messages of one worker that failed for good: in the dump file.</summary>
sealed class FailedMessages(WorkerSetting setting, WorkerActivity activity)
{
    IBotLog Log => setting.Context.Log;

    /// <summary>Dumps a message, or says that it is not to be dumped. It is on the disk when this returns.</summary>
    public async ValueTask DumpAsync(ReadOnlyMemory<byte> body, Exception error, CancellationToken cancellationToken)
    {
        if (!setting.Settings.ErrorDumpMessage)
        {
            Log.Warning("Message will be removed from the pipeline and not dumped to the disk. Set `error_dump_message` to true to save the message on disk.");
            return;
        }

        // A message that can neither be handled nor dumped stays where it is until there is room for it.
        while (true)
        {
            try
            {
                Log.Info("Dumping message to dump file.");
                await setting.Dump.AppendAsync(setting.SourceQueue ?? "", Readable(body), error, cancellationToken);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                activity.Hinder($"The dump file cannot be written: {e.Message}");
                Log.Write(BotLogLevel.Error, $"The dump file cannot be written; the message waits: {e.Message}");
                await Task.Delay(setting.Settings.ErrorRetryDelay, setting.Context.Time, cancellationToken);
            }
        }
    }

    /// <summary>The wire form of the original, whatever the broker carries; bytes that are no message as they are.</summary>
    public ReadOnlyMemory<byte> Readable(ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.Span is [<= BinaryForm.ReportKind, ..] ? JsonForm.Write(BinaryForm.Read(body, setting.Context.Format)) : body;
        }
        catch (InvalidMessageException)
        {
            return body;
        }
    }

    /// <summary>The message in the form of the destination, when source and destination are on different brokers.</summary>
    public ReadOnlyMemory<byte> ForDestination(ReadOnlyMemory<byte> body)
    {
        if (setting.SourceBroker.WireForm == setting.DestinationBroker.WireForm) return body;
        return setting.DestinationBroker.WireForm == WireForm.Json ? Readable(body) : body;
    }
}
