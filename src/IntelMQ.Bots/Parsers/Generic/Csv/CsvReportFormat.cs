namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>Splits a report into rows and leaves those out that a text filter does not want.</summary>
/// <param name="delimiter">What separates cells.</param>
/// <param name="headerLines">How many lines at the top are no rows.</param>
/// <param name="filterText">A text to look for in rows; null takes all rows.</param>
/// <param name="keepsMatches">Whether rows with the text are kept, or the others.</param>
sealed class CsvReportFormat(char delimiter, int headerLines, string? filterText, bool keepsMatches) : RowFormat<CsvRow>
{
    static readonly Func<CsvRow?, object?, byte[]> RecoverRow = static (row, _) => row!.Recover();

    public override IEnumerable<Row<CsvRow>> Read(ReadOnlyMemory<byte> report)
    {
        var reading = new CsvReport(report, delimiter, headerLines);
        while (reading.Next() is { } row)
            if (filterText is null || Contains(row, filterText) == keepsMatches)
                yield return new Row<CsvRow>(row, RecoverRow);
    }

    bool Contains(CsvRow row, string text)
    {
        // The text may reach over a delimiter.
        var joined = new System.Text.StringBuilder();
        for (var i = 0; i < row.Count; i++)
        {
            if (i > 0) joined.Append(delimiter);
            joined.Append(row.TextOf(i));
        }

        return joined.ToString().Contains(text, StringComparison.Ordinal);
    }
}
