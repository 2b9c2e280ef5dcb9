namespace IntelMQ.Bots.Experts.Ripe;

/// <summary>Adds the abuse contacts, and where wanted the place, that the services of RIPE NCC know for the address and the autonomous system of an event.</summary>
/// <remarks>Works on both sides. Answers are remembered, also that nothing is known.</remarks>
[Bot("intelmq.bots.experts.ripe.expert")]
public sealed class RipeExpert(RipeExpertOptions options, IHttpClients clients, IBotCache cache) : Enricher
{
    readonly HttpClient _client = clients.Create(options);

    RipeQuery Query => field ??= new(_client, cache, Log);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
        {
            var asn = e.TryGet(side.Asn, out var number) ? PythonValues.ToText(number) : null;
            var address = e.TryGet(side.Ip, out var text) ? text : null;
            await AddContactsAsync(e, side, asn, address, cancellationToken);
            if (options.QueryRipeStatGeolocation && address is not null) await AddPlaceAsync(e, side, address, cancellationToken);
        }
    }

    async ValueTask AddContactsAsync(Event e, Side side, string? asn, string? address, CancellationToken cancellationToken)
    {
        var contacts = new List<string>();
        if (options.Mode == RipeMode.Append && e.TryGet(side.AbuseContact, out var present)) contacts.AddRange(present.Split(','));
        foreach (var (isWanted, service, resource) in Questions(asn, address))
            if (isWanted && resource is not null)
                contacts.AddRange((await Query.ContactsAsync(service, resource, cancellationToken)).SelectMany(contact => contact.Split(',')));

        // When nobody knows a contact, the one that is there stays.
        if (contacts.Count > 0) e.Set(side.AbuseContact, string.Join(',', contacts.Where(contact => contact.Length > 0).Distinct(StringComparer.Ordinal)));
    }

    (bool IsWanted, RipeService Service, string? Resource)[] Questions(string? asn, string? address) =>
    [
        (options.QueryRipeStatAsn, RipeService.Stat, asn),
        (options.QueryRipeDbAsn, RipeService.DatabaseAsn, asn),
        (options.QueryRipeStatIp, RipeService.Stat, address),
        (options.QueryRipeDbIp, RipeService.DatabaseIp, address),
    ];

    async ValueTask AddPlaceAsync(Event e, Side side, string address, CancellationToken cancellationToken)
    {
        if (await Query.PlaceAsync(address, cancellationToken) is not { } place) return;

        var overwrite = options.Mode == RipeMode.Replace;
        void Add(Field field, string name)
        {
            if (place.TryGet(name, out var value) && value.Text != "?") e.Enrich(field, value, overwrite);
        }

        Add(side.GeolocationCc, "country");
        Add(side.GeolocationCity, "city");
        Add(side.GeolocationLatitude, "latitude");
        Add(side.GeolocationLongitude, "longitude");
    }
}

/// <summary>What becomes of values that an event has.</summary>
public enum RipeMode
{
    /// <summary>Contacts are added to those that are there; other values stay.</summary>
    Append,

    /// <summary>Contacts and other values are replaced by what the services know.</summary>
    Replace,
}

/// <summary>Parameters of <see cref="RipeExpert"/>.</summary>
public sealed record RipeExpertOptions : HttpOptions
{
    /// <summary>What becomes of values that an event has.</summary>
    public RipeMode Mode { get; init; } = RipeMode.Append;

    /// <summary>Asks the database of RIPE about the autonomous system.</summary>
    public bool QueryRipeDbAsn { get; init; } = true;

    /// <summary>Asks the database of RIPE about the address.</summary>
    public bool QueryRipeDbIp { get; init; } = true;

    /// <summary>Asks RIPEstat about the autonomous system.</summary>
    public bool QueryRipeStatAsn { get; init; } = true;

    /// <summary>Asks RIPEstat about the address.</summary>
    public bool QueryRipeStatIp { get; init; } = true;

    /// <summary>Asks RIPEstat about the place of the address.</summary>
    public bool QueryRipeStatGeolocation { get; init; } = true;

    /// <summary>Number of the cache; bots with the same number share it.</summary>
    public int RedisCacheDb { get; init; } = 10;

    /// <summary>For how many seconds an answer is remembered.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(86400);
}
