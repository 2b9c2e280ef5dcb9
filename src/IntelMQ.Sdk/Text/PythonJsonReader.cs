using System.Buffers;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace IntelMQ.Sdk;

/// <summary>
/// JSON text to plain values: string, long, BigInteger, double, bool, null, <see cref="List{T}"/> and
/// <see cref="OrderedDictionary{TKey,TValue}"/>. Accepts what the original accepts: <c>NaN</c>, <c>Infinity</c>, duplicate
/// keys (the last one counts), lone surrogates. Integers keep their size; <c>5</c> and <c>5.0</c> stay different.
/// </summary>
static class PythonJsonReader
{
    /// <summary>Nesting beyond this is an error rather than a full stack.</summary>
    internal const int MostDepth = 512;

    public static readonly JsonReaderOptions Options = new() { MaxDepth = MostDepth };

    /// <exception cref="JsonException">The text is no JSON; the message says where.</exception>
    public static object? Parse(ReadOnlySpan<byte> utf8)
    {
        if (HasBareWords(utf8)) utf8 = QuoteBareWords(utf8);
        var reader = new Utf8JsonReader(utf8, Options);
        reader.Read();
        var value = ReadValue(ref reader);
        if (reader.Read()) throw new JsonException("There is text after the end of the JSON value.");
        return value;
    }

    public static bool TryParse(ReadOnlySpan<byte> utf8, out object? value)
    {
        try
        {
            value = Parse(utf8);
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            value = null;
            return false;
        }
    }

    public static bool TryParse(string text, out object? value) => TryParse(Encoding.UTF8.GetBytes(text), out value);

