using System.Collections;

namespace IntelMQ.Sdk;

/// <summary>
/// The cells of one row of a CSV report. The object is used again for the next row: take what is needed while the row is
/// the current one. A cell becomes a text when it is asked for.
/// </summary>
public sealed class CsvRow : IReadOnlyList<string>
{
    internal char[] Characters = new char[512];
    internal int[] Starts = new int[32];
    internal int[] Ends = new int[32];

    /// <summary>Number of cells.</summary>
    public int Count { get; internal set; }

    /// <summary>A cell as a text of its own.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The row has fewer cells.</exception>
    public string this[int index] => Span(index).ToString();

    /// <summary>A cell, without making a text of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The row has fewer cells.</exception>
    public ReadOnlySpan<char> Span(int index)
    {
        if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), index, $"The row has {Count} cells.");
        return Characters.AsSpan(Starts[index], Ends[index] - Starts[index]);
    }

    /// <summary>The line of the report at which the row begins, from 1.</summary>
    public long Line { get; internal set; }

    /// <summary>All cells.</summary>
    public string[] ToArray()
    {
        var cells = new string[Count];
        for (var i = 0; i < cells.Length; i++) cells[i] = this[i];
        return cells;
    }

    internal void Add(int start, int end)
    {
        if (Count == Starts.Length)
        {
            Array.Resize(ref Starts, Count * 2);
            Array.Resize(ref Ends, Count * 2);
        }

        Starts[Count] = start;
        Ends[Count++] = end;
    }

    /// <inheritdoc />
    public IEnumerator<string> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>
/// A row of a CSV report by the names of its columns. The object is used again for the next row, see
/// <see cref="CsvRow"/>.
/// </summary>
public sealed class CsvRecord
{
    readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);

    internal CsvRecord(CsvRow cells, IReadOnlyList<string> header)
    {
        Cells = cells;
        Header = header;
        for (var i = 0; i < header.Count; i++) _columns[header[i]] = i;
    }

    internal CsvSource? Source { get; init; }

    /// <summary>The names of the columns as a line with its end, written anew in the dialect for writing back.</summary>
    public string HeaderLine => Source?.HeaderLine ?? "";

    /// <summary>The line of the row (or the lines, where a cell has several) as it stands in the report, with its end: for parsers whose <c>raw</c> is to be the original line.</summary>
    public ReadOnlyMemory<byte> OriginalLines => Source?.Lines ?? default;

    /// <summary>The names of the columns, from the first row of the report.</summary>
    public IReadOnlyList<string> Header { get; }

    /// <summary>The cells in their order; there may be fewer or more than columns.</summary>
    public CsvRow Cells { get; }

    /// <summary>The cell of a column; null when the row is too short to have it.</summary>
    /// <exception cref="KeyNotFoundException">The report has no such column.</exception>
    public string? this[string column] =>
        _columns.TryGetValue(column, out var index)
            ? index < Cells.Count ? Cells[index] : null
            : throw new KeyNotFoundException($"The report has no column '{column}'; its columns are {string.Join(", ", Header)}.");

    /// <summary>The cell of a column, when the report has the column and the row is long enough.</summary>
    public bool TryGet(string column, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value)
    {
        value = _columns.TryGetValue(column, out var index) && index < Cells.Count ? Cells[index] : null;
        return value is not null;
    }

    /// <summary>The place of a column in <see cref="Cells"/>; -1 when there is none. Of two with one name it is the later.</summary>
    public int IndexOf(string column) => _columns.GetValueOrDefault(column, -1);

    /// <summary>Cells behind the last column.</summary>
    public IEnumerable<string> Surplus => Cells.Skip(Header.Count);
}
