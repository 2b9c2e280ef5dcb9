using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Full case mapping of Unicode, where a character may become several (ß to SS) and a sigma at the end differs.</summary>
static class PythonCase
{
    // First the character, then what it becomes; separated by blanks.
    static readonly FrozenDictionary<char, string> Expanding = (""
        + "\u00dfSS \u0149\u02bcN \u01f0J\u030c \u0390\u0399\u0308\u0301 \u03b0\u03a5\u0308\u0301 \u0587\u0535\u0552 "
        + "\u1e96H\u0331 \u1e97T\u0308 \u1e98W\u030a \u1e99Y\u030a \u1e9aA\u02be \u1f50\u03a5\u0313 "
        + "\u1f52\u03a5\u0313\u0300 \u1f54\u03a5\u0313\u0301 \u1f56\u03a5\u0313\u0342 \u1f80\u1f08\u0399 \u1f81\u1f09\u0399 \u1f82\u1f0a\u0399 "
        + "\u1f83\u1f0b\u0399 \u1f84\u1f0c\u0399 \u1f85\u1f0d\u0399 \u1f86\u1f0e\u0399 \u1f87\u1f0f\u0399 \u1f88\u1f08\u0399 "
        + "\u1f89\u1f09\u0399 \u1f8a\u1f0a\u0399 \u1f8b\u1f0b\u0399 \u1f8c\u1f0c\u0399 \u1f8d\u1f0d\u0399 \u1f8e\u1f0e\u0399 "
        + "\u1f8f\u1f0f\u0399 \u1f90\u1f28\u0399 \u1f91\u1f29\u0399 \u1f92\u1f2a\u0399 \u1f93\u1f2b\u0399 \u1f94\u1f2c\u0399 "
        + "\u1f95\u1f2d\u0399 \u1f96\u1f2e\u0399 \u1f97\u1f2f\u0399 \u1f98\u1f28\u0399 \u1f99\u1f29\u0399 \u1f9a\u1f2a\u0399 "
        + "\u1f9b\u1f2b\u0399 \u1f9c\u1f2c\u0399 \u1f9d\u1f2d\u0399 \u1f9e\u1f2e\u0399 \u1f9f\u1f2f\u0399 \u1fa0\u1f68\u0399 "
        + "\u1fa1\u1f69\u0399 \u1fa2\u1f6a\u0399 \u1fa3\u1f6b\u0399 \u1fa4\u1f6c\u0399 \u1fa5\u1f6d\u0399 \u1fa6\u1f6e\u0399 "
        + "\u1fa7\u1f6f\u0399 \u1fa8\u1f68\u0399 \u1fa9\u1f69\u0399 \u1faa\u1f6a\u0399 \u1fab\u1f6b\u0399 \u1fac\u1f6c\u0399 "
        + "\u1fad\u1f6d\u0399 \u1fae\u1f6e\u0399 \u1faf\u1f6f\u0399 \u1fb2\u1fba\u0399 \u1fb3\u0391\u0399 \u1fb4\u0386\u0399 "
        + "\u1fb6\u0391\u0342 \u1fb7\u0391\u0342\u0399 \u1fbc\u0391\u0399 \u1fc2\u1fca\u0399 \u1fc3\u0397\u0399 \u1fc4\u0389\u0399 "
        + "\u1fc6\u0397\u0342 \u1fc7\u0397\u0342\u0399 \u1fcc\u0397\u0399 \u1fd2\u0399\u0308\u0300 \u1fd3\u0399\u0308\u0301 \u1fd6\u0399\u0342 "
        + "\u1fd7\u0399\u0308\u0342 \u1fe2\u03a5\u0308\u0300 \u1fe3\u03a5\u0308\u0301 \u1fe4\u03a1\u0313 \u1fe6\u03a5\u0342 \u1fe7\u03a5\u0308\u0342 "
        + "\u1ff2\u1ffa\u0399 \u1ff3\u03a9\u0399 \u1ff4\u038f\u0399 \u1ff6\u03a9\u0342 \u1ff7\u03a9\u0342\u0399 \u1ffc\u03a9\u0399 "
        + "\ufb00FF \ufb01FI \ufb02FL \ufb03FFI \ufb04FFL \ufb05ST "
        + "\ufb06ST \ufb13\u0544\u0546 \ufb14\u0544\u0535 \ufb15\u0544\u053b \ufb16\u054e\u0546 \ufb17\u0544\u053d")
        .Split(' ').ToFrozenDictionary(entry => entry[0], entry => entry[1..]);

