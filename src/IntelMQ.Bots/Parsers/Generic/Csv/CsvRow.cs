using System.Text;

namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>The cells of one row, as UTF-8 where they lie in the report. The object is used again for the next row.</summary>
public sealed class CsvRow
{
    (int Start, int Length)[] _cells = new (int, int)[64];
    byte[] _bytes = [];
    ValueBytes _values;
    (int Start, int Length) _physical;
    byte[] _physicalBytes = [];
    ValueBytes _physicalValues;
    bool _isAsWritten;

    internal CsvRow(CsvReport report)
    {
        Report = report;
        _values = _physicalValues = report.ValuesOf(_bytes);
    }

    internal CsvReport Report { get; }

    /// <summary>Number of cells.</summary>
    public int Count { get; private set; }

    /// <summary>The UTF-8 of a cell.</summary>
    public ReadOnlySpan<byte> this[int cell] => _bytes.AsSpan(_cells[cell].Start, _cells[cell].Length);

    /// <summary>A cell as a value, which copies nothing.</summary>
    public FieldValue ValueOf(int cell) => _values.Text(_cells[cell].Start, _cells[cell].Length);

    /// <summary>The text of a cell.</summary>
    public string TextOf(int cell) => Encoding.UTF8.GetString(this[cell]);

    /// <summary>Starts a row that stands in these bytes.</summary>
    internal void Begin(in ArraySegment<byte> physical)
    {
        if (!ReferenceEquals(_physicalBytes, physical.Array))
        {
            _physicalBytes = physical.Array!;
            _physicalValues = Report.ValuesOf(_physicalBytes);
        }

        _physical = (physical.Offset, physical.Count);
        Count = 0;
        _isAsWritten = false;
    }

    /// <summary>Takes a line of valid UTF-8 whose quotes, if any, hold whole cells without further quotes; false for any other.</summary>
    internal bool TrySplit(byte delimiter)
    {
        var (at, length) = _physical;
        var end = at + length;
        var isAsWritten = delimiter == ',';
        while (true)
        {
            var isQuoted = at < end && _physicalBytes[at] == '"';
            var start = isQuoted ? at + 1 : at;
            var cell = _physicalBytes.AsSpan(start, end - start);
            var size = isQuoted ? cell.IndexOf((byte)'"') : cell.IndexOfAny(delimiter, (byte)'"');
            if (!isQuoted && size >= 0 && cell[size] == '"')
            {
                // A quote within a cell means itself.
                isAsWritten = false;
                size = cell.IndexOf(delimiter);
            }

            if (isQuoted && size < 0) return false;
            if (size < 0) size = cell.Length;
            AddCell(start, size);
            at = start + size;
            if (isQuoted)
            {
                // What needs no quotes is written without.
                isAsWritten &= cell[..size].Contains(delimiter);
                at++;
            }

            if (at == end) break;
            if (_physicalBytes[at++] != delimiter) return false;
        }

        (_bytes, _values, _isAsWritten) = (_physicalBytes, _physicalValues, isAsWritten);
        return true;
    }

    /// <summary>Takes a row whose cells do not stand in the report as they are.</summary>
    internal void Take(ReadOnlySpan<char> text, ReadOnlySpan<int> ends, in ArraySegment<byte> physical)
    {
        Begin(physical);
        _bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        _values = new ValueBytes(_bytes);
        var (start, at) = (0, 0);
        foreach (var end in ends)
        {
            var size = Encoding.UTF8.GetBytes(text[start..end], _bytes.AsSpan(at));
            AddCell(at, size);
            at += size;
            start = end;
        }
    }

    void AddCell(int start, int length)
    {
        if (Count == _cells.Length) Array.Resize(ref _cells, _cells.Length * 2);
        _cells[Count++] = (start, length);
    }

    /// <summary>The row as <c>raw</c> of its events: the header lines and the cells, separated by commas whatever the delimiter is, as the original writes them.</summary>
    internal FieldValue Rewritten()
    {
        if (_isAsWritten) return _physicalValues.Raw(_physical.Start, _physical.Length);

        var line = new MemoryStream();
        for (var i = 0; i < Count; i++)
        {
            if (i > 0) line.WriteByte((byte)',');
            WriteQuoted(line, this[i]);
        }

        return Report.WithHeader(line.GetBuffer().AsSpan(0, (int)line.Length));
    }

    void WriteQuoted(MemoryStream to, ReadOnlySpan<byte> cell)
    {
        if (!cell.ContainsAny((byte)',', (byte)'"') && !cell.ContainsAny(Report.LineEnd.Bytes) && !(cell.IsEmpty && Count == 1))
        {
            to.Write(cell);
            return;
        }

        to.WriteByte((byte)'"');
        foreach (var c in cell)
        {
            if (c == '"') to.WriteByte((byte)'"');
            to.WriteByte(c);
        }

        to.WriteByte((byte)'"');
    }

    /// <summary>The row as a report of its own, as it was written.</summary>
    internal byte[] Recover() => Report.WithHeader(_physicalBytes.AsSpan(_physical.Start, _physical.Length));
}
