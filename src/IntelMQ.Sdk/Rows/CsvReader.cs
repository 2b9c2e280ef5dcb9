using System.Buffers;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Reads rows of CSV as the original's language does, line by line out of UTF-8.</summary>
/// <remarks>
/// The characters of a row lie in one buffer that is used again. Unescaped text is never longer than what it was made
/// of, so it is written over it.
/// </remarks>
sealed class CsvReader
{
    readonly ReportLines _lines;
    readonly CsvDialect _dialect;
    readonly SearchValues<char> _endOfPlain;
    readonly SearchValues<char> _endOfQuoted;
    readonly string[] _ignored;
    readonly bool _quotes;
    readonly char _escape;
    readonly bool _hasEscape;
    State _state;
    int _length;
    int _write;
    int _start;

    public CsvReader(ReadOnlyMemory<byte> report, CsvDialect dialect, IReadOnlyList<string>? ignoredPrefixes = null, bool strip = true)
    {
        _lines = new ReportLines(report, strip);
        _dialect = dialect;
        _ignored = [.. ignoredPrefixes ?? []];
        _quotes = dialect.Quoting != CsvQuoting.None;
        _hasEscape = dialect.Escape is not null;
        _escape = dialect.Escape.GetValueOrDefault();
        // Whatever means something in a cell without quotes, and in one with quotes.
        _endOfPlain = SearchValues.Create(_hasEscape ? ['\r', '\n', dialect.Delimiter, _escape] : ['\r', '\n', dialect.Delimiter]);
        _endOfQuoted = SearchValues.Create(_hasEscape ? [dialect.Quote, _escape] : [dialect.Quote]);
    }

    enum State : byte
    {
        StartOfRow,
        StartOfCell,
        Escaped,
        AfterEscapedLineEnd,
        InCell,
        InQuotes,
        EscapedInQuotes,
        QuoteInQuotes,
        LineEnd,
    }

    /// <summary>Where the last row lies in the report: the bytes of all its lines.</summary>
    public Range RowRange { get; private set; }

    /// <summary>Reads the next row, which may be empty; false at the end.</summary>
    /// <exception cref="CsvException">The row breaks the rules. The next one can be read all the same.</exception>
    public bool Read(CsvRow row)
    {
        _state = State.StartOfRow;
        _length = _write = _start = row.Count = 0;
        var first = true;
        do
        {
            if (!NextLine(row, first))
            {
                if (first || (_write == _start && _state != State.InQuotes)) return false;
                if (_dialect.Strict) throw new CsvException("unexpected end of data");
                Save(row);
                return true;
            }

            first = false;
        }
        while (_state != State.StartOfRow);
        return true;
    }

    bool NextLine(CsvRow row, bool first)
    {
        while (_lines.MoveNext())
        {
            var line = _lines.Current;
            if (row.Characters.Length < _length + line.Length) Array.Resize(ref row.Characters, Math.Max(_length + line.Length, row.Characters.Length * 2));
            var from = _length;
            _length += Utf8Text.DecodeLenient(line, row.Characters.AsSpan(from));
            if (IsIgnored(row.Characters.AsSpan(from, _length - from)))
            {
                _length = from;
                continue;
            }

            RowRange = (first ? _lines.Start : RowRange.Start.Value).._lines.End;
            if (first) row.Line = _lines.Number;
            // NUL characters do not count, as the original removes them before.
            var text = row.Characters.AsSpan(from, _length - from);
            if (text.Contains('\0')) _length = from + RemoveNul(text);
            ReadLine(row, from);
            return true;
        }

        return false;
    }