    /// <summary>The text in lower case; the same object when it is.</summary>
    public static string Lower(string text)
    {
        if (Ascii.IsValid(text)) return text.AsSpan().IndexOfAnyInRange('A', 'Z') < 0 ? text : text.ToLowerInvariant();

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\u0130': result.Append("i\u0307"); break;
                case '\u03a3': result.Append(IsFinalSigma(text, i) ? '\u03c2' : '\u03c3'); break;
                case var c when char.IsHighSurrogate(c) && Rune.TryGetRuneAt(text, i, out var rune):
                    result.Append(Rune.ToLowerInvariant(rune).ToString());
                    i++;
                    break;
                case var c: result.Append(char.ToLowerInvariant(c)); break;
            }
        }

        return Same(text, result);
    }

    /// <summary>The text in upper case; the same object when it is.</summary>
    public static string Upper(string text)
    {
        if (Ascii.IsValid(text)) return text.AsSpan().IndexOfAnyInRange('a', 'z') < 0 ? text : text.ToUpperInvariant();

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                // The framework leaves these alone in its invariant mode.
                case '\u0131': result.Append('I'); break;
                case '\u017f': result.Append('S'); break;
                // These got a partner only with Unicode 16, which the original does not know.
                case '\u019b' or '\u0264': result.Append(text[i]); break;
                case var c when Expanding.TryGetValue(c, out var several): result.Append(several); break;
                case var c when char.IsHighSurrogate(c) && Rune.TryGetRuneAt(text, i, out var rune):
                    result.Append(Rune.ToUpperInvariant(rune).ToString());
                    i++;
                    break;
                case var c: result.Append(char.ToUpperInvariant(c)); break;
            }
        }

        return Same(text, result);
    }

    /// <summary>The text with its ASCII letters in lower case.</summary>
    public static string LowerAscii(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < from.Length; i++) to[i] = char.IsAsciiLetterUpper(from[i]) ? (char)(from[i] | 0x20) : from[i];
    });

    /// <summary>The text with its ASCII letters in upper case.</summary>
    public static string UpperAscii(string text) => string.Create(text.Length, text, static (to, from) =>
    {
        for (var i = 0; i < from.Length; i++) to[i] = char.IsAsciiLetterLower(from[i]) ? (char)(from[i] & ~0x20) : from[i];
    });

    static string Same(string text, StringBuilder result) => result.Equals(text) ? text : result.ToString();

    static bool IsFinalSigma(string text, int i)
    {
        var before = i - 1;
        while (before >= 0 && IsCaseIgnorable(text, before)) before--;
        if (before < 0 || !IsCased(text, before)) return false;

        var after = i + 1;
        while (after < text.Length && IsCaseIgnorable(text, after)) after++;
        return after == text.Length || !IsCased(text, after);
    }

    static bool IsCaseIgnorable(string text, int i) =>
        CategoryAt(text, i) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
            or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || text[i] is '\'' or '.' or ':' or '\u00b7' or '\u0387' or '\u055f' or '\u05f4' or '\u2018' or '\u2019' or '\u2024' or '\u2027'
            or '\ufe13' or '\ufe52' or '\ufe55' or '\uff07' or '\uff0e' or '\uff1a';

    static bool IsCased(string text, int i) =>
        CategoryAt(text, i) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || text[i] is '\u00aa' or '\u00ba' or (>= '\u2160' and <= '\u217f') or (>= '\u24b6' and <= '\u24e9');

    // The category of the whole character, whichever of its two halves is asked for.
    static UnicodeCategory CategoryAt(string text, int i)
    {
        if (char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1])) i--;
        return CharUnicodeInfo.GetUnicodeCategory(text, i);
    }
}
