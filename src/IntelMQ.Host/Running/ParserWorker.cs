using IntelMQ.Brokers;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Runs a parser: report in, events and failed rows out.</summary>
sealed class ParserWorker(Parser bot, WorkerSetting setting, IReadOnlyList<Field> copiedFields) : Worker(setting), IRowEmitter
{
    Report? _report;
    int _events;
    int _problems;

    /// <summary>The report in hand, also between two attempts at it.</summary>
    ReadOnlyMemory<byte> _body;

    /// <summary>How many of its failed rows are in the dump file already, from this attempt or an earlier one.</summary>
    int _dumpedRows;

    protected override async ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (Decode(body) is not Report report) throw new InvalidMessageException("A parser takes reports, but this message is an event.");
        if (!report.Has(Fields.Raw))
        {
            Log.Warning("Report without raw field received. Possible bug or misconfiguration in previous bots.");
            return;
        }

        report.CopiedFields = copiedFields;
        if (!body.Equals(_body)) (_body, _dumpedRows) = (body, 0);
        _report = report;
        (_events, _problems) = (0, 0);
        await bot.ParseAsync(report, this, cancellationToken);
        Log.Info($"Sent {_events} events and found {_problems} problem(s).");
    }

    protected override void OnFinished(in Delivery delivery) => (_body, _report) = (default, null);

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

        var failed = _report!.Clone();
        failed.Put(Fields.Raw, raw.ToArray());
        // A report that is tried again fails in the same rows again.
        if (_problems > _dumpedRows)
        {
            await DumpRowAsync(failed, error, cancellationToken);
            _dumpedRows = _problems;
        }

        if (Step.Send(failed, QueuePath.OnError)) await CommitPartIfLargeAsync(cancellationToken);
    }

    async ValueTask DumpRowAsync(Report failed, Exception error, CancellationToken cancellationToken)
    {
        // What is wrong with data needs no stack trace in the log; the dump has it.
        if (error is InvalidMessageException or FormatException) Log.Error($"Failed to parse line. {error.Message}");
        else Log.Error("Failed to parse line.", error);
        Setting.Counters.Failed();
        await DumpAsync(JsonForm.Write(failed), error, cancellationToken);
    }
}
