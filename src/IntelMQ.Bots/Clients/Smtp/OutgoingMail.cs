using System.Globalization;
using System.Text;

namespace IntelMQ.Bots.Clients.Smtp;

/// <summary>A mail with a text and files, as multipart/mixed (RFC 5322, 2045 to 2047, 2183), signed or not.</summary>
sealed class OutgoingMail
{
    readonly List<MailPart> _parts = [];
    string? _signed;

    /// <summary>Who gets to know that it cannot be delivered.</summary>
    public required string Sender { get; init; }

    public required IReadOnlyList<string> Recipients { get; init; }

    public required DateTimeOffset Date { get; init; }

    /// <summary>Headers such as From, To and Subject, in their order.</summary>
    public required IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    public void Add(MailPart part) => _parts.Add(part);

    /// <summary>Signs what the mail has so far (RFC 3156).</summary>
    /// <exception cref="ConfigurationException">The key cannot be used.</exception>
    public async Task SignAsync(OpenPgpKey key, CancellationToken cancellationToken)
    {
        var entity = Mixed(isSigned: true);
        var signature = await key.SignAsync(Encoding.ASCII.GetBytes(entity), cancellationToken);
        var boundary = NewBoundary();
        var text = new StringBuilder();
        Header(text, "Content-Type", $"multipart/signed; boundary=\"{boundary}\"; micalg={OpenPgpKey.Digest}; protocol=\"application/pgp-signature\"");
        text.Append("\r\n--").Append(boundary).Append("\r\n").Append(entity).Append("\r\n--").Append(boundary).Append("\r\n");
        Header(text, "Content-Type", "application/pgp-signature; name=\"signature.asc\"");
        text.Append("\r\n").Append(signature.ReplaceLineEndings("\r\n")).Append("\r\n--").Append(boundary).Append("--\r\n");
        _signed = text.ToString();
    }

    /// <summary>The mail as it goes over the wire, with CRLF.</summary>
    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in Headers) Header(text, name, value);
        Header(text, "Date", Date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture) + Date.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal));
        Header(text, "Message-ID", $"<{Guid.NewGuid():N}@intelmq>");
        Header(text, "MIME-Version", "1.0");
        return text.Append(_signed ?? Mixed(isSigned: false)).ToString();
    }

    /// <summary>All parts, with the header that says so.</summary>
    string Mixed(bool isSigned)
    {
        var boundary = NewBoundary();
        var text = new StringBuilder();
        Header(text, "Content-Type", $"multipart/mixed; boundary=\"{boundary}\"");
        text.Append("\r\n");
        foreach (var part in _parts) Part(text.Append("--").Append(boundary).Append("\r\n"), part, isSigned);
        return text.Append("--").Append(boundary).Append("--\r\n").ToString();
    }

    static string NewBoundary() => $"=_{Guid.NewGuid():N}";

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

    /// <summary>Of a signed text no server may change a letter, a blank at the end of a line for instance: then nothing goes as it is.</summary>
    static void Part(StringBuilder text, MailPart part, bool isSigned)
    {
        var isPlain = !isSigned && part.Binary is null && Ascii.IsValid(part.Text) && part.Text.Split('\n').All(static line => line.Length < 900);
        Header(text, "Content-Type", part.Binary is null ? $"{part.ContentType}; charset=\"utf-8\"" : part.ContentType);
        Header(text, "Content-Transfer-Encoding", isPlain ? "7bit" : "base64");
        Header(text, "Content-Disposition", part.FileName is { } name ? $"attachment; filename=\"{name.Replace("\"", "", StringComparison.Ordinal)}\"" : "inline");
        text.Append("\r\n");
        // Base64 with lines of 76 letters.
        text.Append(isPlain ? part.Text.ReplaceLineEndings("\r\n") : Convert.ToBase64String(part.Binary ?? Encoding.UTF8.GetBytes(part.Text), Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");
    }
}

/// <summary>A part of a mail.</summary>
/// <param name="ContentType">Such as <c>text/csv</c>.</param>
/// <param name="Text">The content.</param>
/// <param name="FileName">The name of the file; null for text that is shown.</param>
sealed record MailPart(string ContentType, string Text, string? FileName = null)
{
    /// <summary>A file that is no text.</summary>
    public MailPart(string contentType, byte[] content, string fileName) : this(contentType, "", fileName) => Binary = content;

    /// <summary>The content where it is no text.</summary>
    public byte[]? Binary { get; }
}