    bool IsIgnored(ReadOnlySpan<char> line)
    {
        foreach (var prefix in _ignored)
            if (line.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        return false;
    }

    static int RemoveNul(Span<char> text)
    {
        var kept = 0;
        foreach (var c in text)
            if (c != '\0')
                text[kept++] = c;
        return kept;
    }

    void Save(CsvRow row)
    {
        row.Add(_start, _write);
        _start = _write;
    }

    void ReadLine(CsvRow row, int at)
    {
        var characters = row.Characters;
        var end = _length;
        while (at < end)
        {
            switch (_state)
            {
                case State.StartOfRow or State.StartOfCell: at = StartCell(row, characters, at, end); break;
                // An escaped line end does not end the cell; what follows is read as always, but the end of the text ends no row then.
                case State.InCell or State.AfterEscapedLineEnd: at = ReadPlain(row, characters, at, end); break;
                case State.InQuotes: at = ReadQuoted(characters, at, end); break;
                case State.QuoteInQuotes: at = AfterQuote(row, characters, at); break;
                case State.Escaped:
                    _state = characters[at] is '\r' or '\n' ? State.AfterEscapedLineEnd : State.InCell;
                    characters[_write++] = characters[at++];
                    break;
                case State.EscapedInQuotes:
                    characters[_write++] = characters[at++];
                    _state = State.InQuotes;
                    break;
                default: at++; break; // The second half of a line end.
            }
        }

        EndLine(row, characters);
    }

    int StartCell(CsvRow row, char[] characters, int at, int end)
    {
        // The cell begins where it stands, so that plain text need not be moved.
        if (_write == _start) _write = _start = at;
        var c = characters[at];
        if (c is '\r' or '\n')
        {
            if (_state == State.StartOfCell) Save(row);
            _state = State.LineEnd;
            return at + 1;
        }

        if (_quotes && c == _dialect.Quote)
        {
            _state = State.InQuotes;
            return at + 1;
        }

        if (_hasEscape && c == _escape)
        {
            _state = State.Escaped;
            return at + 1;
        }

        if (c == ' ' && _dialect.SkipInitialSpace)
        {
            _state = State.StartOfCell;
            return at + 1;
        }

        _state = State.InCell;
        return ReadPlain(row, characters, at, end);
    }

    int ReadPlain(CsvRow row, char[] characters, int at, int end)
    {
        var length = characters.AsSpan(at, end - at).IndexOfAny(_endOfPlain);
        var stop = length < 0 ? end : at + length;
        Keep(characters, at, stop);
        if (stop == end) return end;
        var c = characters[stop];
        if (c == _dialect.Delimiter)
        {
            Save(row);
            _state = State.StartOfCell;
        }
        else if (c is '\r' or '\n')
        {
            Save(row);
            _state = State.LineEnd;
        }
        else
        {
            _state = State.Escaped;
        }

        return stop + 1;
    }

    int ReadQuoted(char[] characters, int at, int end)
    {
        var length = characters.AsSpan(at, end - at).IndexOfAny(_endOfQuoted);
        var stop = length < 0 ? end : at + length;
        Keep(characters, at, stop);
        if (stop == end) return end;
        _state = _hasEscape && characters[stop] == _escape ? State.EscapedInQuotes
            : _dialect.DoubleQuote ? State.QuoteInQuotes
            : State.InCell;
        return stop + 1;
    }

    int AfterQuote(CsvRow row, char[] characters, int at)
    {
        var c = characters[at];
        if (c == _dialect.Quote)
        {
            characters[_write++] = c;
            _state = State.InQuotes;
        }
        else if (c == _dialect.Delimiter)
        {
            Save(row);
            _state = State.StartOfCell;
        }
        else if (c is '\r' or '\n')
        {
            Save(row);
            _state = State.LineEnd;
        }
        else if (_dialect.Strict)
        {
            throw new CsvException($"'{_dialect.Delimiter}' expected after '{_dialect.Quote}'");
        }
        else
        {
            characters[_write++] = c;
            _state = State.InCell;
        }

        return at + 1;
    }

    void Keep(char[] characters, int from, int to)
    {
        if (_write != from) characters.AsSpan(from, to - from).CopyTo(characters.AsSpan(_write));
        _write += to - from;
    }

    void EndLine(CsvRow row, char[] characters)
    {
        switch (_state)
        {
            case State.StartOfCell or State.InCell or State.QuoteInQuotes:
                Save(row);
                _state = State.StartOfRow;
                break;
            case State.LineEnd: _state = State.StartOfRow; break;
            case State.Escaped:
                // The escaped end of the text counts as a line end.
                characters[_write++] = '\n';
                _state = State.InCell;
                break;
            case State.EscapedInQuotes:
                characters[_write++] = '\n';
                _state = State.InQuotes;
                break;
            default: break;
        }
    }
}
