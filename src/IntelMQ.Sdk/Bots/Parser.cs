namespace IntelMQ.Sdk;

/// <summary>Takes reports apart into events.</summary>
/// <remarks>Most parsers derive from <see cref="Parser{TRow}"/>, which keeps failing rows apart from good ones.</remarks>
public abstract class Parser : Bot
{
    /// <summary>Sends the events of a report, and the rows that failed.</summary>
    protected internal abstract ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken);
}

/// <summary>Where a parser puts what it made of a report.</summary>
public interface IRowEmitter
{
    /// <summary>Sends an event. The host adds the <c>default_fields</c> that it lacks.</summary>
    ValueTask SendAsync(Event e, CancellationToken cancellationToken);

    /// <summary>Sets one row aside: the host dumps the report with only this row in it and sends it to <c>_on_error</c>.</summary>
    /// <param name="raw">The row as a report that a parser could read again, with its header lines.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    ValueTask FailAsync(ReadOnlyMemory<byte> raw, Exception error, CancellationToken cancellationToken);
}

/// <summary>Takes a report apart into rows, and each row into events. A row that fails does not harm the others.</summary>
/// <typeparam name="TRow">What the format reads: a text, the cells of a line, a JSON object.</typeparam>
public abstract class Parser<TRow> : Parser
{
    /// <summary>How the report is split into rows, and how a row is written as a report again.</summary>
    protected abstract RowFormat<TRow> Format { get; }

    /// <summary>
    /// Called before the first row of a report: to forget what the last one has left, to choose the <see cref="Format"/>
    /// by what the report looks like, or to refuse it as a whole.
    /// </summary>
    /// <exception cref="InvalidMessageException">The report is none that the parser knows; it is dumped as a whole.</exception>
    protected virtual void BeginReport(Report report)
    {
    }

    /// <summary>Makes events of one row. <c>raw</c> is added afterwards, unless the event has one.</summary>
    protected abstract IEnumerable<Event> ParseRow(TRow row, Report report);

    /// <inheritdoc />
    protected internal override async ValueTask ParseAsync(Report report, IRowEmitter emitter, CancellationToken cancellationToken)
    {
        var events = new List<Event>();
        BeginReport(report);
        using var rows = Format.Read(report.RawBytes).GetEnumerator();
        while (rows.MoveNext())
        {
            var row = rows.Current;
            events.Clear();
            Exception? error = row.Error;
            if (error is null)
            {
                try
                {
                    ParseInto(events, row, report);
                }
                catch (Exception e) when (e is not ConfigurationException and not OperationCanceledException)
                {
                    error = e;
                }
            }

            if (error is not null)
            {
                await emitter.FailAsync(row.RecoverFailed(), error, cancellationToken);
                continue;
            }

            foreach (var e in events) await emitter.SendAsync(e, cancellationToken);
        }
    }

    void ParseInto(List<Event> events, Row<TRow> row, Report report)
    {
        byte[]? raw = null;
        foreach (var e in ParseRow(row.Value!, report))
        {
            if (!e.Has(Fields.Raw)) e.Put(Fields.Raw, raw ??= row.Recover());
            events.Add(e);
        }
    }
}
