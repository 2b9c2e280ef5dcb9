namespace IntelMQ.Bots.Experts.Url;

/// <summary>The parts of a URL's authority, as they are written.</summary>
readonly ref struct UrlAuthority
{
    /// <summary>The user name; empty when there is none.</summary>
    public ReadOnlySpan<char> User { get; private init; }

    /// <summary>The host without brackets.</summary>
    public ReadOnlySpan<char> Host { get; private init; }

    /// <summary>What stands behind the colon; empty when there is none.</summary>
    public ReadOnlySpan<char> Port { get; private init; }

    public static UrlAuthority Of(ReadOnlySpan<char> authority)
    {
        var at = authority.LastIndexOf('@');
        var user = at < 0 ? default : authority[..at];
        if (user.IndexOf(':') is >= 0 and var colon) user = user[..colon];

        var place = authority[(at + 1)..];
        var open = place.IndexOf('[');
        if (open >= 0)
        {
            var host = place[(open + 1)..];
            var close = host.IndexOf(']');
            if (close < 0) return new UrlAuthority { User = user, Host = host };
            var rest = host[(close + 1)..];
            return new UrlAuthority { User = user, Host = host[..close], Port = rest.IndexOf(':') is >= 0 and var before ? rest[(before + 1)..] : default };
        }

        var end = place.IndexOf(':');
        return end < 0
            ? new UrlAuthority { User = user, Host = place }
            : new UrlAuthority { User = user, Host = place[..end], Port = place[(end + 1)..] };
    }

    /// <summary>False for nearly all host names, so that they need not be tried as an address.</summary>
    public static bool CanBeIpAddress(ReadOnlySpan<char> host) => char.IsAsciiDigit(host[^1]) || host.Contains(':');
}
