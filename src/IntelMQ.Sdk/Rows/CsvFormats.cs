using System.Text;

namespace IntelMQ.Sdk;

/// <summary>How a CSV report is read.</summary>
public sealed record CsvFormatOptions
{
    /// <summary>How cells are told apart.</summary>
    public CsvDialect Dialect { get; init; } = CsvDialect.Excel;

    /// <summary>How rows are written back when an event or a dump needs them; null means as they are read.</summary>
    public CsvDialect? RecoverDialect { get; init; }

    /// <summary>Lines that begin so are left out before anything else looks at them.</summary>
    public IReadOnlyList<string> IgnoredPrefixes { get; init; } = [];

    /// <summary>Rows at the beginning that are no data; they are put before a row that is written back.</summary>
    public int HeaderRows { get; init; }
}

/// <summary>CSV without names of columns.</summary>
sealed class CsvFormat(CsvFormatOptions options) : RowFormat<CsvRow>
{
    static readonly Func<CsvRow?, object?, byte[]> OriginalLines = static (_, origin) => ((CsvSource)origin!).OriginalLines();

    public override IEnumerable<Row<CsvRow>> Read(ReadOnlyMemory<byte> report)
    {
        var source = new CsvSource(report, options);
        var row = new CsvRow();
        for (var i = 0; i < options.HeaderRows; i++)
            if (source.Next(row) is { HasRow: true })
                source.KeepAsHeader();
        while (true)
        {
            var (hasRow, error) = source.Next(row);
            if (!hasRow) yield break;
            if (error is not null) yield return new Row<CsvRow>(error, OriginalLines, source);
            // A row without cells is an empty line.
            else if (row.Count > 0) yield return new Row<CsvRow>(row, static (cells, origin) => ((CsvSource)origin!).Rewrite(cells!), source) { Original = OriginalLines };
        }
    }
}

/// <summary>CSV whose first row has the names of the columns.</summary>
sealed class CsvDictionaryFormat(CsvFormatOptions options) : RowFormat<CsvRecord>
{
    // Without the line end, as a row that is written anew.
    static readonly Func<CsvRecord?, object?, byte[]> OriginalLines = static (_, origin) => ((CsvSource)origin!).OriginalLines().AsSpan().TrimEnd("\r\n"u8).ToArray();

    public override IEnumerable<Row<CsvRecord>> Read(ReadOnlyMemory<byte> report)
    {
        var source = new CsvSource(report, options);
        var row = new CsvRow();
        for (var i = 0; i < options.HeaderRows; i++)
            if (source.Next(row) is { HasRow: true })
                source.KeepAsHeader();

        var header = source.Next(row);
        if (!header.HasRow) yield break;
        if (header.Error is not null) throw new InvalidMessageException($"The header of the report cannot be read: {header.Error.Message}", header.Error);
        source.KeepAsHeader(row.ToArray());
        var record = new CsvRecord(row, source.Columns) { Source = source };
        while (true)
        {
            var (hasRow, error) = source.Next(row);
            if (!hasRow) yield break;
            if (error is not null) yield return new Row<CsvRecord>(error, OriginalLines, source);
            else if (row.Count > 0) yield return new Row<CsvRecord>(record, static (read, origin) => ((CsvSource)origin!).RewriteWithColumns(read!), source) { Original = OriginalLines };
        }
    }
}

/// <summary>A report being read, and what is needed to write one of its rows back.</summary>
sealed class CsvSource(ReadOnlyMemory<byte> report, CsvFormatOptions options)
{
    readonly CsvReader _reader = new(report, options.Dialect, options.IgnoredPrefixes);
    readonly List<Range> _header = [];
    string? _lineEnd;

    public string[] Columns { get; private set; } = [];

    CsvDialect Dialect => options.RecoverDialect ?? options.Dialect;

    string LineEnd => _lineEnd ??= ReportLines.LineEndOf(report.Span);

    public (bool HasRow, CsvException? Error) Next(CsvRow row)
    {
        try
        {
            return (_reader.Read(row), null);
        }
        catch (CsvException e)
        {
            return (true, e);
        }
    }

    public void KeepAsHeader(string[]? columns = null)
    {
        if (columns is null) _header.Add(_reader.RowRange);
        else Columns = columns;
    }

    /// <summary>The lines of the row as they stand in the report, with their line end.</summary>
    public ReadOnlyMemory<byte> Lines => report[_reader.RowRange];

    /// <summary>The names of the columns as a line, written anew in the dialect.</summary>
    public string HeaderLine => Write(Columns);

    /// <summary>The header lines and the lines of the row as they stand in the report.</summary>
    public byte[] OriginalLines()
    {
        using var result = new MemoryStream();
        foreach (var range in _header) result.Write(report.Span[range]);
        if (Columns.Length > 0) result.Write(Encoding.UTF8.GetBytes(Write(Columns)));
        result.Write(report.Span[_reader.RowRange]);
        return result.ToArray();
    }

    /// <summary>The header lines, and the row written anew with the line end of the report.</summary>
    public byte[] Rewrite(CsvRow row)
    {
        var text = Encoding.UTF8.GetBytes(Write(row));
        if (_header.Count == 0) return text;
        using var result = new MemoryStream();
        foreach (var range in _header) result.Write(report.Span[range]);
        result.Write(text);
        return result.ToArray();
    }

    /// <summary>The row of names and the row, both written anew.</summary>
    public byte[] RewriteWithColumns(CsvRecord record)
    {
        var text = new StringBuilder();
        CsvWriter.Write(text, Columns, Dialect, LineEnd);
        CsvWriter.Write(text, RowToWrite(record), Dialect, LineEnd);
        var rewritten = Encoding.UTF8.GetBytes(PythonText.Strip(text.ToString()));
        if (_header.Count == 0) return rewritten;
        using var result = new MemoryStream();
        foreach (var range in _header) result.Write(report.Span[range]);
        result.Write(rewritten);
        return result.ToArray();
    }

    // Cells that are missing are written as empty ones.
    static IEnumerable<string?> RowToWrite(CsvRecord record)
    {
        for (var i = 0; i < Math.Max(record.Header.Count, record.Cells.Count); i++) yield return i < record.Cells.Count ? record.Cells[i] : null;
    }

    string Write(IEnumerable<string> cells)
    {
        var text = new StringBuilder();
        CsvWriter.Write(text, cells, Dialect, LineEnd);
        return text.ToString();
    }
}
