using System.Globalization;
using System.Net.Sockets;

namespace IntelMQ.Bots.Experts.Gethostbyname;

/// <summary>Adds the IPv4 address that the host name of an event resolves to.</summary>
/// <remarks>Works on both sides. A name without an address adds nothing.</remarks>
[Bot("intelmq.bots.experts.gethostbyname.expert")]
public sealed class GethostbynameExpert(GethostbynameExpertOptions options, IDnsResolver dns) : Enricher
{
    readonly bool _ignoresSilence = options.IgnoredErrors.Contains(GethostbynameExpertOptions.TryAgain);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
        {
            if (e.Has(side.Ip) && !options.Overwrite) continue;
            if (HostName(e, side) is not { } host) continue;
            if (await ResolveAsync(host, cancellationToken) is { } address) e.TrySet(side.Ip, address);
        }
    }

    string? HostName(Event e, Side side)
    {
        if (e.TryGet(side.Fqdn, out var fqdn)) return fqdn;
        if (!options.FallbackToUrl || !e.TryGet(side.Url, out var text) || !UrlText.TrySplit(text, out var url)) return null;

        var host = Url.UrlAuthority.Of(url.Authority).Host.ToString();
        return host.Length == 0 || DataType.IpAddress.IsValidSanitized(host) ? null : host;
    }

    async ValueTask<string?> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            var addresses = await dns.GetAddressesAsync(host, AddressFamily.InterNetwork, cancellationToken);
            return addresses.Count == 0 ? null : addresses[0].ToString();
        }
        catch (TransientException e) when (_ignoresSilence)
        {
            Log.Debug($"No answer for '{host}': {e.Message}");
            return null;
        }
    }
}

/// <summary>Parameters of <see cref="GethostbynameExpert"/>.</summary>
public sealed record GethostbynameExpertOptions : BotOptions, ICheckable
{
    /// <summary>The error of the C library for "no server could say now", EAI_AGAIN.</summary>
    internal const int TryAgain = -3;

    /// <summary>Takes the host name from the URL when the event has no host name.</summary>
    public bool FallbackToUrl { get; init; } = true;

    /// <summary>
    /// Errors of the system's resolver that count as "no address", as numbers. Names that do not exist or have no address
    /// always do; <c>-3</c> adds servers that do not answer, for which the event otherwise waits.
    /// </summary>
    public FieldValue GaierrorsToIgnore { get; init; } = FieldValue.None;

    /// <summary>Replaces an address that the event already has.</summary>
    public bool Overwrite { get; init; }

    internal IReadOnlySet<int> IgnoredErrors
    {
        get
        {
            var result = new HashSet<int>();
            foreach (var item in Items(GaierrorsToIgnore))
                if (int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                    result.Add(number);
            return result;
        }
    }

    static IEnumerable<string> Items(FieldValue value) =>
        value.List is { } list ? list.Select(item => FieldValue.From(item).ToString().Trim())
        : value.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        foreach (var item in Items(GaierrorsToIgnore))
            if (!int.TryParse(item, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
                yield return new(BotLogLevel.Error, $"'{item}' is no number of an error; expected whole numbers such as -3, in a list or separated by commas.", "gaierrors_to_ignore");
    }
}
