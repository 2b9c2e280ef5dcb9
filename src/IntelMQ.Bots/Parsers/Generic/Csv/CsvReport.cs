using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>How the lines of a report end.</summary>
sealed record LineEnd(byte[] Bytes)
{
    public static LineEnd Lf { get; } = new([(byte)'\n']);

    public static LineEnd CrLf { get; } = new([(byte)'\r', (byte)'\n']);

    public static LineEnd Cr { get; } = new([(byte)'\r']);
}

/// <summary>
/// Reads the rows of a report: comment lines (<c>#</c>) and blank lines are left out, blanks and tabs before a line are
/// cut off (unless they are the delimiter), and the header lines are remembered for <c>raw</c>.
/// </summary>
sealed class CsvReport
{
    static readonly Encoding Lenient = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new DecoderReplacementFallback(""));

    readonly char _delimiter;
    readonly bool _isUsualDelimiter;
    readonly CsvRow _row;
    readonly byte[] _header;
    ReadOnlyMemory<byte> _rest;
    char[] _line = new char[1024];

    // The text of a row that is read character by character, and where its cells end.
    readonly StringBuilder _text = new();
    readonly List<int> _ends = [];

    public CsvReport(ReadOnlyMemory<byte> text, char delimiter, int headerLines)
    {
        _delimiter = delimiter;
        _isUsualDelimiter = char.IsAscii(delimiter) && delimiter is not ('"' or '\r' or '\n' or '\0');
        _rest = text;

        var header = new List<ReadOnlyMemory<byte>>();
        while (header.Count < headerLines && TryReadLine(out var line)) header.Add(WithoutEnd(line));
        LineEnd = FindLineEnd();
        var joined = new MemoryStream();
        foreach (var line in header)
        {
            joined.Write(line.Span);
            joined.Write(LineEnd.Bytes);
        }

        _header = joined.ToArray();
        _row = new CsvRow(this);
    }

    /// <summary>How the lines after the header end; CR LF where they differ or there is none.</summary>
    public LineEnd LineEnd { get; }

    /// <summary>Values from bytes; raw ones have the header before them and a line end behind.</summary>
    public ValueBytes ValuesOf(byte[] bytes) => new(bytes, _header, LineEnd.Bytes);

    /// <summary>A line with the header before it.</summary>
    public byte[] WithHeader(ReadOnlySpan<byte> line)
    {
        var end = LineEnd.Bytes;
        var result = new byte[_header.Length + line.Length + end.Length];
        _header.CopyTo(result, 0);
        line.CopyTo(result.AsSpan(_header.Length));
        end.CopyTo(result, result.Length - end.Length);
        return result;
    }

    /// <summary>The next row that has cells; null at the end.</summary>
    public CsvRow? Next()
    {
        while (TryReadLine(out var line))
        {
            var content = WithoutEnd(line);
            if (content.IsEmpty) continue;

            var bytes = content.Span;
            if (_isUsualDelimiter && !bytes.ContainsAny((byte)'\r', (byte)'\0') && Utf8.IsValid(bytes))
            {
                _row.Begin(SegmentOf(content));
                if (_row.TrySplit((byte)_delimiter)) return _row;
            }

            var text = _line.AsSpan(0, Decode(bytes));
            if (!text.ContainsAny('"', '\r')) return ReadPlain(text, content);
            if (ReadCharacters(line, content)) return _row;
        }

        return null;
    }

    static ArraySegment<byte> SegmentOf(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var segment) ? segment : bytes.ToArray();

    int Decode(ReadOnlySpan<byte> bytes)
    {
        if (_line.Length < bytes.Length) _line = new char[bytes.Length * 2];
        var length = Lenient.GetChars(bytes, _line);
        var kept = 0;
        foreach (var c in _line.AsSpan(0, length))
            if (c != '\0')
                _line[kept++] = c;
        return kept;
    }

    enum State
    {
        CellStart,
        InCell,
        InQuotes,
        AfterQuote,
    }

    /// <summary>Reads a line that has no quotes, but bytes that do not count.</summary>
    CsvRow ReadPlain(ReadOnlySpan<char> text, ReadOnlyMemory<byte> content)
    {
        _text.Clear();
        _ends.Clear();
        foreach (var cell in text.Split(_delimiter))
        {
            _text.Append(text[cell]);
            _ends.Add(_text.Length);
        }

        _row.Take(_text.ToString(), CollectionsMarshal.AsSpan(_ends), SegmentOf(content));
        return _row;
    }

    /// <summary>Reads a row with quotes, which may go over several lines, or with single carriage returns.</summary>
    /// <returns>Whether it has any cell.</returns>
    bool ReadCharacters(ReadOnlyMemory<byte> line, ReadOnlyMemory<byte> content)
    {
        var state = State.CellStart;
        var first = content;
        _text.Clear();
        _ends.Clear();
        while (true)
        {
            var length = Decode(line.Span);
            for (var i = 0; i < length; i++)
            {
                var c = _line[i];
                if (state != State.InQuotes && c is '\n' or '\r')
                {
                    // What follows a single carriage return is a row of its own.
                    if (c == '\r' && i + 1 < length && _line[i + 1] != '\n') PutBack(line, i + 1);
                    return EndRow(state, first);
                }

                state = Take(state, c);
            }

            if (state != State.InQuotes || !TryReadLine(out line)) return EndRow(state, first);
            first = Joined(first, WithoutEnd(line));
        }
    }

    State Take(State state, char c)
    {
        switch (state)
        {
            case State.InQuotes:
                if (c == '"') return State.AfterQuote;
                _text.Append(c);
                return State.InQuotes;
            case State.AfterQuote when c == '"':
                _text.Append('"');
                return State.InQuotes;
            case State.CellStart when c == '"':
                return State.InQuotes;
            default:
                if (c == _delimiter)
                {
                    _ends.Add(_text.Length);
                    return State.CellStart;
                }

                _text.Append(c);
                return State.InCell;
        }
    }

    bool EndRow(State state, ReadOnlyMemory<byte> physical)
    {
        if (state == State.CellStart && _ends.Count == 0) return false;
        _ends.Add(_text.Length);
        _row.Take(_text.ToString(), CollectionsMarshal.AsSpan(_ends), SegmentOf(physical));
        return true;
    }

    ReadOnlyMemory<byte> Joined(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) => (byte[])[.. first.Span, .. LineEnd.Bytes, .. second.Span];

    void PutBack(ReadOnlyMemory<byte> line, int charsUsed)
    {
        var used = Encoding.UTF8.GetByteCount(_line.AsSpan(0, charsUsed));
        _rest = (byte[])[.. line.Span[Math.Min(used, line.Length)..], .. _rest.Span];
    }

    /// <summary>The next line with its end, less what stands before its content; comments and blank lines are passed over.</summary>
    bool TryReadLine(out ReadOnlyMemory<byte> line)
    {
        while (!_rest.IsEmpty)
        {
            var end = _rest.Span.IndexOf((byte)'\n');
            line = end < 0 ? _rest : _rest[..(end + 1)];
            _rest = _rest[line.Length..];
            var indented = IndentOf(line.Span, out var begin);
            if (indented.IsEmpty || indented[0] is (byte)'#' or (byte)'\n' || indented.SequenceEqual("\r\n"u8)) continue;
            line = line[begin..];
            return true;
        }

        line = default;
        return false;
    }

    // Everything before the content counts when asking what the line is, but delimiters stay: they separate empty cells.
    ReadOnlySpan<byte> IndentOf(ReadOnlySpan<byte> line, out int begin)
    {
        var content = line.TrimStart(" \t"u8);
        begin = _delimiter switch
        {
            '\t' => line.Length - line.TrimStart((byte)' ').Length,
            ' ' => line.Length - line.TrimStart((byte)'\t').Length,
            _ => line.Length - content.Length,
        };
        return content;
    }

    static ReadOnlyMemory<byte> WithoutEnd(ReadOnlyMemory<byte> line)
    {
        var length = line.Length;
        if (length > 0 && line.Span[length - 1] == '\n') length--;
        if (length > 0 && line.Span[length - 1] == '\r') length--;
        return line[..length];
    }

    LineEnd FindLineEnd()
    {
        var start = _rest;
        bool lf = false, crLf = false, cr = false;
        var hasCr = start.Span.Contains((byte)'\r');
        while (TryReadLine(out var line))
        {
            var span = line.Span;
            var endsInLf = span[^1] == '\n';
            if (endsInLf && span.Length > 1 && span[^2] == '\r') crLf = true;
            else if (endsInLf) lf = true;
            if (!hasCr && lf) break;
            cr |= WithoutEnd(line).Span.Contains((byte)'\r') || (!endsInLf && span[^1] == '\r');
        }

        _rest = start;
        return (lf, crLf, cr) switch
        {
            (true, false, false) => LineEnd.Lf,
            (false, false, true) => LineEnd.Cr,
            _ => LineEnd.CrLf,
        };
    }
}
