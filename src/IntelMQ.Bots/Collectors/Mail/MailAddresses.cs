using System.Text;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>The addresses in a header (RFC 5322, 3.4), without names and comments.</summary>
static class MailAddresses
{
    public static IEnumerable<string> Of(string header)
    {
        foreach (var mailbox in Split(WithoutComments(header)))
        {
            var open = mailbox.LastIndexOf('<');
            var close = open < 0 ? -1 : mailbox.IndexOf('>', open);
            var address = (close > open ? mailbox[(open + 1)..close] : mailbox).Trim();
            if (address.Length > 0) yield return address;
        }
    }

    static IEnumerable<string> Split(string header)
    {
        var (start, isQuoted) = (0, false);
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] == '\\' && isQuoted) i++;
            else if (header[i] == '"') isQuoted = !isQuoted;
            else if (header[i] is ',' or ';' && !isQuoted)
            {
                yield return header[start..i];
                start = i + 1;
            }
        }

        yield return header[start..];
    }

    static string WithoutComments(string header)
    {
        if (!header.Contains('(', StringComparison.Ordinal)) return header;
        var result = new StringBuilder();
        var (depth, isQuoted) = (0, false);
        foreach (var c in header)
        {
            if (c == '"' && depth == 0) isQuoted = !isQuoted;
            if (c == '(' && !isQuoted) depth++;
            else if (c == ')' && depth > 0) depth--;
            else if (depth == 0) result.Append(c);
        }

        return result.ToString();
    }
}
