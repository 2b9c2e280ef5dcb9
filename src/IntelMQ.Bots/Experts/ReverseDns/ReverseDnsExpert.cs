using System.Net;

namespace IntelMQ.Bots.Experts.ReverseDns;

/// <summary>Adds the host name that the reverse lookup of an address gives.</summary>
/// <remarks>Works on both sides and asks the domain name system. Answers are remembered, also that there is none.</remarks>
[Bot("intelmq.bots.experts.reverse_dns.expert")]
public sealed class ReverseDnsExpert(ReverseDnsExpertOptions options, IDnsResolver dns, IBotCache cache) : Enricher
{
    // The original shares the cache.
    const string NoName = "__dns-exception";

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
        {
            if (!e.TryGet(side.Ip, out var address) || (e.Has(side.ReverseDns) && !options.Overwrite)) continue;
            if (await LookUpAsync(address, cancellationToken) is { } name) e.TrySet(side.ReverseDns, name);
        }
    }

    async ValueTask<string?> LookUpAsync(string address, CancellationToken cancellationToken)
    {
        if (!IpText.TryParse(address, out var number, out var version)) return null;
        var key = KeyOf(number, version);
        if (await cache.GetAsync(key, cancellationToken) is { } known) return known == NoName ? null : known;

        var (name, timeToLive) = await AskAsync(address, cancellationToken);
        await cache.SetAsync(key, name ?? NoName, timeToLive, cancellationToken);
        return name;
    }

    /// <summary>The digits of the address, as the original has them in the shared cache; an IPv6 address that has no more of them than IPv4 keeps its zeros.</summary>
    static string KeyOf(UInt128 number, int version) =>
        number.ToString(version == 6 && number <= uint.MaxValue ? "b128" : "b", System.Globalization.CultureInfo.InvariantCulture);

    /// <returns>The name, if there is one, and for how long that is remembered if not for the usual time.</returns>
    async ValueTask<(string? Name, TimeSpan? TimeToLive)> AskAsync(string address, CancellationToken cancellationToken)
    {
        try
        {
            var names = await dns.GetNamesAsync(IPAddress.Parse(address), cancellationToken);
            if (names.Count == 0) return (null, null);
            if (names.FirstOrDefault(name => DataType.Fqdn.IsValidSanitized(name)) is { } valid) return (valid.TrimEnd('.') + ".", null);
            Log.Info($"The names of '{address}' are no host names: {string.Join(", ", names)}.");
        }
        catch (TransientException e)
        {
            Log.Info($"No answer about '{address}': {e.Message}");
        }

        return (null, options.CacheTtlInvalidResponse);
    }
}

/// <summary>Parameters of <see cref="ReverseDnsExpert"/>.</summary>
public sealed record ReverseDnsExpertOptions : BotOptions
{
    /// <summary>Replaces a name that the event already has.</summary>
    public bool Overwrite { get; init; }

    /// <summary>For how many seconds it is remembered that a server did not answer, or with what is no host name.</summary>
    public TimeSpan CacheTtlInvalidResponse { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Number of the cache; bots with the same number share it.</summary>
    public int RedisCacheDb { get; init; } = 7;

    /// <summary>For how many seconds an answer is remembered.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(86400);
}
