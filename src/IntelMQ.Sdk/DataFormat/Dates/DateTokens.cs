using System.Globalization;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Splits a text into words, numbers, blanks and single other characters, for <see cref="FuzzyDate"/>.</summary>
static class DateTokens
{
    enum State { Start, Word, Number, DottedWord, DottedNumber }

    // Most tokens of dates are single characters and numbers of two digits; they are not made anew.
    static readonly string[] Characters = [.. Enumerable.Range(0, 128).Select(static c => ((char)c).ToString())];
    static readonly string[] TwoDigits = [.. Enumerable.Range(0, 100).Select(static n => n.ToString("00", CultureInfo.InvariantCulture))];

    public static void Split(string text, List<string> tokens)
    {
        if (text.Contains('\0', StringComparison.Ordinal)) text = text.Replace("\0", "", StringComparison.Ordinal);
        for (var at = 0; at < text.Length;)
        {
            var end = EndOfToken(text, at, out var state, out var hasLetters);
            Add(tokens, text.AsSpan(at, end - at), state, hasLetters);
            at = end;
        }
    }

    /// <summary>Whether a token is of digits only, those without a decimal value (²) included.</summary>
    public static bool IsDigits(string token)
    {
        for (var at = 0; at < token.Length;)
        {
            if (KindAt(token, at, out var width) != Kind.Digit) return false;
            at += width;
        }

        return true;
    }

    static int EndOfToken(string text, int start, out State state, out bool hasLetters)
    {
        state = State.Start;
        hasLetters = false;
        var at = start;
        while (at < text.Length)
        {
            var c = text[at];
            var kind = KindAt(text, at, out var width);
            var next = state switch
            {
                State.Start => kind == Kind.Letter ? State.Word : kind == Kind.Digit ? State.Number : (State?)null,
                State.Word => kind == Kind.Letter ? State.Word : c == '.' ? State.DottedWord : null,
                State.Number => kind == Kind.Digit ? State.Number : c == '.' || (c == ',' && at - start >= 2) ? State.DottedNumber : null,
                State.DottedWord => c == '.' || kind == Kind.Letter ? State.DottedWord : kind == Kind.Digit && text[at - 1] == '.' ? State.DottedNumber : null,
                _ => c == '.' || kind == Kind.Digit ? State.DottedNumber : kind == Kind.Letter && text[at - 1] == '.' ? State.DottedWord : null,
            };
            if (state is State.Word or State.DottedWord) hasLetters = true;
            if (next is null) return at == start ? at + width : at;
            state = next.Value;
            at += width;
        }

        return at;
    }

    static void Add(List<string> tokens, ReadOnlySpan<char> token, State state, bool hasLetters)
    {
        if (state == State.Start)
        {
            tokens.Add(token.Length == 1 && PythonText.IsSpace(token[0]) ? " " : Text(token));
            return;
        }

        if (state is State.DottedWord or State.DottedNumber && (hasLetters || token.Count('.') > 1 || token[^1] is '.' or ','))
        {
            AddParts(tokens, token);
            return;
        }

        var text = Text(token);
        tokens.Add(state == State.DottedNumber && !token.Contains('.') ? text.Replace(',', '.') : text);
    }

    static string Text(ReadOnlySpan<char> token) => token switch
    {
        [< '\u0080' and var c] => Characters[c],
        [>= '0' and <= '9' and var tens, >= '0' and <= '9' and var ones] => TwoDigits[((tens - '0') * 10) + ones - '0'],
        _ => token.ToString(),
    };

    static void AddParts(List<string> tokens, ReadOnlySpan<char> token)
    {
        while (true)
        {
            var separator = token.IndexOfAny('.', ',');
            if (separator != 0 && !token.IsEmpty) tokens.Add(Text(separator < 0 ? token : token[..separator]));
            if (separator < 0) return;
            tokens.Add(token[separator] == '.' ? "." : ",");
            token = token[(separator + 1)..];
        }
    }

    enum Kind { Letter, Digit, Other }

    static Kind KindAt(string text, int at, out int width)
    {
        var c = text[at];
        width = 1;
        if (c < '\u0080') return char.IsAsciiLetter(c) ? Kind.Letter : char.IsAsciiDigit(c) ? Kind.Digit : Kind.Other;
        if (Rune.TryGetRuneAt(text, at, out var rune)) width = rune.Utf16SequenceLength;
        if (CharUnicodeInfo.GetDigitValue(text, at) >= 0) return Kind.Digit;
        return CharUnicodeInfo.GetUnicodeCategory(text, at) <= UnicodeCategory.OtherLetter ? Kind.Letter : Kind.Other;
    }
}
