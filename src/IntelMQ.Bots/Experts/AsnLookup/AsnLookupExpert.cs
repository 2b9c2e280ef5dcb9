namespace IntelMQ.Bots.Experts.AsnLookup;

/// <summary>Adds the autonomous system and the announced network of an address, from a file with routes.</summary>
/// <remarks>Works on both sides; values that are there are replaced.</remarks>
[Bot("intelmq.bots.experts.asn_lookup.expert")]
public sealed class AsnLookupExpert(AsnLookupExpertOptions options, IHttpClients clients) : Enricher, IUpdatableDatabase
{
    readonly HttpClient _client = clients.Create(options);
    DatabaseFile<IpNetworkTable<uint>>? _routes;

    /// <inheritdoc />
    public string DatabasePath => options.Database;

    /// <inheritdoc />
    public bool IsUpdateWanted => options.AutoupdateCachedDatabase;

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken)
    {
        return await new RouteViews(_client, Log).DownloadAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _routes = new(options.Database, RouteFile.Read, Context);
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
        {
            if (!e.TryGet(side.Ip, out var address) || !_routes!.Current.TryFind(address, out var network, out var asn)) continue;
            e.Set(side.Asn, (long)asn);
            e.Set(side.Network, network);
        }

        return default;
    }
}

/// <summary>Parameters of <see cref="AsnLookupExpert"/>.</summary>
public sealed record AsnLookupExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The file with routes: lines of network, tab and number of the autonomous system; <c>;</c> begins a comment.</summary>
    public required string Database { get; init; }

    /// <summary>Whether <c>intelmqctl update-database</c> makes it anew of the routes that University of Oregon Route Views publishes.</summary>
    public bool AutoupdateCachedDatabase { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => DatabaseFile.Check(Database);
}
