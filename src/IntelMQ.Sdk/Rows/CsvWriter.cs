using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Writes rows of CSV as the original's language does.</summary>
static class CsvWriter
{
    /// <exception cref="CsvException">The dialect has no way to write such a cell.</exception>
    public static void Write(StringBuilder to, IEnumerable<string?> row, CsvDialect dialect, string lineEnd)
    {
        var before = to.Length;
        var count = 0;
        foreach (var cell in row)
        {
            if (count++ > 0) to.Append(dialect.Delimiter);
            WriteCell(to, cell ?? "", dialect, lineEnd);
        }

        // One empty cell would be an empty line, which means no cell.
        if (count == 1 && to.Length == before)
        {
            if (dialect.Quoting == CsvQuoting.None) throw new CsvException("single empty field record must be quoted");
            to.Append(dialect.Quote).Append(dialect.Quote);
        }

        to.Append(lineEnd);
    }

    static void WriteCell(StringBuilder to, string cell, CsvDialect dialect, string lineEnd)
    {
        var start = to.Length;
        var quoted = dialect.Quoting == CsvQuoting.All;
        foreach (var c in cell)
        {
            if (c == dialect.Delimiter || c == dialect.Quote || c == dialect.Escape || lineEnd.Contains(c, StringComparison.Ordinal))
                quoted |= WriteSpecial(to, c, dialect);
            to.Append(c);
        }

        if (!quoted) return;
        to.Insert(start, dialect.Quote).Append(dialect.Quote);
    }

    /// <returns>Whether the cell needs quotes for this character.</returns>
    static bool WriteSpecial(StringBuilder to, char c, CsvDialect dialect)
    {
        var escaped = dialect.Quoting == CsvQuoting.None || (c == dialect.Quote && !dialect.DoubleQuote) || c == dialect.Escape;
        if (!escaped)
        {
            if (c == dialect.Quote) to.Append(c);
            return true;
        }

        to.Append(dialect.Escape ?? throw new CsvException("need to escape, but no escapechar set"));
        return false;
    }
}
