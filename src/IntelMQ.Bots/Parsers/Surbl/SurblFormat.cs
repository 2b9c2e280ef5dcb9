using System.Text;

namespace IntelMQ.Bots.Parsers.Surbl;

/// <summary>The lines of a file for rbldnsd between what the service writes at its beginning and at its end.</summary>
sealed class SurblFormat : RowFormat<string>
{
    const int LinesAtBeginning = 9;
    const int LinesAtEnd = 2;

    static readonly RowFormat<string> Lines = RowFormat.Lines(new() { KeepWhiteSpace = true });

    public override IEnumerable<Row<string>> Read(ReadOnlyMemory<byte> report)
    {
        var start = EndOfLine(report.Span, LinesAtBeginning);
        var frame = new Frame(report[..start], report[Math.Max(start, StartOfEnd(report.Span))..]);
        foreach (var row in Lines.Read(report[start..^frame.End.Length]))
        {
            var line = row.Value!;
            yield return new Row<string>(line, static (line, _) => Encoding.UTF8.GetBytes(line!), frame) { Original = static (line, frame) => ((Frame)frame!).Around(line!) };
            if (line[0] == ':') frame.Lists = line;
        }
    }

    static int EndOfLine(ReadOnlySpan<byte> report, int count)
    {
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var end = report[at..].IndexOf((byte)'\n');
            if (end < 0) return report.Length;
            at += end + 1;
        }

        return at;
    }

    static int StartOfEnd(ReadOnlySpan<byte> report)
    {
        // A line end at the very end does not begin another line.
        var at = report.Length > 0 && report[^1] == '\n' ? report.Length - 1 : report.Length;
        for (var i = 0; i < LinesAtEnd; i++)
        {
            at = report[..at].LastIndexOf((byte)'\n');
            if (at < 0) return 0;
        }

        return at + 1;
    }

    /// <summary>What a line needs around it to be a report again.</summary>
    sealed class Frame(ReadOnlyMemory<byte> beginning, ReadOnlyMemory<byte> end)
    {
        public ReadOnlyMemory<byte> End => end;

        /// <summary>The last line that said on which lists the next domains are.</summary>
        public string Lists { get; set; } = "";

        public byte[] Around(string line) =>
            [.. beginning.Span, .. Encoding.UTF8.GetBytes(Lists.Length == 0 || Lists == line ? $"{line}\n" : $"{Lists}\n{line}\n"), .. end.Span];
    }
}
