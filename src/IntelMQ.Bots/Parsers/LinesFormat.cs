using System.Buffers;
using System.Text;

namespace IntelMQ.Bots.Parsers;

/// <summary>A report of lines; each that is not blank is a row, without white space around it.</summary>
sealed class LinesFormat : RowFormat<string>
{
    static readonly Encoding Lenient = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback(""));
    static readonly SearchValues<char> Ends = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");
    static readonly Func<string?, object?, byte[]> RecoverLine = static (line, _) => Encoding.UTF8.GetBytes(line!);

    public override IEnumerable<Row<string>> Read(ReadOnlyMemory<byte> report)
    {
        var text = Lenient.GetString(report.Span);
        for (var start = 0; start < text.Length;)
        {
            var length = text.AsSpan(start).IndexOfAny(Ends);
            if (length < 0) length = text.Length - start;
            var line = text.AsSpan(start, length).Trim();
            start += length + 1;
            if (!line.IsEmpty) yield return new Row<string>(line.ToString(), RecoverLine);
        }
    }
}
