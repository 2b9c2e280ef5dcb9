using System.Text;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>A mail or a part of one (RFC 2045, 2046): headers and a body, which may have parts itself.</summary>
sealed class MimePart
{
    // Deeper than any mail program goes; hostile mails are not to end the host.
    const int MostDepth = 50;
    const int MostParts = 10_000;

    readonly List<KeyValuePair<string, string>> _headers = [];
    readonly List<MimePart> _parts = [];
    readonly ReadOnlyMemory<byte> _body;

    MimePart(ReadOnlyMemory<byte> bytes, int depth, Counter counter)
    {
        if (++counter.Parts > MostParts) throw new InvalidDataException($"The mail has more than {MostParts} parts.");
        _body = bytes[ReadHeaders(bytes.Span)..];
        ContentType = new HeaderValue(Header("Content-Type") ?? "text/plain");
        Type = ContentType.Value.Contains('/', StringComparison.Ordinal) ? ContentType.Value : "text/plain";
        if (depth >= MostDepth) return;
        if (Type.StartsWith("multipart/", StringComparison.Ordinal) && ContentType.Parameter("boundary") is { Length: > 0 } boundary)
            foreach (var part in MimeParts.Split(_body, boundary)) _parts.Add(new MimePart(part, depth + 1, counter));
        else if (Type == "message/rfc822") _parts.Add(new MimePart(_body, depth + 1, counter));
    }

    sealed class Counter
    {
        public int Parts { get; set; }
    }

    /// <exception cref="InvalidDataException">The mail has too many parts.</exception>
    public static MimePart Parse(ReadOnlyMemory<byte> mail) => new(mail, 0, new Counter());

    HeaderValue ContentType { get; }

    /// <summary>Such as <c>text/plain</c>, in lower case.</summary>
    public string Type { get; }

    /// <summary>Such as <c>attachment</c>, in lower case; empty when the part does not say.</summary>
    public string Disposition => Header("Content-Disposition") is { } header ? new HeaderValue(header).Value : "";

    /// <summary>The name of the file that the part is meant to be.</summary>
    public string? FileName =>
        (Header("Content-Disposition") is { } header ? new HeaderValue(header).Parameter("filename") : null) ?? ContentType.Parameter("name");

    /// <summary>The first header of a name, unfolded; bytes beyond ASCII are taken for UTF-8.</summary>
    public string? Header(string name)
    {
        foreach (var (key, value) in _headers)
            if (key.Equals(name, StringComparison.OrdinalIgnoreCase))
                return value;
        return null;
    }

    /// <summary>The parts that have no parts themselves, in their order.</summary>
    public IEnumerable<MimePart> Leaves() =>
        _parts.Count > 0 ? _parts.SelectMany(static part => part.Leaves()) : Type.StartsWith("multipart/", StringComparison.Ordinal) ? [] : [this];

    /// <summary>The bytes.</summary>
    public byte[] Decoded() => TransferEncoding.Decode(_body, Header("Content-Transfer-Encoding"));

    /// <summary>The text in UTF-8.</summary>
    public byte[] Text()
    {
        var bytes = Decoded();
        var charset = ContentType.Parameter("charset");
        if (string.IsNullOrEmpty(charset) || !EncodedText.IsKnown(charset) || charset.Equals("us-ascii", StringComparison.OrdinalIgnoreCase)) charset = "utf-8";
        return Encoding.UTF8.GetBytes(EncodedText.Decode(bytes, [charset], force: true));
    }

    /// <returns>Where the body begins.</returns>
    int ReadHeaders(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (at < bytes.Length)
        {
            var end = bytes[at..].IndexOf((byte)'\n');
            var next = end < 0 ? bytes.Length : at + end + 1;
            var line = Encoding.UTF8.GetString(bytes[at..next]).TrimEnd('\r', '\n');
            if (line.Length == 0) return next;
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (line[0] is ' ' or '\t' && _headers.Count > 0) _headers[^1] = new(_headers[^1].Key, _headers[^1].Value + " " + line[1..]);
            else if (colon > 0) _headers.Add(new(line[..colon].TrimEnd(), line[(colon + 1)..].TrimStart()));
            // A line that is neither is where a body begins that forgot its empty line.
            else if (!line.StartsWith("From ", StringComparison.Ordinal)) return at;
            at = next;
        }

        return bytes.Length;
    }
}
