using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Runs a parser: report in, events and failed rows out.</summary>
sealed class ParserWorker(Parser bot, WorkerSetting setting, IReadOnlyList<Field> copiedFields) : Worker(setting), IRowEmitter
{
    Report? _report;
    int _events;
    int _problems;

    protected override async ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (Decode(body) is not Report report) throw new InvalidMessageException("A parser takes reports, but this message is an event.");
        if (!report.Has(Fields.Raw))
        {
            Log.Warning("Report without raw field received. Possible bug or misconfiguration in previous bots.");
            return;
        }

        report.CopiedFields = copiedFields;
        _report = report;
        (_events, _problems) = (0, 0);
        await bot.ParseAsync(report, this, cancellationToken);
        Log.Info($"Sent {_events} events and found {_problems} problem(s).");
    }

    public ValueTask SendAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var (field, value) in Setting.Context.DefaultFields)
            if (!e.Has(field))
                e.Set(field, value);

        if (!Step.Send(e, QueuePath.Default)) throw ExpertWorker.UnknownPath(QueuePath.Default, Setting);
        _events++;
        return CommitPartIfLargeAsync(cancellationToken);
    }

    public async ValueTask FailAsync(ReadOnlyMemory<byte> raw, Exception error, CancellationToken cancellationToken)
    {
        _problems++;
        // Before the point that earlier commits reached, the row is in the dump file already, and was sent where there is a path for it.
        if (Step.IsRepeating)
        {
            Step.PassOver(QueuePath.OnError);
            return;
        }

        // What is wrong with data needs no stack trace in the log; the dump has it.
        if (error is InvalidMessageException or FormatException) Log.Error($"Failed to parse line. {error.Message}");
        else Log.Error("Failed to parse line.", error);
        Setting.Counters.Failed();
        var failed = (Report)JsonForm.Read(JsonForm.Write(_report!), Setting.Context.Format);
        failed.Put(Fields.Raw, raw.ToArray());
        await DumpAsync(JsonForm.Write(failed), error, cancellationToken);
        if (Step.Send(failed, QueuePath.OnError)) await CommitPartIfLargeAsync(cancellationToken);
    }
}
