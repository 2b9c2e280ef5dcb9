using System.Text;

namespace IntelMQ.Sdk;

/// <summary>What stands between brackets in a regular expression: characters of one unit of UTF-16, and code points of two.</summary>
sealed class PythonCharacterClass
{
    const int FirstOfTwo = 0x10000;
    const int Last = 0x10ffff;

    // Characters of two units are no letters, digits or white space: all of them are in these.
    public const string NoWord = @"\p{M}\p{S}\p{Z}\p{C}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f";
    public const string NoSpace = @"\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Cs}\p{Co}\p{Cn}\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f";
    public const string NoDigit = @"\D";

    readonly StringBuilder _single = new();
    readonly List<(int From, int To)> _double = [];
    bool _hasComplement;

    /// <summary>One character, or a set that has a name.</summary>
    public void Add(int? point, string text)
    {
        if (point >= FirstOfTwo) _double.Add((point.Value, point.Value));
        else _single.Append(text);
        _hasComplement |= text is NoWord or NoSpace or NoDigit;
    }

    /// <summary>All from one character to another.</summary>
    public void AddRange(int from, string fromText, int to, string toText)
    {
        if (to < FirstOfTwo)
        {
            _single.Append(fromText).Append('-').Append(toText);
            return;
        }

        if (from < FirstOfTwo && to >= from)
        {
            if (from < 0xd800) _single.Append(fromText).Append(@"-\ud7ff\ue000-\uffff");
            else _single.Append(fromText).Append(@"-\uffff");
        }

        _double.Add((Math.Max(from, FirstOfTwo), to));
    }

    /// <summary>Whether it names no characters of two units, so that all of them are in the negated class.</summary>
    public bool IsOfUnits => _double.Count == 0 && !_hasComplement;

    /// <summary>The members of one unit, as they stand in brackets.</summary>
    public string OfOneUnit => _single.ToString();

    public string ToString(bool isNegated)
    {
        var pairs = Pairs(isNegated).ToList();
        var single = OfOneUnit;
        if (isNegated) single = $@"[^{single}{(pairs.Count > 0 ? @"\ud800-\udfff" : "")}]";
        else if (_hasComplement) single = $@"[{single}-[\ud800-\udfff]]";
        else single = single.Length > 0 ? $"[{single}]" : "";
        if (pairs.Count == 0) return single;
        return $"(?:{string.Join('|', single.Length > 0 ? pairs.Prepend(single) : pairs)})";
    }

    /// <summary>The code points of two units that are meant.</summary>
    IEnumerable<string> Pairs(bool isNegated)
    {
        if (_hasComplement) return isNegated ? [] : PairsOf(FirstOfTwo, Last);
        var ranges = isNegated ? Complement() : _double;
        return ranges.SelectMany(static range => PairsOf(range.From, range.To));
    }

    IEnumerable<(int From, int To)> Complement()
    {
        var next = FirstOfTwo;
        foreach (var (from, to) in _double.OrderBy(static range => range.From))
        {
            if (from > next) yield return (next, from - 1);
            next = Math.Max(next, to + 1);
        }

        if (next <= Last) yield return (next, Last);
    }

    static IEnumerable<string> PairsOf(int from, int to)
    {
        if (from > to) yield break;
        var (firstHigh, firstLow) = Units(from);
        var (lastHigh, lastLow) = Units(to);
        if (firstHigh == lastHigh)
        {
            yield return $@"\u{firstHigh:x4}[\u{firstLow:x4}-\u{lastLow:x4}]";
            yield break;
        }

        if (firstLow > 0xdc00) yield return $@"\u{firstHigh++:x4}[\u{firstLow:x4}-\udfff]";
        if (lastLow < 0xdfff) yield return $@"\u{lastHigh--:x4}[\udc00-\u{lastLow:x4}]";
        if (firstHigh <= lastHigh) yield return $@"[\u{firstHigh:x4}-\u{lastHigh:x4}][\udc00-\udfff]";
    }

    static (int High, int Low) Units(int point) => (0xd800 + ((point - FirstOfTwo) >> 10), 0xdc00 + ((point - FirstOfTwo) & 0x3ff));
}
