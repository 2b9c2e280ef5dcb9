namespace IntelMQ.Bots.Experts.Url2Fqdn;

/// <summary>Adds the host name of a URL, or the address that stands there instead. Use the URL expert in new pipelines: it does this and more.</summary>
/// <remarks>Works on both sides.</remarks>
[Bot("intelmq.bots.experts.url2fqdn.expert")]
public sealed class Url2FqdnExpert(Url2FqdnExpertOptions options) : Enricher
{
    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        AddHost(e, Side.Both[0]);
        AddHost(e, Side.Both[1]);
        return default;
    }

    void AddHost(Event e, Side side)
    {
        if ((e.Has(side.Fqdn) && !options.Overwrite) || !e.TryGet(side.Url, out var text) || !UrlText.TrySplit(text, out var url)) return;

        var host = Url.UrlAuthority.Of(url.Authority).Host.ToString().ToLowerInvariant();
        if (host.Length == 0) return;
        if (e.TrySet(side.Fqdn, host) == AddResult.Invalid && (options.Overwrite || !e.Has(side.Ip))) e.TrySet(side.Ip, host);
    }
}

/// <summary>Parameters of <see cref="Url2FqdnExpert"/>.</summary>
public sealed record Url2FqdnExpertOptions : BotOptions, ICheckable
{
    /// <summary>Replaces values that the event already has.</summary>
    public bool Overwrite { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        yield return new(BotLogLevel.Warning, "intelmq.bots.experts.url2fqdn.expert is deprecated; use intelmq.bots.experts.url.expert.");
    }
}
