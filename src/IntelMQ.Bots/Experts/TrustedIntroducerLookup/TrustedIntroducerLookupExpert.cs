using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.TrustedIntroducerLookup;

/// <summary>Adds the contact of the team in whose constituency the domain or autonomous system of the source lies, by the directory of Trusted Introducer.</summary>
/// <remarks>The directory is downloaded when the bot starts.</remarks>
[Bot("intelmq.bots.experts.trusted_introducer_lookup.expert")]
public sealed class TrustedIntroducerLookupExpert(TrustedIntroducerLookupExpertOptions options, IHttpClients clients) : Enricher
{
    const string Directory = "https://www.trusted-introducer.org/directory/teams.json";

    readonly HttpClient _client = clients.Create(options);
    readonly Dictionary<string, string> _byDomain = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<long, string> _byAsn = [];

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var teams = (await _client.GetAnswerAsync(Directory, cancellationToken)).Expect().Json().Value.List
            ?? throw new InvalidDataException($"'{Directory}' has answered with another JSON value; expected a list of teams.");
        foreach (var team in teams) Add(new JsonRow(FieldValue.From(team)));
    }

    void Add(JsonRow team)
    {
        if (team.Items("emails").FirstOrDefault(IsContact)?.Get("address").Text is not { } contact || !team.TryGet("constituency", out var value)) return;
        var constituency = new JsonRow(value);
        foreach (var domain in constituency.Items("domains"))
            if (domain.Value.Text is { } name && !name.Contains(".*", StringComparison.Ordinal))
                _byDomain[name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name] = contact;
        foreach (var asn in constituency.Items("asns"))
            if (DataType.Asn.TrySanitize(asn.Value, out var sanitized) && sanitized.TryGetInteger(out var number))
                _byAsn[number] = contact;
    }

    static bool IsContact(JsonRow mail) => mail.Items("usage").Any(usage => usage.Value.Text?.Contains("contact", StringComparison.Ordinal) == true);

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        // When no team is responsible, the contact that is there stays.
        if (options.Order.Select(by => by == "asn" ? ByAsn(e) : ByDomain(e)).FirstOrDefault(contact => contact is not null) is { } found)
            e.Enrich(Source.AbuseContact, found, options.Overwrite);
        return default;
    }

    string? ByAsn(Event e) => e.TryGet(Source.Asn, out var asn) ? _byAsn.GetValueOrDefault(asn) : null;

    string? ByDomain(Event e)
    {
        if (!e.TryGet(Source.Fqdn, out var name)) return null;
        for (var start = 0; ; start = name.IndexOf('.', start) + 1)
        {
            if (_byDomain.TryGetValue(name[start..], out var contact)) return contact;
            if (name.IndexOf('.', start) < 0) return null;
        }
    }
}

/// <summary>Parameters of <see cref="TrustedIntroducerLookupExpert"/>.</summary>
public sealed record TrustedIntroducerLookupExpertOptions : HttpOptions, ICheckable
{
    /// <summary>By what teams are looked for, in this order: <c>domain</c>, <c>asn</c>.</summary>
    public IReadOnlyList<string> Order { get; init; } = ["domain", "asn"];

    /// <summary>Replaces a contact that the event already has.</summary>
    public bool Overwrite { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        foreach (var by in Order)
            if (by is not ("domain" or "asn"))
                yield return new(BotLogLevel.Error, $"order: '{by}' is unknown; expected domain, asn or both.", "order");
    }
}
