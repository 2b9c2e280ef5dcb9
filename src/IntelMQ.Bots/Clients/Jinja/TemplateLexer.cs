using System.Globalization;
using System.Numerics;
using System.Text;

namespace IntelMQ.Bots.Clients.Jinja;

enum TokenKind
{
    /// <summary>Text outside of expressions and statements.</summary>
    Data,
    VariableBegin,
    VariableEnd,
    BlockBegin,
    BlockEnd,
    Name,
    Text,
    Number,
    Operator,
    End,
}

/// <param name="Kind">What it is.</param>
/// <param name="Text">As it is written; the value of a text.</param>
/// <param name="Line">Where it stands.</param>
/// <param name="Value">The value of a text or number.</param>
readonly record struct Token(TokenKind Kind, string Text, int Line, object? Value = null);

/// <summary>Takes a template apart. White space beside <c>{%-</c> and <c>-%}</c> is gone afterwards, and comments are.</summary>
sealed class TemplateLexer
{
    static readonly string[] Operators = ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";"];

    readonly string _source;
    readonly string _name;
    readonly List<Token> _tokens = [];
    int _at;
    int _line = 1;
    bool _stripsNext;

    TemplateLexer(string source, string name)
    {
        source = source.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        _source = source.EndsWith('\n') ? source[..^1] : source;
        _name = name;
    }

    public static List<Token> Read(string source, string name)
    {
        var lexer = new TemplateLexer(source, name);
        lexer.ReadAll();
        return lexer._tokens;
    }

    void ReadAll()
    {
        while (_at < _source.Length)
        {
            var next = NextOpening();
            AddData(_source[_at..next], stripEnd: next < _source.Length && _source.AsSpan(next + 2).StartsWith("-", StringComparison.Ordinal));
            MoveTo(next);
            if (next == _source.Length) break;
            ReadTag();
        }

        Add(TokenKind.End, "");
    }

    int NextOpening()
    {
        for (var i = _at; i + 1 < _source.Length; i++)
            if (_source[i] == '{' && _source[i + 1] is '{' or '%' or '#')
                return i;
        return _source.Length;
    }

    void AddData(string data, bool stripEnd)
    {
        if (_stripsNext) data = data.TrimStart();
        if (stripEnd) data = data.TrimEnd();
        _stripsNext = false;
        if (data.Length > 0) Add(TokenKind.Data, data);
    }

    void ReadTag()
    {
        var kind = _source[_at + 1];
        MoveTo(_at + 2);
        if (kind == '#')
        {
            var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
            if (end < 0) throw Wrong("a comment has no end '#}'");
            _stripsNext = end > _at && _source[end - 1] == '-';
            MoveTo(end + 2);
            return;
        }

        if (_at < _source.Length && _source[_at] is '-' or '+') MoveTo(_at + 1);
        if (kind == '%' && TryReadRaw()) return;
        Add(kind == '%' ? TokenKind.BlockBegin : TokenKind.VariableBegin, kind == '%' ? "{%" : "{{");
        ReadExpression(kind == '%' ? "%}" : "}}", kind == '%' ? TokenKind.BlockEnd : TokenKind.VariableEnd);
    }

    /// <summary>Within <c>{% raw %}</c> nothing has a meaning but its end.</summary>
    bool TryReadRaw()
    {
        var word = SkipSpace(_at);
        if (!_source.AsSpan(word).StartsWith("raw", StringComparison.Ordinal)) return false;
        var close = SkipSpace(word + 3);
        var strips = close < _source.Length && _source[close] == '-';
        if (strips) close++;
        if (!_source.AsSpan(close).StartsWith("%}", StringComparison.Ordinal)) return false;

        var begin = close + 2;
        for (var end = _source.IndexOf("{%", begin, StringComparison.Ordinal); end >= 0; end = _source.IndexOf("{%", end + 2, StringComparison.Ordinal))
        {
            var stripsEnd = end + 2 < _source.Length && _source[end + 2] == '-';
            var name = SkipSpace(end + (stripsEnd ? 3 : 2));
            if (!_source.AsSpan(name).StartsWith("endraw", StringComparison.Ordinal)) continue;
            var last = SkipSpace(name + 6);
            var stripsBehind = last < _source.Length && _source[last] == '-';
            if (stripsBehind) last++;
            if (!_source.AsSpan(last).StartsWith("%}", StringComparison.Ordinal)) continue;
            _stripsNext = strips;
            AddData(_source[begin..end], stripsEnd);
            _stripsNext = stripsBehind;
            MoveTo(last + 2);
            return true;
        }

        throw Wrong("'raw' has no 'endraw'");
    }

    int SkipSpace(int at)
    {
        while (at < _source.Length && char.IsWhiteSpace(_source[at])) at++;
        return at;
    }

    void ReadExpression(string end, TokenKind endKind)
    {
        var open = 0;
        while (true)
        {
            MoveTo(SkipSpace(_at));
            if (_at >= _source.Length) throw Wrong($"'{end}' is missing");
            var rest = _source.AsSpan(_at);
            if (open == 0 && TryReadEnd(rest, end, endKind)) return;

            var c = rest[0];
            if (char.IsLetter(c) || c == '_') ReadName();
            else if (char.IsAsciiDigit(c)) ReadNumber();
            else if (c is '\'' or '"') ReadText(c);
            else open += ReadOperator(rest);
        }
    }

    bool TryReadEnd(ReadOnlySpan<char> rest, string end, TokenKind kind)
    {
        var sign = rest[0] is '-' or '+' ? 1 : 0;
        if (!rest[sign..].StartsWith(end, StringComparison.Ordinal)) return false;
        Add(kind, end);
        _stripsNext = rest[0] == '-';
        MoveTo(_at + sign + end.Length);
        return true;
    }

    void ReadName()
    {
        var end = _at;
        while (end < _source.Length && (char.IsLetterOrDigit(_source[end]) || _source[end] == '_')) end++;
        Add(TokenKind.Name, _source[_at..end]);
        MoveTo(end);
    }

    void ReadNumber()
    {
        var end = _at;
        while (end < _source.Length && (char.IsAsciiDigit(_source[end]) || _source[end] == '_')) end++;
        var isFloat = end + 1 < _source.Length && _source[end] == '.' && char.IsAsciiDigit(_source[end + 1]);
        if (isFloat)
            for (end++; end < _source.Length && (char.IsAsciiDigit(_source[end]) || _source[end] == '_'); end++) { }
        var exponent = end + 1 < _source.Length && _source[end] is 'e' or 'E' ? end + (_source[end + 1] is '+' or '-' ? 2 : 1) : -1;
        if (exponent >= 0 && exponent < _source.Length && char.IsAsciiDigit(_source[exponent]))
        {
            isFloat = true;
            for (end = exponent; end < _source.Length && char.IsAsciiDigit(_source[end]); end++) { }
        }

        var digits = _source[_at..end].Replace("_", "", StringComparison.Ordinal);
        object value = isFloat ? double.Parse(digits, CultureInfo.InvariantCulture) : FieldValue.From(BigInteger.Parse(digits, CultureInfo.InvariantCulture)).ToObject()!;
        Add(TokenKind.Number, digits, value);
        MoveTo(end);
    }

    void ReadText(char quote)
    {
        var value = new StringBuilder();
        var at = _at + 1;
        while (true)
        {
            if (at >= _source.Length) throw Wrong("a text has no closing quote");
            var c = _source[at++];
            if (c == quote) break;
            if (c == '\\' && at < _source.Length) at += AppendEscape(value, at);
            else value.Append(c);
        }

        Add(TokenKind.Text, value.ToString(), value.ToString());
        MoveTo(at);
    }

    /// <returns>How many characters behind the backslash were used.</returns>
    int AppendEscape(StringBuilder to, int at)
    {
        var c = _source[at];
        var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (digits > 0)
        {
            if (at + digits >= _source.Length || !int.TryParse(_source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var point) || !(point < 0x10000 || Rune.IsValid(point)))
                throw Wrong($"'\\{c}' needs {digits} hexadecimal digits");
            if (point < 0x10000) to.Append((char)point);
            else to.Append(char.ConvertFromUtf32(point));
            return digits + 1;
        }

        switch (c)
        {
            case 'n': to.Append('\n'); break;
            case 't': to.Append('\t'); break;
            case 'r': to.Append('\r'); break;
            case '0': to.Append('\0'); break;
            case 'a': to.Append('\a'); break;
            case 'b': to.Append('\b'); break;
            case 'f': to.Append('\f'); break;
            case 'v': to.Append('\v'); break;
            case '\n': break;
            case '\\' or '\'' or '"': to.Append(c); break;
            default: to.Append('\\').Append(c); break;
        }

        return 1;
    }

    /// <returns>1 for an opening bracket, -1 for a closing one, 0 for others.</returns>
    int ReadOperator(ReadOnlySpan<char> rest)
    {
        foreach (var known in Operators)
        {
            if (!rest.StartsWith(known, StringComparison.Ordinal)) continue;
            Add(TokenKind.Operator, known);
            MoveTo(_at + known.Length);
            return known[0] is '(' or '[' or '{' ? 1 : known[0] is ')' or ']' or '}' ? -1 : 0;
        }

        throw Wrong($"the character '{rest[0]}' has no meaning here");
    }

    void Add(TokenKind kind, string text, object? value = null) => _tokens.Add(new Token(kind, text, _line, value));

    void MoveTo(int at)
    {
        _line += _source.AsSpan(_at, at - _at).Count('\n');
        _at = at;
    }

    JinjaSyntaxException Wrong(string what) => new(_name, _line, $"{char.ToUpperInvariant(what[0])}{what[1..]}.");
}
