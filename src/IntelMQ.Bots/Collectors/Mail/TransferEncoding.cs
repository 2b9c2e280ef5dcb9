namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>How bytes travel in mails (RFC 2045, 6.7 and 6.8).</summary>
static class TransferEncoding
{
    /// <summary>The bytes behind <c>Content-Transfer-Encoding</c>; those of an unknown one, and the plain ones, as they are.</summary>
    public static byte[] Decode(ReadOnlyMemory<byte> body, string? encoding) => encoding?.Trim().ToUpperInvariant() switch
    {
        "BASE64" => DecodeBase64(body.Span),
        "QUOTED-PRINTABLE" => DecodeQuotedPrintable(body.Span),
        _ => body.ToArray(),
    };

    // Line ends and anything else that is no digit do not count; what is cut off is kept up to its last whole byte.
    static byte[] DecodeBase64(ReadOnlySpan<byte> body)
    {
        var result = new List<byte>(body.Length * 3 / 4);
        var (bits, count) = (0, 0);
        foreach (var c in body)
        {
            if (c == '=') break;
            if (Digit(c) is not (>= 0 and var digit)) continue;
            bits = (bits << 6) | digit;
            count += 6;
            if (count < 8) continue;
            count -= 8;
            result.Add((byte)(bits >> count));
            bits &= (1 << count) - 1;
        }

        return [.. result];
    }

    static int Digit(byte c) => c switch
    {
        >= (byte)'A' and <= (byte)'Z' => c - 'A',
        >= (byte)'a' and <= (byte)'z' => c - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => c - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };

    public static byte[] DecodeQuotedPrintable(ReadOnlySpan<byte> body)
    {
        var result = new List<byte>(body.Length);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != '=')
            {
                result.Add(body[i]);
                continue;
            }

            var rest = body[(i + 1)..];
            if (rest.StartsWith("\r\n"u8)) i += 2;
            else if (rest.StartsWith("\n"u8)) i += 1;
            else if (rest.Length >= 2 && char.IsAsciiHexDigit((char)rest[0]) && char.IsAsciiHexDigit((char)rest[1]))
            {
                result.Add((byte)((Hex(rest[0]) << 4) | Hex(rest[1])));
                i += 2;
            }
            else result.Add(body[i]);
        }

        return [.. result];
    }

    static int Hex(byte c) => c <= '9' ? c - '0' : (c & ~0x20) - 'A' + 10;
}
