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
        [.. Enumerable.Range(0x20, 0x60).Select(c => (byte)c).Where(c => c is not (byte)'"' and not (byte)'\\')]);

    static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    /// <summary>A JSON member name with its colon: <c>"source.ip": </c>.</summary>
    public static byte[] Member(string name)
    {
        var buffer = new ArrayBufferWriter<byte>(name.Length + 4);
        WriteString(buffer, name, ascii: true);
        buffer.Write(": "u8);
        return buffer.WrittenSpan.ToArray();
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

    public static void WriteFloat(IBufferWriter<byte> to, double value) => WriteAscii(to, FloatText(value, json: true));

    /// <summary>A float as the original's language writes it: <c>1.0</c>, <c>1e+16</c>, <c>1e-05</c>.</summary>
    public static string FloatText(double value, bool json)
    {
        if (double.IsNaN(value)) return json ? "NaN" : "nan";
        if (double.IsInfinity(value)) return (value < 0 ? "-" : "") + (json ? "Infinity" : "inf");

        // The shortest digits that read back come from .NET; where the exponent starts is the other language's rule:
        // below 1e-4 and from 1e16.
        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var magnitude = Math.Abs(value);
        if (value == 0 || (magnitude >= 1e-4 && magnitude < 1e16))
        {
            if (shortest.Contains('E', StringComparison.Ordinal)) shortest = decimal.Parse(shortest, NumberStyles.Float, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
            return shortest.Contains('.', StringComparison.Ordinal) ? shortest : shortest + ".0";
        }

        var (digits, exponent) = Digits(shortest, scientific);
        var sign = value < 0 ? "-" : "";
        var mantissa = digits.Length == 1 ? digits : digits[..1] + "." + digits[1..];
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    static (string Digits, int Exponent) Digits(string shortest, string scientific)
    {
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var end = shortest.IndexOf('E', StringComparison.Ordinal);
        var digits = new string([.. (end < 0 ? shortest : shortest[..end]).Where(char.IsAsciiDigit)]).TrimStart('0').TrimEnd('0');
        return (digits.Length == 0 ? "0" : digits, exponent);
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
        if (utf8.IndexOfAnyExcept(PlainAscii) >= 0)
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
            else if (c is >= ' ' and < '\u0080')
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
