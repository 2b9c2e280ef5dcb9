using System.Globalization;
using System.Text;

namespace IntelMQ.Bots.Clients.Smtp;

/// <summary>A mail with a text and files, as multipart/mixed (RFC 5322, 2045 to 2047, 2183).</summary>
sealed class OutgoingMail
{
    const int LineOfBase64 = 76;

    readonly List<MailPart> _parts = [];

    /// <summary>Who gets to know that it cannot be delivered.</summary>
    public required string Sender { get; init; }

    public required IReadOnlyList<string> Recipients { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Headers such as From, To and Subject, in their order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public void Add(MailPart part) => _parts.Add(part);

    /// <summary>The mail as it goes over the wire, with CRLF.</summary>
    public string ToText()
    {
        var boundary = $"=_{Guid.NewGuid():N}";
        var text = new StringBuilder();
        foreach (var (name, value) in Headers) Header(text, name, value);
        Header(text, "Date", Date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + Date.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal));
        Header(text, "Message-ID", $"<{Guid.NewGuid():N}@intelmq>");
        Header(text, "MIME-Version", "1.0");
        Header(text, "Content-Type", $"multipart/mixed; boundary=\"{boundary}\"");
        text.Append("\r\n");
        foreach (var part in _parts) Part(text.Append("--").Append(boundary).Append("\r\n"), part);
        return text.Append("--").Append(boundary).Append("--\r\n").ToString();
    }

    static void Header(StringBuilder text, string name, string value) => text.Append(name).Append(": ").Append(Encoded(value)).Append("\r\n");

    /// <summary>Values of events may have line ends, which would begin another header, and any letters.</summary>
    static string Encoded(string value)
    {
        var line = value.ReplaceLineEndings(" ");
        if (Ascii.IsValid(line)) return line;
        // Seldom, and then short words: each piece stays below the 75 characters of an encoded word.
        var words = line.EnumerateRunes().Chunk(10).Select(static piece => $"=?utf-8?b?{Convert.ToBase64String(Encoding.UTF8.GetBytes(string.Concat(piece)))}?=");
        return string.Join("\r\n ", words);
    }

    static void Part(StringBuilder text, MailPart part)
    {
        var isPlain = Ascii.IsValid(part.Text) && part.Text.Split('\n').All(static line => line.Length < 900);
        Header(text, "Content-Type", $"{part.ContentType}; charset=\"utf-8\"");
        Header(text, "Content-Transfer-Encoding", isPlain ? "7bit" : "base64");
        Header(text, "Content-Disposition", part.FileName is { } name ? $"attachment; filename=\"{name.Replace("\"", "", StringComparison.Ordinal)}\"" : "inline");
        text.Append("\r\n");
        if (isPlain)
        {
            text.Append(part.Text.ReplaceLineEndings("\r\n")).Append("\r\n");
            return;
        }

        foreach (var line in Convert.ToBase64String(Encoding.UTF8.GetBytes(part.Text)).Chunk(LineOfBase64)) text.Append(line).Append("\r\n");
    }
}

/// <summary>A part of a mail.</summary>
/// <param name="ContentType">Such as <c>text/csv</c>.</param>
/// <param name="Text">The content.</param>
/// <param name="FileName">The name of the file; null for text that is shown.</param>
sealed record MailPart(string ContentType, string Text, string? FileName = null);
