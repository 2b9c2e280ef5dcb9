using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>
/// Takes the text apart as the parser asks for it. Words need no blank behind them, so that what comes next can only be
/// told by what may come next.
/// </summary>
sealed partial class SieveLexer(string text)
{
    [GeneratedRegex(@"\G[+-]?([0-9]+\.[0-9]*([eE][+-]?[0-9]+)?|\.[0-9]+([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+)(?![\w.])", RegexOptions.CultureInvariant)]
    private static partial Regex Float { get; }

    [GeneratedRegex(@"\G[+-]?[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Integer { get; }

    /// <summary>The place of the next token: blanks and comments are behind it.</summary>
    public int At { get; private set; } = SkipBlanks(text, 0);

    public bool IsAtEnd => At >= text.Length;

    /// <summary>Whether the next characters are these.</summary>
    public bool IsAt(string characters) => text.AsSpan(At).StartsWith(characters, StringComparison.Ordinal);

    /// <summary>Goes beyond these characters, if they are the next ones.</summary>
    public bool TryTake(string characters)
    {
        if (!IsAt(characters)) return false;
        Move(characters.Length);
        return true;
    }

    /// <summary>The name of a field: lower-case letters, digits, <c>_</c> and dots.</summary>
    public bool TryTakeName(out string name) => TryTakeWord(At, static c => c is '.' || IsWordCharacter(c), out name);

    /// <summary>The name of a variable, behind its <c>$</c>.</summary>
    public bool TryTakeVariable(out string name)
    {
        name = "";
        return IsAt("$") && TryTakeWord(At + 1, IsWordCharacter, out name);
    }

    bool TryTakeWord(int start, Func<char, bool> belongs, out string word)
    {
        var end = start;
        while (end < text.Length && belongs(text[end])) end++;
        word = text[start..end];
        if (end == start) return false;
        Move(end - At);
        return true;
    }

    static bool IsWordCharacter(char c) => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '_';

    /// <summary>A number. Whole and floating point numbers stay apart.</summary>
    public bool TryTakeNumber(out FieldValue number)
    {
        if (Float.Match(text, At) is { Success: true } real)
        {
            number = double.Parse(real.ValueSpan, NumberStyles.Float, CultureInfo.InvariantCulture);
            Move(real.Length);
            return true;
        }

        var whole = Integer.Match(text, At);
        number = whole.Success ? FieldValue.From(BigInteger.Parse(whole.ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)) : FieldValue.None;
        if (whole.Success) Move(whole.Length);
        return whole.Success;
    }

    /// <summary>A text in quotes. It may span lines; a backslash only has a meaning before a quote.</summary>
    public bool TryTakeText(out string value)
    {
        value = "";
        if (IsAtEnd || text[At] is not ('\'' or '"') || EndOfText(At) is not (> 0 and var end)) return false;
        var quote = text[At];
        value = text[(At + 1)..end].Replace($"\\{quote}", $"{quote}", StringComparison.Ordinal);
        Move(end + 1 - At);
        return true;
    }

    /// <summary>Where the closing quote stands, or -1. Without a better one a quote behind a backslash closes the text.</summary>
    int EndOfText(int start)
    {
        var escaped = -1;
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] != text[start]) continue;
            if (text[i - 1] != '\\' || i - 1 == start) return i;
            escaped = i;
        }

        return escaped;
    }

    /// <summary>What stands at a place, for messages.</summary>
    public string Excerpt()
    {
        if (IsAtEnd) return "the end of the file";
        var rest = text.AsSpan(At);
        var end = rest.IndexOfAny('\r', '\n');
        if (end >= 0) rest = rest[..end];
        return rest.Length > 30 ? $"'{rest[..30]}…'" : $"'{rest}'";
    }

    /// <summary>After an error: goes on to the next line that begins a statement, or to a brace.</summary>
    /// <param name="start">Where the statement with the error begins.</param>
    public void SkipToStatement(int start)
    {
        while (!IsAtEnd && text[At] is not ('{' or '}') && !IsAtStatementBehind(start)) SkipToken();
    }

    /// <summary>After an error in a condition: goes on to its block, if there is one before the end of the statement.</summary>
    /// <param name="start">Where the condition begins.</param>
    public bool TrySkipToBlock(int start)
    {
        while (!IsAtEnd && text[At] is not ('{' or '}') && !IsAtStatementBehind(start)) SkipToken();
        return IsAt("{");
    }

    bool IsAtStatementBehind(int start) => At != start && IsFirstOfLine(At) && BeginsStatement();

    void SkipToken()
    {
        if (!TryTakeText(out _)) Move(1);
    }

    bool IsFirstOfLine(int at) => string.IsNullOrWhiteSpace(text[(text.LastIndexOf('\n', Math.Max(at - 1, 0)) + 1)..at]);

    bool BeginsStatement()
    {
        var end = At;
        while (end < text.Length && IsWordCharacter(text[end])) end++;
        return text[At..end] is "if" or "drop" or "keep" or "path" or "add" or "update" or "remove" or "append" || IsAt("$");
    }

    void Move(int by) => At = SkipBlanks(text, At + by);

    static int SkipBlanks(string text, int at)
    {
        while (at < text.Length)
        {
            if (text[at] is ' ' or '\t' or '\r' or '\n' or '\ufeff')
            {
                at++;
            }
            else if (text[at] == '#' || text.AsSpan(at).StartsWith("//", StringComparison.Ordinal))
            {
                var end = text.IndexOf('\n', at);
                at = end < 0 ? text.Length : end;
            }
            else
            {
                break;
            }
        }

        return at;
    }
}
