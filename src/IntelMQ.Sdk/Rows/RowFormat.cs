namespace IntelMQ.Sdk;

/// <summary>How a report is split into rows and a row is written as a report again.</summary>
/// <typeparam name="TRow">What a row is.</typeparam>
public abstract class RowFormat<TRow>
{
    /// <summary>
    /// Reads the rows one by one, without holding them all. A row that cannot be read is yielded with its error;
    /// an exception means that the report as a whole cannot be read.
    /// </summary>
    public abstract IEnumerable<Row<TRow>> Read(ReadOnlyMemory<byte> report);
}

/// <summary>One row of a report.</summary>
/// <typeparam name="TRow">What the format makes of it.</typeparam>
public readonly struct Row<TRow>
{
    readonly Func<TRow?, object?, byte[]> _recover;
    readonly object? _origin;

    /// <summary>A row that was read.</summary>
    /// <param name="value">What the format made of it.</param>
    /// <param name="recover">Writes it as a report again, given <paramref name="value"/> and <paramref name="origin"/>.</param>
    /// <param name="origin">What <paramref name="recover"/> needs besides the value, such as the original line.</param>
    public Row(TRow value, Func<TRow?, object?, byte[]> recover, object? origin = null)
    {
        Value = value;
        _recover = recover;
        _origin = origin;
    }

    /// <summary>A row that could not be read.</summary>
    public Row(Exception error, Func<TRow?, object?, byte[]> recover, object? origin)
    {
        Error = error;
        _recover = recover;
        _origin = origin;
    }

    /// <summary>The row.</summary>
    public TRow? Value { get; }

    /// <summary>Why it could not be read; null for a good row.</summary>
    public Exception? Error { get; }

    /// <summary>
    /// Writes a row that failed, where that is to look otherwise than <see cref="Recover"/>: as it stood in the report,
    /// while events get a cleaned form. Null means that both are the same.
    /// </summary>
    public Func<TRow?, object?, byte[]>? Original { get; init; }

    /// <summary>The row as a report of its own, with the header lines it needs: what events get as <c>raw</c>.</summary>
    public byte[] Recover() => _recover(Value, _origin);

    /// <summary>The row as a report of its own that the same parser can read again: what is dumped when it failed.</summary>
    public byte[] RecoverFailed() => (Original ?? _recover)(Value, _origin);
}
