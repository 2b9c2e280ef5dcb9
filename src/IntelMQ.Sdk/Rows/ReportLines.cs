using System.Buffers;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>
/// The lines of a report with their line ends (LF, CR or CRLF), one after the other. White space around the whole does
/// not count, as the original strips a report before it reads it.
/// </summary>
sealed class ReportLines
{
    static readonly SearchValues<byte> LineEnds = SearchValues.Create("\r\n"u8);

    readonly ReadOnlyMemory<byte> _report;
    readonly int _end;

    public ReportLines(ReadOnlyMemory<byte> report, bool strip = true)
    {
        _report = report;
        _end = report.Length;
        if (!strip) return;
        End = StartOfText(report.Span);
        _end = Math.Max(End, EndOfText(report.Span));
    }

    /// <summary>Place of the current line in the report.</summary>
    public int Start { get; private set; }

    /// <summary>Place behind the current line and its end.</summary>
    public int End { get; private set; }

    /// <summary>Number of the line, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The line with its end.</summary>
    public ReadOnlySpan<byte> Current => _report.Span[Start..End];

    public bool MoveNext()
    {
        Start = End;
        if (Start >= _end) return false;
        var rest = _report.Span[Start.._end];
        var length = rest.IndexOfAny(LineEnds);
        if (length < 0) End = _end;
        else if (rest[length] == '\r' && length + 1 < rest.Length && rest[length + 1] == '\n') End = Start + length + 2;
        else End = Start + length + 1;
        Number++;
        return true;
    }

    /// <summary>The line end that a report uses: CRLF when it has several kinds or none.</summary>
    public static string LineEndOf(ReadOnlySpan<byte> report)
    {
        var (lf, cr, crlf) = (false, false, false);
        while (true)
        {
            var at = report.IndexOfAny(LineEnds);
            if (at < 0) break;
            var both = report[at] == '\r' && at + 1 < report.Length && report[at + 1] == '\n';
            if (both) crlf = true;
            else if (report[at] == '\r') cr = true;
            else lf = true;
            if ((lf ? 1 : 0) + (cr ? 1 : 0) + (crlf ? 1 : 0) > 1) break;
            report = report[(at + (both ? 2 : 1))..];
        }

        return (lf, cr, crlf) switch
        {
            (true, false, false) => "\n",
            (false, true, false) => "\r",
            _ => "\r\n",
        };
    }

    static int StartOfText(ReadOnlySpan<byte> report)
    {
        var at = 0;
        while (at < report.Length)
        {
            Rune.DecodeFromUtf8(report[at..], out var rune, out var length);
            if (!IsSpace(rune)) break;
            at += length;
        }

        return at;
    }

    static int EndOfText(ReadOnlySpan<byte> report)
    {
        while (!report.IsEmpty)
        {
            Rune.DecodeLastFromUtf8(report, out var rune, out var length);
            if (!IsSpace(rune)) break;
            report = report[..^length];
        }

        return report.Length;
    }

    static bool IsSpace(Rune rune) => rune.IsBmp && PythonText.IsSpace((char)rune.Value);
}
