using System.Text;

namespace IntelMQ.Bots.Collectors.Http;

/// <summary>The body of an answer.</summary>
/// <param name="Content">The bytes.</param>
/// <param name="Charset">The encoding that the server names, if it does.</param>
sealed record HttpDownload(byte[] Content, string? Charset)
{
    /// <summary>The body in UTF-8, which parsers expect. Without a declared encoding it is taken for UTF-8 already.</summary>
    public byte[] Utf8()
    {
        if (Charset?.Trim('"', ' ') is not { Length: > 0 } name || name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) || name.Equals("utf8", StringComparison.OrdinalIgnoreCase)) return Content;
        // Servers declare ISO-8859-1 by default, also for what is UTF-8.
        return IsUtf8(Content) || EncodingNamed(name) is not { } encoding ? Content : Encoding.Convert(encoding, Encoding.UTF8, Content);
    }

    static bool IsUtf8(ReadOnlySpan<byte> bytes) => System.Text.Unicode.Utf8.IsValid(bytes);

    static Encoding? EncodingNamed(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
