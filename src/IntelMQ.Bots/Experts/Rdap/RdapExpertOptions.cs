namespace IntelMQ.Bots.Experts.Rdap;

/// <summary>Parameters of <see cref="RdapExpert"/>.</summary>
public sealed record RdapExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The roles of contacts, the one to take first in front.</summary>
    public IReadOnlyList<string> RdapOrder { get; init; } = ["abuse", "technical", "administrative", "registrant", "registrar"];

    /// <summary>
    /// Servers by top level domain, which replace those of IANA's list: a URL with a slash at the end, or a map of <c>url</c> and
    /// <c>auth</c>, which is a map of <c>type: jwt</c> and <c>token</c>.
    /// </summary>
    [Parameter(DefaultJson = "{}")]
    public FieldValue RdapBootstrappedServers { get; init; } = FieldValue.None;

    /// <summary>Replaces a contact that the event already has.</summary>
    public bool Overwrite { get; init; } = true;

    /// <summary>Number of the cache; bots with the same number share it.</summary>
    public int RedisCacheDb { get; init; } = 8;

    /// <summary>For how many seconds a contact is remembered.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(86400);

    internal IEnumerable<KeyValuePair<string, RdapServer>> Servers =>
        Entries.Select(entry => new KeyValuePair<string, RdapServer>(entry.Suffix, ServerOf(entry.Value)!));

    IEnumerable<(string Suffix, FieldValue Value)> Entries =>
        RdapBootstrappedServers.Map is { } map ? map.Select(entry => (entry.Key, FieldValue.From(entry.Value))) : [];

    static RdapServer? ServerOf(FieldValue value)
    {
        if (value.Text is { } url) return IsUrl(url) ? new RdapServer(url, null) : null;
        var row = new JsonRow(value);
        if (!row.TryGetText("url", out url) || !IsUrl(url)) return null;
        if (!row.TryGet("auth", out var auth)) return new RdapServer(url, null);
        return new JsonRow(auth).Get("type").Text == "jwt" && new JsonRow(auth).Get("token").Text is { Length: > 0 } token ? new RdapServer(url, token) : null;
    }

    static bool IsUrl(string text) => text.EndsWith('/') && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (RdapBootstrappedServers is { IsFalsy: false, Map: null }) yield return Error("rdap_bootstrapped_servers", "expected a map of top level domains and servers");
        foreach (var (suffix, value) in Entries)
            if (ServerOf(value) is null)
                yield return Error($"rdap_bootstrapped_servers.{suffix}", "expected a URL with http:// or https:// and a slash at the end, or a map of 'url' and 'auth', which has the type 'jwt' and a 'token'");
    }

    static CheckResult Error(string path, string message) => new(BotLogLevel.Error, $"{path}: {message}.", "rdap_bootstrapped_servers");
}

/// <summary>Where questions about domains go.</summary>
/// <param name="Url">With a slash at the end.</param>
/// <param name="Token">Who asks, if the server wants to know.</param>
sealed record RdapServer(string Url, string? Token);
