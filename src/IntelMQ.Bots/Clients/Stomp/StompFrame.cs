using System.Text;

namespace IntelMQ.Bots.Clients.Stomp;

/// <summary>A frame of STOMP 1.2: a command, headers, a body.</summary>
sealed record StompFrame(string Command, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body = default)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>What the frame is about, for messages to people.</summary>
    public string Text => Header("message") is { } message ? $"{message} {Encoding.UTF8.GetString(Body.Span).Trim()}".Trim() : Encoding.UTF8.GetString(Body.Span).Trim();

    /// <summary>The frame as it goes over the wire.</summary>
    public byte[] ToBytes()
    {
        var head = new StringBuilder(Command).Append('\n');
        // The first frames are those of 1.0, in which nothing is escaped.
        var isEscaped = Command is not ("CONNECT" or "CONNECTED");
        foreach (var (name, value) in Headers) head.Append(isEscaped ? Escape(name) : name).Append(':').Append(isEscaped ? Escape(value) : value).Append('\n');
        return [.. Encoding.UTF8.GetBytes(head.Append('\n').ToString()), .. Body.Span, 0];
    }

    static string Escape(string text) => text
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\r", @"\r", StringComparison.Ordinal)
        .Replace("\n", @"\n", StringComparison.Ordinal).Replace(":", @"\c", StringComparison.Ordinal);

    /// <summary>Undoes the escapes of a header.</summary>
    /// <exception cref="InvalidDataException">There is an escape that STOMP does not have.</exception>
    public static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            result.Append(text[i] != '\\' ? text[i] : (i + 1 < text.Length ? text[++i] : '\0') switch
            {
                'n' => '\n',
                'r' => '\r',
                'c' => ':',
                '\\' => '\\',
                _ => throw new InvalidDataException($"The header '{text}' has an escape that STOMP does not know."),
            });
        }

        return result.ToString();
    }
}
