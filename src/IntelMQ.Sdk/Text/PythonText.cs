using System.Globalization;
using System.Numerics;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Text forms of values as the original's language has them: <c>str()</c>, <c>repr()</c>, <c>strip()</c>, <c>lower()</c>.</summary>
static partial class PythonText
{
    /// <summary>Number of Unicode code points.</summary>
    public static int CodePoints(string text)
    {
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                count--;
        return count;
    }

    /// <summary>The name of the type of a value, as error messages show it: <c>&lt;class 'str'&gt;</c>.</summary>
    public static string TypeName(in FieldValue value) => value.Kind switch
    {
        ValueKind.None => "<class 'NoneType'>",
        ValueKind.Text => "<class 'str'>",
        ValueKind.Integer or ValueKind.BigInteger => "<class 'int'>",
        ValueKind.Float => "<class 'float'>",
        ValueKind.Boolean => "<class 'bool'>",
        ValueKind.List => "<class 'list'>",
        ValueKind.Map => "<class 'dict'>",
        _ => "<class 'bytes'>",
    };

    /// <summary>Whether <c>str.isspace()</c> holds: more than .NET's white space (U+001C to U+001F).</summary>
    public static bool IsSpace(char c) => c <= ' '
        ? c is ' ' or (>= '\t' and <= '\r') or (>= '\u001c' and <= '\u001f')
        : c >= '\u0085' && c is '\u0085' or '\u00a0' or '\u1680' or (>= '\u2000' and <= '\u200a') or '\u2028' or '\u2029' or '\u202f' or '\u205f' or '\u3000';

    /// <summary>The text without white space at its ends; the same object when there is none.</summary>
    public static string Strip(string text)
    {
        var stripped = Strip(text.AsSpan());
        return stripped.Length == text.Length ? text : stripped.ToString();
    }

    public static ReadOnlySpan<char> Strip(ReadOnlySpan<char> text)
    {
        var start = 0;
        var end = text.Length;
        while (start < end && IsSpace(text[start])) start++;
        while (end > start && IsSpace(text[end - 1])) end--;
        return text[start..end];
    }

    /// <summary>The value as text: <c>True</c>, <c>None</c>, <c>1e-05</c>, <c>{'a': 1}</c>.</summary>
    public static string ToText(in FieldValue value) => value.Text ?? Repr(value);

    /// <summary>The value as its literal in the original's language: texts quoted, the rest as <see cref="ToText"/>.</summary>
    public static string Repr(in FieldValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.None: return "None";
            case ValueKind.Integer: return value.Bits.ToString(CultureInfo.InvariantCulture);
            case ValueKind.Boolean: return value.Bits != 0 ? "True" : "False";
            case ValueKind.Float: return PythonJson.FloatText(BitConverter.Int64BitsToDouble(value.Bits), json: false);
            case ValueKind.BigInteger: return ((BigInteger)value.Reference!).ToString(CultureInfo.InvariantCulture);
            default:
                var text = new StringBuilder();
                AppendRepr(text, value);
                return text.ToString();
        }
    }

    static void AppendRepr(StringBuilder to, in FieldValue value)
    {
        switch (value.Kind)
        {
            case ValueKind.Text: AppendQuoted(to, value.Text!); break;
            case ValueKind.Bytes: AppendQuoted(to, value.Bytes!); break;
            case ValueKind.List:
                to.Append('[');
                var items = value.List!;
                for (var i = 0; i < items.Count; i++)
                {
                    if (i > 0) to.Append(", ");
                    AppendRepr(to, FieldValue.From(items[i]));
                }

                to.Append(']');
                break;
            case ValueKind.Map:
                to.Append('{');
                var first = true;
                foreach (var (key, item) in value.Map!)
                {
                    if (!first) to.Append(", ");
                    first = false;
                    AppendQuoted(to, key);
                    to.Append(": ");
                    AppendRepr(to, FieldValue.From(item));
                }

                to.Append('}');
                break;
            default: to.Append(Repr(value)); break;
        }
    }

    static void AppendQuoted(StringBuilder to, string text)
    {
        var quote = QuoteFor(text);
        to.Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is >= ' ' and <= '~' && c != quote && c != '\\')
            {
                to.Append(c);
            }
            else if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                if (IsPrintable(rune) && c != quote && c != '\\') to.Append(text, i, rune.Utf16SequenceLength);
                else AppendEscape(to, rune.Value, quote);
                i += rune.Utf16SequenceLength - 1;
            }
            else
            {
                AppendEscape(to, c, quote);
            }
        }

        to.Append(quote);
    }

    static void AppendQuoted(StringBuilder to, byte[] bytes)
    {
        var quote = bytes.AsSpan().Contains((byte)'\'') && !bytes.AsSpan().Contains((byte)'"') ? '"' : '\'';
        to.Append('b').Append(quote);
        foreach (var b in bytes)
        {
            if (b is >= 0x20 and < 0x7f && b != quote && b != '\\') to.Append((char)b);
            else AppendEscape(to, b, quote);
        }

        to.Append(quote);
    }

    static readonly System.Buffers.SearchValues<byte> PlainInQuotes = System.Buffers.SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5f).Select(c => (byte)c).Where(c => c is not (byte)'\'' and not (byte)'\\')]);

    /// <summary>Whether an ASCII text stands between single quotes as it is.</summary>
    internal static bool NeedsNoEscape(ReadOnlySpan<byte> ascii) => ascii.IndexOfAnyExcept(PlainInQuotes) < 0;

    internal static char QuoteFor(ReadOnlySpan<char> text) => text.Contains('\'') && !text.Contains('"') ? '"' : '\'';

    static void AppendEscape(StringBuilder to, int codePoint, char quote)
    {
        Span<char> escape = stackalloc char[10];
        to.Append(escape[..WriteEscape(escape, codePoint, quote)]);
    }

    /// <summary>Writes the escape of one character that has no literal form between quotes.</summary>
    internal static int WriteEscape(Span<char> to, int codePoint, char quote)
    {
        to[0] = '\\';
        var shortForm = codePoint == quote ? quote : codePoint switch { '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', _ => '\0' };
        if (shortForm != '\0')
        {
            to[1] = shortForm;
            return 2;
        }

        var digits = codePoint < 0x100 ? 2 : codePoint < 0x10000 ? 4 : 8;
        to[1] = digits switch { 2 => 'x', 4 => 'u', _ => 'U' };
        for (var i = digits + 1; i >= 2; i--, codePoint >>= 4) to[i] = "0123456789abcdef"[codePoint & 15];
        return digits + 2;
    }

    internal static bool IsPrintable(Rune rune) => rune.Value is >= ' ' and <= '~'
        || (rune.Value > '~' && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator) && !LaterCharacters.Contains(rune));
}
