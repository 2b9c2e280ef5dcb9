using System.Globalization;
using System.Text;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>A header with parameters, <c>attachment; filename="a.csv"</c>, also in the forms of RFC 2231: in pieces, with a charset.</summary>
sealed class HeaderValue
{
    readonly Dictionary<string, string> _parameters = new(StringComparer.OrdinalIgnoreCase);

    public HeaderValue(string header)
    {
        var parts = Split(header);
        Value = parts[0].Trim().ToLower(CultureInfo.InvariantCulture);
        foreach (var part in parts.Skip(1))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0) _parameters.TryAdd(part[..equals].Trim(), Unquote(part[(equals + 1)..].Trim()));
        }
    }

    /// <summary>What stands before the parameters, in lower case.</summary>
    public string Value { get; }

    /// <summary>A parameter, decoded; null when it is not there.</summary>
    public string? Parameter(string name)
    {
        if (_parameters.TryGetValue(name + "*", out var extended)) return DecodeExtended(extended);
        if (_parameters.TryGetValue(name, out var plain)) return EncodedWords.Decode(plain);
        var pieces = new StringBuilder();
        var isExtended = false;
        for (var i = 0;; i++)
        {
            if (_parameters.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{name}*{i}"), out var piece)) pieces.Append(piece);
            else if (_parameters.TryGetValue(string.Create(CultureInfo.InvariantCulture, $"{name}*{i}*"), out piece))
            {
                isExtended = true;
                pieces.Append(piece);
            }
            else return i == 0 ? null : isExtended ? DecodeExtended(pieces.ToString()) : pieces.ToString();
        }
    }

    /// <summary><c>utf-8'en'f%C3%BCr</c>.</summary>
    static string DecodeExtended(string text)
    {
        var parts = text.Split('\'', 3);
        if (parts.Length != 3 || !EncodedText.IsKnown(parts[0])) return text;
        var bytes = new List<byte>();
        for (var i = 0; i < parts[2].Length; i++)
        {
            if (parts[2][i] == '%' && i + 2 < parts[2].Length && byte.TryParse(parts[2].AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                bytes.Add(value);
                i += 2;
            }
            else bytes.AddRange(Encoding.UTF8.GetBytes(parts[2][i].ToString()));
        }

        return EncodedText.Decode([.. bytes], [parts[0]], force: true);
    }

    static List<string> Split(string header)
    {
        var parts = new List<string>();
        var (start, isQuoted) = (0, false);
        for (var i = 0; i < header.Length; i++)
        {
            if (header[i] == '\\' && isQuoted) i++;
            else if (header[i] == '"') isQuoted = !isQuoted;
            else if (header[i] == ';' && !isQuoted)
            {
                parts.Add(header[start..i]);
                start = i + 1;
            }
        }

        parts.Add(header[Math.Min(start, header.Length)..]);
        return parts;
    }

    static string Unquote(string text)
    {
        if (text is not ['"', .. var inner, '"']) return text;
        var result = new StringBuilder();
        for (var i = 0; i < inner.Length; i++) result.Append(inner[i] == '\\' && i + 1 < inner.Length ? inner[++i] : inner[i]);
        return result.ToString();
    }
}
