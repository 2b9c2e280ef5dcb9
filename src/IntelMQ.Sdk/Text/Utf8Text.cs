using System.Text;

namespace IntelMQ.Sdk;

/// <summary>UTF-8 to text where bytes that are no UTF-8 are left out, as the original does with raw data.</summary>
static class Utf8Text
{
    static readonly Encoding Lenient = Encoding.GetEncoding("utf-8", new EncoderReplacementFallback(""), new DecoderReplacementFallback(""));

    public static string DecodeLenient(ReadOnlySpan<byte> bytes) => Lenient.GetString(bytes);

    /// <summary>Decodes into a buffer with room for as many characters as there are bytes.</summary>
    public static int DecodeLenient(ReadOnlySpan<byte> bytes, Span<char> to) => Lenient.GetChars(bytes, to);

    /// <summary>The bytes of a text; halves of surrogate pairs are left out.</summary>
    public static byte[] EncodeLenient(string text) => Lenient.GetBytes(text);
}
