using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Sdk;

/// <summary>
/// A regular expression in the dialect of the original's language, rewritten for .NET. What matches one character there is
/// one Unicode code point, here one or two units of UTF-16.
/// </summary>
/// <remarks>Code points above U+FFFF count as no letter, digit or white space; halves of a pair match nothing but themselves.</remarks>
sealed class PythonPattern
{
    /// <summary>Two units that are one code point.</summary>
    const string Pair = @"[\ud800-\udbff][\udc00-\udfff]";

    readonly string _pattern;
    readonly StringBuilder _result;
    // Whether a dot matches line ends, in each of the groups that are open.
    readonly Stack<bool> _outer = new();
    // There groups are numbered by their place; here the named ones come last, unless the others say their numbers.
    readonly bool _hasNames;
    bool _dotIsAll;
    int _groups;
    int _at;

    PythonPattern(string pattern)
    {
        _pattern = pattern;
        _result = new(pattern.Length + 8);
        _hasNames = pattern.Contains("(?P<", StringComparison.Ordinal);
    }

    public static string Translate(string pattern)
    {
        var translation = new PythonPattern(pattern);
        while (translation._at < pattern.Length) translation.Next();
        return translation._result.ToString();
    }

    ReadOnlySpan<char> Rest => _pattern.AsSpan(_at);

    bool IsAtPair => Rest.Length > 1 && char.IsHighSurrogate(Rest[0]) && char.IsLowSurrogate(Rest[1]);

    void Next()
    {
        switch (_pattern[_at])
        {
            case '\\' when Rest.Length > 1: Escape(); break;
            case '[': Class(); break;
            case '(': Open(); break;
            case ')':
                _dotIsAll = _outer.Count > 0 && _outer.Pop();
                Take(1);
                break;
            case '.':
                _at++;
                AppendSet(".", _dotIsAll ? $@"(?:[^\ud800-\udfff]|{Pair})" : $@"(?:[^\n\ud800-\udfff]|{Pair})");
                break;
            // Without a lower bound it is zero there, and plain text here.
            case '{' when Rest.Length > 1 && Rest[1] == ',':
                _result.Append("{0");
                _at++;
                break;
            case var _ when IsAtPair:
                // A quantifier behind it is about both units.
                _result.Append("(?:").Append(Rest[..2]).Append(')');
                _at += 2;
                break;
            default: Take(1); break;
        }
    }

    void Take(int length)
    {
        _result.Append(Rest[..length]);
        _at += length;
    }

    void Append(string translated, int length)
    {
        _result.Append(translated);
        _at += length;
    }

    /// <summary>
    /// A set with all code points of two units. Where any number of them is taken, units may be counted, which is fast: as nothing
    /// else matches the second half of a pair, none is torn.
    /// </summary>
    /// <param name="units">The set of one unit, with all halves of pairs.</param>
    /// <param name="points">The set of one code point.</param>
    void AppendSet(string units, string points)
    {
        if (Rest.StartsWith('*'))
        {
            _result.Append(units);
        }
        else if (Rest.StartsWith('+'))
        {
            _result.Append(points).Append(units).Append('*');
            _at++;
        }
        else
        {
            _result.Append(points);
        }
    }

    void AppendSet(string units, string points, int length)
    {
        _at += length;
        AppendSet(units, points);
    }

    void Escape()
    {
        switch (Rest[1])
        {
            // At the very end; .NET's \Z also matches before a final newline.
            case 'Z': Append(@"\z", 2); break;
            // White space has four characters more there.
            case 's': Append(@"[\s\x1c-\x1f]", 2); break;
            case 'S': AppendSet(@"[^\s\x1c-\x1f]", $@"(?:[^\s\x1c-\x1f\ud800-\udfff]|{Pair})", 2); break;
            // Marks and connectors are no parts of words there, and all kinds of numbers are.
            case 'w': Append(@"[\p{L}\p{N}_]", 2); break;
            case 'W': AppendSet(@"[^\p{L}\p{N}_]", $@"(?:[^\p{{L}}\p{{N}}_\ud800-\udfff]|{Pair})", 2); break;
            case 'D': AppendSet(@"\D", $@"(?:[^\d\ud800-\udfff]|{Pair})", 2); break;
            case 'U' when PointAt(_at + 2, 8) is { } point && Rune.IsValid(point): Append($"(?:{Regex.Escape(char.ConvertFromUtf32(point))})", 10); break;
            // Escapes that mean themselves there but something else (or nothing) here.
            case var c when IsPlain(c): Append(c.ToString(), 2); break;
            default: Take(2); break;
        }
    }

    static bool IsPlain(char c) => c is '"' or '\'' or '/' or '-' or '!' or '%' or ',' or ':' or ';' or '<' or '=' or '>' or '@' or '_' or '`' or '&' or '~';

