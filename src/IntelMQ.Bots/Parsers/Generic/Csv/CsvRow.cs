using System.Text;

namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>The cells of one row. The object is used again for the next row.</summary>
public sealed class CsvRow
{
    readonly string?[] _previous = new string?[256];
    char[] _text = new char[1024];
    int[] _ends = new int[64];
    int _length;
    ReadOnlyMemory<byte> _physical;
    bool _isAsWritten;

    internal CsvRow(CsvReport report) => Report = report;

    internal CsvReport Report { get; }

    /// <summary>Number of cells.</summary>
    public int Count { get; private set; }

    /// <summary>The text of a cell.</summary>
    public ReadOnlySpan<char> this[int cell] => _text.AsSpan(StartOf(cell), _ends[cell] - StartOf(cell));

    int StartOf(int cell) => cell == 0 ? 0 : _ends[cell - 1];

    /// <summary>The text of a cell as an object; where a column repeats itself, the one of the row before.</summary>
    public string TextOf(int cell)
    {
        var text = this[cell];
        if (cell >= _previous.Length) return text.ToString();
        return _previous[cell] is { } previous && text.SequenceEqual(previous) ? previous : _previous[cell] = text.ToString();
    }

    internal void Begin(ReadOnlyMemory<byte> physical)
    {
        _physical = physical;
        _length = 0;
        Count = 0;
        _isAsWritten = false;
    }

    /// <summary>Takes a line that has no quotes.</summary>
    internal void SplitPlain(ReadOnlySpan<char> line, char delimiter)
    {
        if (_text.Length < line.Length) _text = new char[line.Length * 2];
        while (true)
        {
            var end = line.IndexOf(delimiter);
            var cell = end < 0 ? line : line[..end];
            cell.CopyTo(_text.AsSpan(_length));
            _length += cell.Length;
            EndCell();
            if (end < 0) break;
            line = line[(end + 1)..];
        }
    }

    /// <summary>Says that the line, written with commas, would look as it does.</summary>
    internal void IsWrittenAs(ReadOnlyMemory<byte> line)
    {
        _physical = line;
        _isAsWritten = true;
    }

    internal void IsFrom(ReadOnlyMemory<byte> lines) => _physical = lines;

    internal void Append(char c)
    {
        if (_length == _text.Length) Array.Resize(ref _text, _text.Length * 2);
        _text[_length++] = c;
    }

    internal void EndCell()
    {
        if (Count == _ends.Length) Array.Resize(ref _ends, _ends.Length * 2);
        _ends[Count++] = _length;
    }

    /// <summary>The row as <c>raw</c> of its events: the header lines and the cells, separated by commas whatever the delimiter is, as the original writes them.</summary>
    internal byte[] Rewritten()
    {
        if (_isAsWritten) return Report.WithHeader(_physical.Span);

        var line = new StringBuilder(_length + 32);
        for (var i = 0; i < Count; i++)
        {
            if (i > 0) line.Append(',');
            AppendQuoted(line, this[i]);
        }

        return Report.WithHeader(Encoding.UTF8.GetBytes(line.ToString()));
    }

    void AppendQuoted(StringBuilder to, ReadOnlySpan<char> cell)
    {
        if (!cell.ContainsAny(',', '"') && !cell.ContainsAny(Report.LineEnd.Chars) && !(cell.IsEmpty && Count == 1))
        {
            to.Append(cell);
            return;
        }

        to.Append('"');
        foreach (var c in cell)
        {
            if (c == '"') to.Append('"');
            to.Append(c);
        }

        to.Append('"');
    }

    /// <summary>The row as a report of its own, as it was written.</summary>
    internal byte[] Recover() => Report.WithHeader(_physical.Span);
}