    /// <summary>Whether a text is one JSON value, without building it.</summary>
    public static bool IsJson(string text, out bool isFilledObject)
    {
        isFilledObject = false;
        if (text.Length == 0) return false;
        var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            ReadOnlySpan<byte> utf8 = buffer.AsSpan(0, Encoding.UTF8.GetBytes(text, buffer));
            if (HasBareWords(utf8)) utf8 = QuoteBareWords(utf8);
            var reader = new Utf8JsonReader(utf8, Options);
            if (!reader.Read()) return false;
            var isObject = reader.TokenType == JsonTokenType.StartObject;
            var tokens = 1;
            while (reader.Read()) tokens++;
            isFilledObject = isObject && tokens > 2;
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>As <see cref="ReadValue"/>, without boxing.</summary>
    public static FieldValue ReadField(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => ReadText(ref reader),
        JsonTokenType.Number when !IsFloatText(reader.ValueSpan) && reader.TryGetInt64(out var integer) => integer,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        _ => FieldValue.From(ReadValue(ref reader)),
    };

    /// <summary>Reads the value that the reader stands on; the reader then stands on its last token.</summary>
    public static object? ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String: return ReadText(ref reader);
            case JsonTokenType.Number: return ReadNumber(ref reader);
            case JsonTokenType.True: return true;
            case JsonTokenType.False: return false;
            case JsonTokenType.Null: return null;
            case JsonTokenType.StartArray:
                var list = new List<object?>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) list.Add(ReadValue(ref reader));
                return list;
            case JsonTokenType.StartObject:
                var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = ReadText(ref reader);
                    reader.Read();
                    map[key] = ReadValue(ref reader);
                }

                return map;
            default: throw new JsonException($"Unexpected {reader.TokenType}.");
        }
    }

    /// <summary>A spelling of zero that nobody writes stands for a bare <c>NaN</c> while the library reads the text.</summary>
    static ReadOnlySpan<byte> NotANumber => "0e-9999999999999"u8;

    static object ReadNumber(ref Utf8JsonReader reader)
    {
        if (reader.TryGetInt64(out var integer) && !IsFloatText(reader.ValueSpan)) return integer;
        var text = reader.ValueSpan;
        if (text.SequenceEqual(NotANumber)) return double.NaN;
        if (IsFloatText(text)) return reader.GetDouble();
        // As the original: reading more takes longer than in proportion.
        if (text.Length > PythonNumber.MostDigits + (text[0] == '-' ? 1 : 0)) throw new JsonException($"A number has more than {PythonNumber.MostDigits} digits.");
        return BigInteger.Parse(Encoding.ASCII.GetString(text), System.Globalization.CultureInfo.InvariantCulture);
    }

    static bool IsFloatText(ReadOnlySpan<byte> number) => number.IndexOfAny((byte)'.', (byte)'e', (byte)'E') >= 0;

    static string ReadText(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped) return reader.GetString()!;
        return reader.ValueSpan.IndexOf("\\u"u8) < 0 ? reader.GetString()! : Unescape(reader.ValueSpan);
    }

    /// <summary>Like the library's, but a lone surrogate stays one instead of being an error.</summary>
    internal static string Unescape(ReadOnlySpan<byte> escaped)
    {
        var text = new StringBuilder(escaped.Length);
        while (!escaped.IsEmpty)
        {
            var slash = escaped.IndexOf((byte)'\\');
            if (slash < 0) slash = escaped.Length;
            if (slash > 0) text.Append(Encoding.UTF8.GetString(escaped[..slash]));
            escaped = escaped[slash..];
            if (escaped.IsEmpty) break;

            switch (escaped[1])
            {
                case (byte)'u':
                    text.Append((char)Convert.ToUInt16(Encoding.ASCII.GetString(escaped.Slice(2, 4)), 16));
                    escaped = escaped[6..];
                    continue;
                case (byte)'n': text.Append('\n'); break;
                case (byte)'r': text.Append('\r'); break;
                case (byte)'t': text.Append('\t'); break;
                case (byte)'b': text.Append('\b'); break;
                case (byte)'f': text.Append('\f'); break;
                default: text.Append((char)escaped[1]); break;
            }

            escaped = escaped[2..];
        }

        return text.ToString();
    }

    internal static bool HasBareWords(ReadOnlySpan<byte> utf8) => utf8.IndexOf("NaN"u8) >= 0 || utf8.IndexOf("Infinity"u8) >= 0;

    /// <summary>
    /// Replaces bare <c>NaN</c> and <c>Infinity</c> outside of strings by numbers that <see cref="ReadNumber"/> turns
    /// into what they stand for.
    /// </summary>
    internal static byte[] QuoteBareWords(ReadOnlySpan<byte> utf8)
    {
        var result = new List<byte>(utf8.Length + 16);
        var inString = false;
        for (var i = 0; i < utf8.Length; i++)
        {
            var b = utf8[i];
            if (inString)
            {
                result.Add(b);
                if (b == '\\' && i + 1 < utf8.Length) result.Add(utf8[++i]);
                else if (b == '"') inString = false;
                continue;
            }

            if (b == '"') inString = true;
            if (IsBareWord(utf8, i, "NaN"u8, mayBeNegative: false))
            {
                result.AddRange(NotANumber);
                i += 2;
            }
            else if (IsBareWord(utf8, i, "Infinity"u8, mayBeNegative: true))
            {
                result.AddRange("1e999"u8);
                i += 7;
            }
            else
            {
                result.Add(b);
            }
        }

        return [.. result];
    }

    // Alone: what touches a letter, a digit or a sign stays as it is, and is an error then.
    static bool IsBareWord(ReadOnlySpan<byte> utf8, int at, ReadOnlySpan<byte> word, bool mayBeNegative)
    {
        if (!utf8[at..].StartsWith(word)) return false;
        var before = at == 0 ? (byte)' ' : utf8[at - 1];
        if (mayBeNegative && before == '-') before = at == 1 ? (byte)' ' : utf8[at - 2];
        var after = at + word.Length == utf8.Length ? (byte)' ' : utf8[at + word.Length];
        return before is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)':' or (byte)',' or (byte)'['
            && after is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n' or (byte)',' or (byte)']' or (byte)'}';
    }
}
