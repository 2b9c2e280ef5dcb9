using System.Text;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>Names of folders as IMAP has them (RFC 3501, 5.1.3): ASCII, with runs of anything else as Base64 of UTF-16.</summary>
static class ModifiedUtf7
{
    public static string Encode(string name)
    {
        var result = new StringBuilder();
        for (var i = 0; i < name.Length;)
        {
            if (IsPlain(name[i]))
            {
                result.Append(name[i] == '&' ? "&-" : name[i].ToString());
                i++;
                continue;
            }

            var start = i;
            while (i < name.Length && !IsPlain(name[i])) i++;
            var run = Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(name[start..i])).TrimEnd('=').Replace('/', ',');
            result.Append('&').Append(run).Append('-');
        }

        return result.ToString();
    }

    static bool IsPlain(char c) => c is >= ' ' and <= '~';
}