    int? PointAt(int at, int digits) =>
        at + digits <= _pattern.Length && int.TryParse(_pattern.AsSpan(at, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) ? point : null;

    void Open()
    {
        if (FlagsLength() is var flags and > 0)
        {
            // Flags for the whole expression stand at its beginning.
            _dotIsAll |= Rest.Slice(2, flags).Contains('s');
            AppendFlags(Rest.Slice(2, flags));
            _at += flags + 3;
            return;
        }

        var close = _pattern.IndexOf(')', _at);
        if (Rest.StartsWith("(?P=") && close > 0)
        {
            Append($@"\k<{_pattern[(_at + 4)..close]}>", close - _at + 1);
            return;
        }

        _outer.Push(_dotIsAll);
        if (Rest.StartsWith("(?P"))
        {
            if (Rest.StartsWith("(?P<")) _groups++;
            Append("(?", 3);
        }
        else if (!Rest.StartsWith("(?"))
        {
            Append(_hasNames ? string.Create(CultureInfo.InvariantCulture, $"(?<{++_groups}>") : "(", 1);
        }
        else
        {
            OpenWithFlags();
        }
    }

    // (?s-i:…), and all else that begins with a question mark, such as (?=…).
    void OpenWithFlags()
    {
        var end = _at + 2;
        while (end < _pattern.Length && (char.IsAsciiLetter(_pattern[end]) || _pattern[end] == '-')) end++;
        if (end < _pattern.Length && _pattern[end] == ':')
        {
            var flags = _pattern.AsSpan(_at + 2, end - _at - 2);
            var off = flags.IndexOf('-');
            if ((off < 0 ? flags : flags[..off]).Contains('s')) _dotIsAll = true;
            if (off >= 0 && flags[off..].Contains('s')) _dotIsAll = false;
        }

        Take(2);
    }

    /// <summary>How many letters stand in a group that only sets flags, <c>(?iu)</c>.</summary>
    int FlagsLength()
    {
        if (!Rest.StartsWith("(?")) return 0;
        var end = _at + 2;
        while (end < _pattern.Length && _pattern[end] is 'a' or 'i' or 'L' or 'm' or 's' or 'u' or 'x') end++;
        return end < _pattern.Length && _pattern[end] == ')' ? end - _at - 2 : 0;
    }

    // Which characters are letters has no flag here: it is always Unicode that says so.
    void AppendFlags(ReadOnlySpan<char> flags)
    {
        var known = new string([.. flags.ToString().Where(static flag => flag is 'i' or 'm' or 's' or 'x')]);
        if (known.Length > 0) _result.Append("(?").Append(known).Append(')');
    }

    void Class()
    {
        var start = _at++;
        var isNegated = Rest.StartsWith('^');
        if (isNegated) _at++;
        var items = new PythonCharacterClass();
        var first = _at;
        while (_at < _pattern.Length && (Rest[0] != ']' || _at == first)) ClassItem(items);
        if (_at == _pattern.Length)
        {
            // It does not end: .NET says what is wrong.
            _result.Append(_pattern, start, _pattern.Length - start);
            return;
        }

        _at++;
        if (isNegated && items.IsOfUnits) AppendSet($"[^{items.OfOneUnit}]", items.ToString(isNegated));
        else _result.Append(items.ToString(isNegated));
    }

    void ClassItem(PythonCharacterClass items)
    {
        var (low, text) = ClassAtom();
        if (low is not { } from || Rest.Length < 2 || Rest[0] != '-' || Rest[1] == ']')
        {
            items.Add(low, text);
            return;
        }

        _at++;
        var (high, highText) = ClassAtom();
        items.AddRange(from, text, high ?? throw new ArgumentException($"The pattern '{_pattern}' has a set of characters as the end of a range, before position {_at}."), highText);
    }

    /// <summary>One character, or a set of them that has a name; how .NET writes it in a class.</summary>
    (int? Point, string Text) ClassAtom()
    {
        if (IsAtPair)
        {
            _at += 2;
            return (char.ConvertToUtf32(_pattern[_at - 2], _pattern[_at - 1]), "");
        }

        if (Rest[0] != '\\' || Rest.Length == 1)
        {
            var c = _pattern[_at++];
            // A bracket is plain within a class; .NET would read a subtraction.
            return (c, c is '[' or ']' or '\\' or '^' or '-' ? $"\\{c}" : c.ToString());
        }

        var escaped = Rest[1];
        _at += 2;
        switch (escaped)
        {
            case 's': return (null, @"\s\x1c-\x1f");
            case 'w': return (null, @"\p{L}\p{N}_");
            case 'W': return (null, PythonCharacterClass.NoWord);
            case 'S': return (null, PythonCharacterClass.NoSpace);
            case 'D': return (null, PythonCharacterClass.NoDigit);
            case 'd': return (null, @"\d");
            case 'x' when PointAt(_at, 2) is { } point: return Written(point, 2);
            case 'u' when PointAt(_at, 4) is { } point: return Written(point, 4);
            case 'U' when PointAt(_at, 8) is { } point && Rune.IsValid(point): return Written(point, 8);
            case 'a': return (7, @"\a");
            case 'b': return (8, @"\b");
            case 'f': return (12, @"\f");
            case 'n': return (10, @"\n");
            case 'r': return (13, @"\r");
            case 't': return (9, @"\t");
            case 'v': return (11, @"\v");
            case var _ when char.IsAsciiLetterOrDigit(escaped): return (null, $"\\{escaped}");
            default: return (escaped, escaped < 128 && !IsPlain(escaped) ? $"\\{escaped}" : escaped == '-' ? @"\-" : escaped.ToString());
        }
    }

    (int? Point, string Text) Written(int point, int digits)
    {
        _at += digits;
        return (point, point > char.MaxValue ? "" : $"\\u{point:x4}");
    }
}
