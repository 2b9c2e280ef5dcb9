using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>Text beyond ASCII in headers (RFC 2047): <c>=?utf-8?Q?f=C3=BCr?=</c>.</summary>
static partial class EncodedWords
{
    [GeneratedRegex(@"=\?(?<charset>[^?*]+)(\*[^?]*)?\?(?<encoding>[BbQq])\?(?<text>[^?]*)\?=", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Word { get; }

    [GeneratedRegex(@"(?<==\?[^?]+\?[BbQq]\?[^?]*\?=)\s+(?==\?[^?]+\?[BbQq]\?)", RegexOptions.CultureInvariant)]
    private static partial Regex Between { get; }

    /// <summary>The text; a word that cannot be decoded stays as it is.</summary>
    public static string Decode(string header) =>
        header.Contains("=?", StringComparison.Ordinal) ? Word.Replace(Between.Replace(header, ""), static word => Decode(word)) : header;

    static string Decode(Match word)
    {
        var text = word.Groups["text"].Value;
        var charset = word.Groups["charset"].Value;
        if (!EncodedText.IsKnown(charset)) return word.Value;
        try
        {
            var bytes = word.Groups["encoding"].Value is "B" or "b"
                ? Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='))
                : TransferEncoding.DecodeQuotedPrintable(Encoding.Latin1.GetBytes(text.Replace('_', ' ')));
            return EncodedText.Decode(bytes, [charset], force: true);
        }
        catch (FormatException)
        {
            return word.Value;
        }
    }
}
