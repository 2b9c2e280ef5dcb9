using System.Buffers;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>How a report of lines is read.</summary>
public sealed record LineFormatOptions
{
    /// <summary>Lines that begin so are left out.</summary>
    public IReadOnlyList<string> IgnoredPrefixes { get; init; } = [];

    /// <summary>Lines that begin so are no rows, but are put before a row that is written back: comments with a header.</summary>
    public IReadOnlyList<string> HeaderPrefixes { get; init; } = [];

    /// <summary>
    /// Whether header lines are rows all the same, for parsers that read something in them, such as the time of the
    /// list. They are remembered before the parser sees them.
    /// </summary>
    public bool YieldHeader { get; init; }

    /// <summary>Lines that begin so are rows like others, and all of them are put before a row that failed: comments that tell the parser something.</summary>
    public IReadOnlyList<string> CommentPrefixes { get; init; } = [];

    /// <summary>Lines at the beginning that are no rows; they too are put before a row that is written back.</summary>
    public int HeaderLines { get; init; }

    /// <summary>Whether white space around a line is part of the row.</summary>
    public bool KeepWhiteSpace { get; init; }
}

/// <summary>Every line is a row. Lines end wherever Unicode says so; white space around them does not count unless the options say so, empty ones are left out.</summary>
sealed class LineFormat(LineFormatOptions options) : RowFormat<string>
{
    // The line ends of one byte, and the first bytes of the longer ones (U+0085, U+2028, U+2029).
    static readonly SearchValues<byte> PossibleEnds = SearchValues.Create([0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0xC2, 0xE2]);

    public override IEnumerable<Row<string>> Read(ReadOnlyMemory<byte> report)
    {
        var header = new List<string>();
        var origin = new Origin(report, header, options.CommentPrefixes);
        var skipped = 0;
        for (var at = 0; at < report.Length;)
        {
            var line = NextLine(report.Span, ref at, options.KeepWhiteSpace);
            if (line.Length == 0 || StartsWithAny(line, options.IgnoredPrefixes)) continue;
            if (skipped < options.HeaderLines || StartsWithAny(line, options.HeaderPrefixes))
            {
                skipped++;
                header.Add(line);
                if (options.YieldHeader) yield return new Row<string>(line, static (_, origin) => Recover((List<string>)origin!), header);
                continue;
            }

            yield return new Row<string>(line, static (row, origin) => Recover(row!, ((Origin)origin!).Header), origin)
            {
                Original = options.CommentPrefixes.Count == 0 ? null : static (row, origin) => Recover(row!, ((Origin)origin!).HeaderAndComments(row!)),
            };
        }
    }

    static bool StartsWithAny(string line, IReadOnlyList<string> prefixes)
    {
        for (var i = 0; i < prefixes.Count; i++)
            if (line.StartsWith(prefixes[i], StringComparison.Ordinal))
                return true;
        return false;
    }

    static byte[] Recover(List<string> header) => Encoding.UTF8.GetBytes(string.Join('\n', header));

    static byte[] Recover(string line, List<string> header) => Encoding.UTF8.GetBytes(header.Count == 0 ? line : string.Join('\n', header) + "\n" + line);

    /// <summary>What rows of one report have in common.</summary>
    sealed class Origin(ReadOnlyMemory<byte> report, List<string> header, IReadOnlyList<string> commentPrefixes)
    {
        List<string>? _comments;

        public List<string> Header => header;

        /// <summary>Also comments that stand behind the row, but not the row itself.</summary>
        public List<string> HeaderAndComments(string row) => [.. header, .. (_comments ??= ReadComments()).Where(comment => comment != row)];

        List<string> ReadComments()
        {
            var comments = new List<string>();
            for (var at = 0; at < report.Length;)
            {
                var line = NextLine(report.Span, ref at);
                if (line.Length > 0 && StartsWithAny(line, commentPrefixes)) comments.Add(line);
            }

            return comments;
        }
    }

    static string NextLine(ReadOnlySpan<byte> report, ref int at, bool keepWhiteSpace = false)
    {
        var start = at;
        for (var from = at;;)
        {
            var found = report[from..].IndexOfAny(PossibleEnds);
            if (found < 0)
            {
                at = report.Length;
                return Text(report[start..], keepWhiteSpace);
            }

            var end = from + found;
            var size = EndSize(report[end..]);
            if (size > 0)
            {
                at = end + size;
                return Text(report[start..end], keepWhiteSpace);
            }

            from = end + 1;
        }
    }

    static int EndSize(ReadOnlySpan<byte> text) => text[0] switch
    {
        0xC2 => text is [_, 0x85, ..] ? 2 : 0,
        0xE2 => text is [_, 0x80, 0xA8 or 0xA9, ..] ? 3 : 0,
        _ => 1, // An LF behind a CR makes an empty line, which is left out anyway.
    };

    static string Text(ReadOnlySpan<byte> line, bool keepWhiteSpace)
    {
        if (line.IsEmpty) return "";
        var text = Utf8Text.DecodeLenient(line);
        return keepWhiteSpace ? text : PythonText.Strip(text);
    }
}
