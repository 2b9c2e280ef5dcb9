using System.Text;

namespace IntelMQ.Sdk;

/// <summary>Texts in encodings other than UTF-8, by the names that servers and mails use: <c>latin-1</c>, <c>cp1252</c>, <c>utf-16</c>, …</summary>
public static class EncodedText
{
    // In this code page of the original's language five bytes mean nothing; .NET takes them for control characters.
    static readonly byte[] UndefinedInWindows1252 = [0x81, 0x8D, 0x8F, 0x90, 0x9D];

    /// <summary>The text, by the first encoding in which all bytes have a meaning.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="encodings">Names of encodings to try in this order; unknown ones are passed over.</param>
    /// <param name="force">Whether the first encoding is taken when none fits, and what has no meaning in it left out.</param>
    /// <exception cref="FormatException">The bytes are a text in none of the encodings.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes, IReadOnlyList<string> encodings, bool force = false)
    {
        foreach (var name in encodings)
            if (TryDecode(bytes, name, strict: true) is { } text)
                return text;
        if (force)
            foreach (var name in encodings)
                if (TryDecode(bytes, name, strict: false) is { } text)
                    return text;
        throw new FormatException($"The bytes are no text in any of these encodings: {string.Join(", ", encodings)}.");
    }

    /// <summary>The bytes of a text, by the first encoding that has all its characters.</summary>
    /// <inheritdoc cref="Decode"/>
    /// <param name="text">The text.</param>
    /// <param name="encodings">Names of encodings to try in this order; unknown ones are passed over.</param>
    /// <param name="force">Whether the first encoding is taken when none fits, and what it lacks left out.</param>
    /// <exception cref="FormatException">None of the encodings has all characters.</exception>
    public static byte[] Encode(string text, IReadOnlyList<string> encodings, bool force = false)
    {
        foreach (var strict in force ? [true, false] : new[] { true })
        {
            foreach (var name in encodings)
            {
                try
                {
                    if (Find(name, strict) is not { } encoding) continue;
                    var bytes = encoding.GetBytes(text);
                    return IsUtf16(name) ? [.. encoding.Preamble, .. bytes] : bytes;
                }
                catch (EncoderFallbackException)
                {
                    // The next one may have it.
                }
            }
        }

        throw new FormatException($"The text has characters that are in none of these encodings: {string.Join(", ", encodings)}.");
    }

    /// <summary>Whether an encoding of this name is known.</summary>
    public static bool IsKnown(string name) => Find(name, strict: true) is not null;

    static string? TryDecode(ReadOnlySpan<byte> bytes, string name, bool strict)
    {
        if (Find(name, strict) is not { } encoding) return null;
        if (IsUtf16(name)) (encoding, bytes) = ByItsMark(encoding, bytes);
        if (encoding.CodePage == 1252 && bytes.IndexOfAny(UndefinedInWindows1252) >= 0)
        {
            if (strict) return null;
            bytes = bytes.ToArray().Where(b => !UndefinedInWindows1252.Contains(b)).ToArray();
        }

        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    // Which byte comes first, a mark at the beginning says; it is no part of the text.
    static (Encoding Encoding, byte[] Bytes) ByItsMark(Encoding encoding, ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xFE, .. var rest] => (encoding, rest.ToArray()),
        [0xFE, 0xFF, .. var rest] => (Encoding.GetEncoding("utf-16BE", encoding.EncoderFallback, encoding.DecoderFallback), rest.ToArray()),
        _ => (encoding, bytes.ToArray()),
    };

    static bool IsUtf16(string name) => name.Equals("utf-16", StringComparison.OrdinalIgnoreCase) || name.Equals("utf16", StringComparison.OrdinalIgnoreCase);

    static Encoding? Find(string name, bool strict)
    {
        EncoderFallback encoder = strict ? EncoderFallback.ExceptionFallback : new EncoderReplacementFallback("");
        DecoderFallback decoder = strict ? DecoderFallback.ExceptionFallback : new DecoderReplacementFallback("");
        var common = CommonName(name);
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(common, encoder, decoder) ?? Encoding.GetEncoding(common, encoder, decoder);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    static string CommonName(string name)
    {
        var lower = name.Trim('"', ' ').ToLowerInvariant().Replace('_', '-');
        return lower switch
        {
            "latin-1" or "latin1" or "l1" or "iso8859-1" => "iso-8859-1",
            "utf8" => "utf-8",
            "utf16" => "utf-16",
            "us-ascii" or "646" => "ascii",
            _ when lower.StartsWith("cp", StringComparison.Ordinal) && int.TryParse(lower.AsSpan(2), out var page) => page is >= 1250 and <= 1258 ? $"windows-{page}" : $"ibm{page}",
            _ => lower,
        };
    }
}
