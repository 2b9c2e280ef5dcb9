using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>The parts of a URL, split at its delimiters alone as the original does: nothing is decoded, no part is checked beyond its brackets.</summary>
public readonly ref struct UrlText
{
    static readonly SearchValues<char> Ignored = SearchValues.Create("\t\r\n");
    static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");
    static readonly SearchValues<char> EndOfAuthority = SearchValues.Create("/?#");

    // Characters that compatibility normalization turns into one of / ? # @ : or into several with one of these.
    static readonly SearchValues<char> Deceptive = SearchValues.Create("\u2048\u2049\u2047\u2100\u2101\u2105\u2106\u2a74\ufe13\ufe16\ufe55\ufe56\ufe5f\ufe6b\uff03\uff0f\uff1a\uff1f\uff20");

    /// <summary>What stands before the first colon, as written; empty when there is none.</summary>
    public ReadOnlySpan<char> Scheme { get; private init; }

    /// <summary>User, host and port.</summary>
    public ReadOnlySpan<char> Authority { get; private init; }

    /// <summary>What follows the authority, up to <c>?</c> or <c>#</c>.</summary>
    public ReadOnlySpan<char> Path { get; private init; }

    /// <summary>What follows the first <c>?</c>.</summary>
    public ReadOnlySpan<char> Query { get; private init; }

    /// <summary>What follows the first <c>#</c>.</summary>
    public ReadOnlySpan<char> Fragment { get; private init; }

    /// <summary>Splits a URL; false when brackets in the authority do not hold an IPv6 address, or when it has deceptive characters.</summary>
    public static bool TrySplit(string text, out UrlText url)
    {
        var rest = text.AsSpan();
        while (!rest.IsEmpty && rest[0] <= ' ') rest = rest[1..];
        if (rest.ContainsAny(Ignored)) rest = WithoutIgnored(rest);

        var scheme = SchemeOf(rest);
        if (!scheme.IsEmpty) rest = rest[(scheme.Length + 1)..];

        ReadOnlySpan<char> authority = default;
        if (rest.StartsWith("//", StringComparison.Ordinal))
        {
            rest = rest[2..];
            var end = rest.IndexOfAny(EndOfAuthority);
            authority = end < 0 ? rest : rest[..end];
            rest = rest[authority.Length..];
        }

        var hash = rest.IndexOf('#');
        var fragment = hash < 0 ? default : rest[(hash + 1)..];
        if (hash >= 0) rest = rest[..hash];
        var mark = rest.IndexOf('?');
        url = new UrlText
        {
            Scheme = scheme,
            Authority = authority,
            Path = mark < 0 ? rest : rest[..mark],
            Query = mark < 0 ? default : rest[(mark + 1)..],
            Fragment = fragment,
        };
        return IsSound(authority);
    }

    /// <summary>The host name in a URL: its authority, with a port if there is one; null when that is an IP address or missing.</summary>
    public static string? ToDomainName(string text) =>
        TrySplit(text, out var url) && url.Authority.ToString() is { Length: > 0 } authority && !DataType.IpAddress.IsValid(authority) ? authority : null;

    /// <summary>The whole URL, put together again, with another authority.</summary>
    internal string WithAuthority(ReadOnlySpan<char> authority)
    {
        var slash = Path.IsEmpty || Path[0] == '/' ? "" : "/";
        var scheme = Scheme.IsEmpty ? "" : Scheme.ToString().ToLowerInvariant() + ":";
        var query = Query.IsEmpty ? "" : $"?{Query}";
        var fragment = Fragment.IsEmpty ? "" : $"#{Fragment}";
        return $"{scheme}//{authority}{slash}{Path}{query}{fragment}";
    }

    static ReadOnlySpan<char> WithoutIgnored(ReadOnlySpan<char> text)
    {
        var kept = new char[text.Length];
        var length = 0;
        foreach (var c in text)
            if (!Ignored.Contains(c))
                kept[length++] = c;
        return kept.AsSpan(0, length);
    }

    static ReadOnlySpan<char> SchemeOf(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || !char.IsAsciiLetter(text[0])) return default;
        for (var i = 1; i < text.Length; i++)
        {
            if (text[i] == ':') return text[..i];
            if (!char.IsAsciiLetterOrDigit(text[i]) && text[i] is not ('+' or '-' or '.')) return default;
        }

        return default;
    }

    static bool IsSound(ReadOnlySpan<char> authority)
    {
        if (authority.ContainsAny('[', ']') && !HasSoundBrackets(authority)) return false;
        return !authority.ContainsAnyExceptInRange('\0', '\u007f') || !authority.ContainsAny(Deceptive);
    }

    static bool HasSoundBrackets(ReadOnlySpan<char> authority)
    {
        if (authority.Contains('[') != authority.Contains(']')) return false;

        var host = authority[(authority.LastIndexOf('@') + 1)..];
        var open = host.IndexOf('[');
        // Both brackets stand in the user's name: what is checked then is the bare host.
        if (open < 0) return IsIpLiteral(host.IndexOf(':') is var colon && colon < 0 ? host : host[..colon]);
        if (open > 0) return false;

        host = host[1..];
        var close = host.IndexOf(']');
        var port = close < 0 ? default : host[(close + 1)..];
        return (port.IsEmpty || port[0] == ':') && IsIpLiteral(close < 0 ? host : host[..close]);
    }

    static bool IsIpLiteral(ReadOnlySpan<char> host)
    {
        if (!host.IsEmpty && host[0] == 'v')
        {
            var dot = host.IndexOf('.');
            return dot > 1 && dot + 1 < host.Length && !host[1..dot].ContainsAnyExcept(HexDigits);
        }

        return IpText.TrySplitScope(host, out var address, out _) && IpText.TryParseV6(address, out _);
    }
}
