using System.Text;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>Splits the body of a multipart at its boundaries (RFC 2046, 5.1); a missing last boundary is forgiven.</summary>
static class MimeParts
{
    public static IEnumerable<ReadOnlyMemory<byte>> Split(ReadOnlyMemory<byte> body, string boundary)
    {
        var delimiter = Encoding.UTF8.GetBytes("--" + boundary);
        var (start, at) = (-1, 0);
        while (at < body.Length)
        {
            var line = LineAt(body.Span, at, out var next);
            if (IsDelimiter(line, delimiter, out var isLast))
            {
                if (start >= 0) yield return body[start..EndBefore(body.Span, start, at)];
                if (isLast) yield break;
                start = next;
            }

            at = next;
        }

        if (start >= 0 && start < body.Length) yield return body[start..];
    }

    static Range LineRange(ReadOnlySpan<byte> body, int at)
    {
        var end = body[at..].IndexOf((byte)'\n');
        return at..(end < 0 ? body.Length : at + end + 1);
    }

    static byte[] LineAt(ReadOnlySpan<byte> body, int at, out int next)
    {
        var range = LineRange(body, at);
        next = range.End.Value;
        // Only what may be a delimiter is of interest.
        return body[at] == '-' ? body[range].ToArray() : [];
    }

    static bool IsDelimiter(ReadOnlySpan<byte> line, ReadOnlySpan<byte> delimiter, out bool isLast)
    {
        isLast = false;
        if (!line.StartsWith(delimiter)) return false;
        var rest = line[delimiter.Length..].TrimEnd(" \t\r\n"u8);
        isLast = rest.SequenceEqual("--"u8);
        return isLast || rest.IsEmpty;
    }

    // The line end before a boundary belongs to the boundary.
    static int EndBefore(ReadOnlySpan<byte> body, int start, int at)
    {
        if (at > start && body[at - 1] == '\n') at--;
        if (at > start && body[at - 1] == '\r') at--;
        return at;
    }
}
