using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>
/// JSON text as the original writes it: separators <c>", "</c> and <c>": "</c>, every non-ASCII character escaped
/// unless told otherwise, floats in the shortest form that reads back, <c>NaN</c> and <c>Infinity</c> as bare words.
/// </summary>
static class PythonJson
{
    static readonly SearchValues<byte> PlainAscii = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0x5f).Select(c => (byte)c).Where(c => c is not (byte)'"' and not (byte)'\\')]);

    static readonly SearchValues<byte> PlainUtf8 = SearchValues.Create(
        [.. Enumerable.Range(0x20, 0xe0).Select(c => (byte)c).Where(c => c is not (byte)'"' and not (byte)'\\')]);

    static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    /// <summary>A JSON member name with its colon: <c>"source.ip": </c>.</summary>
    public static byte[] Member(string name, bool ascii = true)
    {
        var buffer = new ArrayBufferWriter<byte>(name.Length + 4);
        WriteString(buffer, name, ascii);
        buffer.Write(": "u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Separator, prepared name and a text in one piece where the text is plain ASCII, as most are.</summary>
    public static void WriteMember(IBufferWriter<byte> to, ReadOnlySpan<byte> separator, ReadOnlySpan<byte> member, string text, bool ascii)
    {
        if (text.Length <= 1024)
        {
            var span = to.GetSpan(separator.Length + member.Length + text.Length + 2);
            var start = separator.Length + member.Length + 1;
            if (System.Text.Ascii.FromUtf16(text, span[start..], out var written) == OperationStatus.Done && span.Slice(start, written).IndexOfAnyExcept(PlainAscii) < 0)
            {
                separator.CopyTo(span);
                member.CopyTo(span[separator.Length..]);
                span[start - 1] = span[start + written] = (byte)'"';
                to.Advance(start + written + 1);
                return;
            }
        }

        WriteMemberName(to, separator, member);
        WriteString(to, text, ascii);
    }

    public static void WriteMemberName(IBufferWriter<byte> to, ReadOnlySpan<byte> separator, ReadOnlySpan<byte> member)
    {
        var span = to.GetSpan(separator.Length + member.Length);
        separator.CopyTo(span);
        member.CopyTo(span[separator.Length..]);
        to.Advance(separator.Length + member.Length);
    }

    public static string ToText(in FieldValue value, bool ascii, bool sorted = false)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        Write(buffer, value, ascii, sorted);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    public static void Write(IBufferWriter<byte> to, in FieldValue value, bool ascii, bool sorted = false)
    {
        switch (value.Kind)
        {
            case ValueKind.None: to.Write("null"u8); break;
            case ValueKind.Text: WriteString(to, value.Text!, ascii); break;
            case ValueKind.Integer: WriteInteger(to, value.Bits); break;
            case ValueKind.Float: WriteFloat(to, BitConverter.Int64BitsToDouble(value.Bits)); break;
            case ValueKind.Boolean: to.Write(value.Bits != 0 ? "true"u8 : "false"u8); break;
            case ValueKind.Bytes: WriteBase64(to, value.Bytes); break;
            case ValueKind.BigInteger: WriteAscii(to, ((BigInteger)value.Reference!).ToString(CultureInfo.InvariantCulture)); break;
            case ValueKind.List: WriteList(to, value.List!, ascii, sorted); break;
            case ValueKind.Map: WriteMap(to, value.Map!, ascii, sorted); break;
        }
    }

    static void WriteList(IBufferWriter<byte> to, IReadOnlyList<object?> list, bool ascii, bool sorted)
    {
        to.Write("["u8);
        for (var i = 0; i < list.Count; i++)
        {
            if (i > 0) to.Write(", "u8);
            Write(to, FieldValue.From(list[i]), ascii, sorted);
        }

        to.Write("]"u8);
    }

    static void WriteMap(IBufferWriter<byte> to, IReadOnlyDictionary<string, object?> map, bool ascii, bool sorted)
    {
        to.Write("{"u8);
        var first = true;
        foreach (var (key, item) in sorted ? map.OrderBy(p => p.Key, CodePointOrder.Comparer) : (IEnumerable<KeyValuePair<string, object?>>)map)
        {
            if (!first) to.Write(", "u8);
            first = false;
            WriteString(to, key, ascii);
            to.Write(": "u8);
            Write(to, FieldValue.From(item), ascii, sorted);
        }

        to.Write("}"u8);
    }

    public static void WriteInteger(IBufferWriter<byte> to, long value)
    {
        Utf8Formatter.TryFormat(value, to.GetSpan(20), out var written);
        to.Advance(written);
    }

    public static void WriteFloat(IBufferWriter<byte> to, double value)
    {
        Span<char> text = stackalloc char[MostFloatChars];
        var length = FormatFloat(value, json: true, text);
        to.Advance(Encoding.ASCII.GetBytes(text[..length], to.GetSpan(length)));
    }

    /// <summary>A float as the original's language writes it: <c>1.0</c>, <c>1e+16</c>, <c>1e-05</c>.</summary>
    public static string FloatText(double value, bool json)
    {
        Span<char> text = stackalloc char[MostFloatChars];
        return text[..FormatFloat(value, json, text)].ToString();
    }

    /// <summary>Room for any text of <see cref="FormatFloat"/>.</summary>
    public const int MostFloatChars = 40;

    /// <summary>Writes what <see cref="FloatText"/> gives.</summary>
    /// <returns>The number of characters.</returns>
    public static int FormatFloat(double value, bool json, Span<char> to)
    {
        var word = double.IsNaN(value) ? (json ? "NaN" : "nan")
            : double.IsPositiveInfinity(value) ? (json ? "Infinity" : "inf")
            : double.IsNegativeInfinity(value) ? (json ? "-Infinity" : "-inf")
            : null;
        if (word is not null)
        {
            word.CopyTo(to);
            return word.Length;
        }

        // The shortest digits that read back come from .NET; where the exponent starts is the other language's rule:
        // below 1e-4 and from 1e16.
        Span<char> shortest = stackalloc char[MostFloatChars];
        value.TryFormat(shortest, out var length, "R", CultureInfo.InvariantCulture);
        Span<char> digits = stackalloc char[24];
        var count = SplitFloat(shortest[..length], digits, out var point);
        var at = 0;
        if (shortest[0] == '-') to[at++] = '-';
        return at + (point is > -4 and <= 16 ? WritePositional(digits[..count], point, to[at..]) : WriteScientific(digits[..count], point - 1, to[at..]));
    }

    /// <summary>The significant digits of a number and where the decimal point stands before, within or after them.</summary>
    static int SplitFloat(ReadOnlySpan<char> text, Span<char> digits, out int point)
    {
        var count = 0;
        var seenPoint = false;
        point = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == 'E')
            {
                point += int.Parse(text[(i + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                break;
            }

            if (c == '.') seenPoint = true;
            if (!char.IsAsciiDigit(c)) continue;
            if (count == 0 && c == '0')
            {
                if (seenPoint) point--;
                continue;
            }

            digits[count++] = c;
            if (!seenPoint) point++;
        }

        while (count > 0 && digits[count - 1] == '0') count--;
        if (count > 0) return count;
        digits[0] = '0';
        point = 1;
        return 1;
    }

    static int WritePositional(ReadOnlySpan<char> digits, int point, Span<char> to)
    {
        var at = 0;
        if (point <= 0)
        {
            to[at++] = '0';
            to[at++] = '.';
            for (var i = point; i < 0; i++) to[at++] = '0';
            digits.CopyTo(to[at..]);
            return at + digits.Length;
        }

        for (var i = 0; i < point; i++) to[at++] = i < digits.Length ? digits[i] : '0';
        to[at++] = '.';
        if (digits.Length <= point)
        {
            to[at++] = '0';
            return at;
        }

        digits[point..].CopyTo(to[at..]);
        return at + digits.Length - point;
    }

    static int WriteScientific(ReadOnlySpan<char> digits, int exponent, Span<char> to)
    {
        var at = 0;
        to[at++] = digits[0];
        if (digits.Length > 1)
        {
            to[at++] = '.';
            digits[1..].CopyTo(to[at..]);
            at += digits.Length - 1;
        }

        to[at++] = 'e';
        to[at++] = exponent < 0 ? '-' : '+';
        Math.Abs(exponent).TryFormat(to[at..], out var written, "00", CultureInfo.InvariantCulture);
        return at + written;
    }

    public static void WriteBase64(IBufferWriter<byte> to, ReadOnlySpan<byte> bytes)
    {
        var size = Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 2;
        var span = to.GetSpan(size);
        span[0] = (byte)'"';
        Base64.EncodeToUtf8(bytes, span[1..], out _, out var written);
        span[written + 1] = (byte)'"';
        to.Advance(written + 2);
    }

    public static void WriteString(IBufferWriter<byte> to, string text, bool ascii)
    {
        // Most values are plain ASCII: narrow them in one go and look for what needs an escape.
        var span = to.GetSpan(text.Length + 2);
        var status = System.Text.Ascii.FromUtf16(text, span[1..], out var written);
        if (status == OperationStatus.Done && span.Slice(1, written).IndexOfAnyExcept(PlainAscii) < 0)
        {
            span[0] = (byte)'"';
            span[written + 1] = (byte)'"';
            to.Advance(written + 2);
            return;
        }

        WriteEscaped(to, text, ascii);
    }

    /// <summary>A JSON string from UTF-8 bytes that are known to be well formed.</summary>
    public static void WriteUtf8String(IBufferWriter<byte> to, ReadOnlySpan<byte> utf8, bool ascii)
    {
        if (utf8.IndexOfAnyExcept(ascii ? PlainAscii : PlainUtf8) >= 0)
        {
            WriteEscaped(to, Encoding.UTF8.GetString(utf8), ascii);
            return;
        }

        var span = to.GetSpan(utf8.Length + 2);
        span[0] = (byte)'"';
        utf8.CopyTo(span[1..]);
        span[utf8.Length + 1] = (byte)'"';
        to.Advance(utf8.Length + 2);
    }

    static void WriteEscaped(IBufferWriter<byte> to, ReadOnlySpan<char> text, bool ascii)
    {
        to.Write("\""u8);
        // In parts, so that a text of many megabytes needs no buffer of six times its size.
        const int part = 4096;
        while (!text.IsEmpty)
        {
            var length = Math.Min(part, text.Length);
            if (length < text.Length && char.IsHighSurrogate(text[length - 1])) length--;
            if (length == 0) length = 1;
            WriteEscapedPart(to, text[..length], ascii);
            text = text[length..];
        }

        to.Write("\""u8);
    }

    static void WriteEscapedPart(IBufferWriter<byte> to, ReadOnlySpan<char> text, bool ascii)
    {
        var span = to.GetSpan(text.Length * 6);
        var at = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var shortEscape = c switch { '"' => '"', '\\' => '\\', '\n' => 'n', '\r' => 'r', '\t' => 't', '\b' => 'b', '\f' => 'f', _ => '\0' };
            if (shortEscape != '\0')
            {
                span[at++] = (byte)'\\';
                span[at++] = (byte)shortEscape;
            }
            else if (c is >= ' ' and <= '~' || (c == '\u007f' && !ascii))
            {
                span[at++] = (byte)c;
            }
            else if (c >= '\u0080' && !ascii && !IsLoneSurrogate(text, i))
            {
                var length = char.IsHighSurrogate(c) ? 2 : 1;
                at += Encoding.UTF8.GetBytes(text.Slice(i, length), span[at..]);
                i += length - 1;
            }
            else
            {
                at += WriteUnicodeEscape(span[at..], c);
            }
        }

        to.Advance(at);
    }

    static bool IsLoneSurrogate(ReadOnlySpan<char> text, int i) =>
        char.IsSurrogate(text[i]) && !(char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]));

    static int WriteUnicodeEscape(Span<byte> span, char c)
    {
        span[0] = (byte)'\\';
        span[1] = (byte)'u';
        span[2] = HexDigits[c >> 12];
        span[3] = HexDigits[(c >> 8) & 15];
        span[4] = HexDigits[(c >> 4) & 15];
        span[5] = HexDigits[c & 15];
        return 6;
    }

    static void WriteAscii(IBufferWriter<byte> to, string text)
    {
        var span = to.GetSpan(text.Length);
        to.Advance(Encoding.ASCII.GetBytes(text, span));
    }
}
