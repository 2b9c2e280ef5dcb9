using System.Text;
using IntelMQ.Bots.Experts.MaxmindGeoip.DatabaseFormat;

namespace IntelMQ.Bots.Experts.MaxmindGeoip;

/// <summary>Adds country, coordinates and city of an address, from a database of MaxMind or one in its form.</summary>
/// <remarks>Works on both sides.</remarks>
[Bot("intelmq.bots.experts.maxmind_geoip.expert")]
public sealed class MaxmindGeoipExpert(MaxmindGeoipExpertOptions options, IHttpClients clients) : Enricher, IUpdatableDatabase
{
    const string Edition = "GeoLite2-City";

    static readonly TimeSpan UntilReadAgain = TimeSpan.FromMinutes(1);

    readonly HttpClient _client = clients.Create(options);
    readonly byte[][] _country = Path(options.UseRegistered ? "registered_country" : "country", "iso_code");
    readonly byte[][] _latitude = Path("location", "latitude");
    readonly byte[][] _longitude = Path("location", "longitude");
    readonly byte[][] _city = Path("city", "names", "en");
    DatabaseFile<MmdbDatabase>? _database;

    static byte[][] Path(params string[] keys) => [.. keys.Select(Encoding.UTF8.GetBytes)];

    /// <inheritdoc />
    public string DatabasePath => options.Database;

    /// <inheritdoc />
    public bool IsUpdateWanted => options.AutoupdateCachedDatabase;

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken)
    {
        if (options.LicenseKey.Length == 0 || options.LicenseKey.StartsWith('<')) throw new ConfigurationException("license_key is missing; expected the key of an account at MaxMind.");
        var answer = await AskAsync(cancellationToken);
        return Archives.Extract(answer.Content).FirstOrDefault(static member => member.Name?.Contains($"{Edition}.mmdb", StringComparison.Ordinal) == true)?.Content
            ?? throw new InvalidDataException($"The archive that MaxMind sent has no '{Edition}.mmdb'.");
    }

    /// <summary>Errors name the host only: the key is a part of the URL.</summary>
    async Task<HttpAnswer> AskAsync(CancellationToken cancellationToken)
    {
        var url = $"https://download.maxmind.com/app/geoip_download?license_key={Uri.EscapeDataString(options.LicenseKey)}&edition_id={Edition}&suffix=tar.gz";
        HttpAnswer answer;
        try
        {
            answer = await _client.GetAnswerAsync(url, cancellationToken);
        }
        catch (TransientException e)
        {
            throw new TransientException($"download.maxmind.com does not answer: {e.InnerException?.Message}", e.RetryAfter);
        }

        return answer.Status switch
        {
            401 => throw new ConfigurationException("MaxMind does not accept the license_key."),
            408 or 429 or >= 500 => throw new TransientException($"download.maxmind.com answered with the status {answer.Status} {answer.Reason}."),
            >= 200 and < 300 => answer,
            _ => throw new HttpRequestException($"download.maxmind.com answered with the status {answer.Status} {answer.Reason}.", null, (System.Net.HttpStatusCode)answer.Status),
        };
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        // The stream is that of the same file; mapping it takes more than a stream.
        _database = new(options.Database, _ => MmdbDatabase.Open(options.Database), Context);
        if (!_database.Current.Type.Contains("City", StringComparison.Ordinal))
            Log.Warning($"The database '{options.Database}' says that it is '{_database.Current.Type}'; expected one of cities. What it does not have is not added.");
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var side in Side.Both)
        {
            if (!e.TryGet(side.Ip, out var address) || Find(address) is not { } place) continue;
            Add(e, side.GeolocationCc, place.Country);
            Add(e, side.GeolocationLatitude, place.Latitude);
            Add(e, side.GeolocationLongitude, place.Longitude);
            Add(e, side.GeolocationCity, place.City);
        }

        return default;
    }

    sealed record Place(FieldValue Country, FieldValue Latitude, FieldValue Longitude, FieldValue City);

    Place? Find(string address)
    {
        var database = _database!.Current;
        if (database.IsOverwritten) throw new TransientException($"The database '{options.Database}' is being written; it is read again in a minute. Replace it as a whole to avoid that.", UntilReadAgain);
        try
        {
            return database.Find(address) is { } record ? new(record.Get(_country), record.Get(_latitude), record.Get(_longitude), record.Get(_city)) : null;
        }
        catch (InvalidDataException e)
        {
            throw new ConfigurationException($"The database '{options.Database}' cannot be used: {e.Message} 'intelmqctl update-database' downloads it anew.", e);
        }
    }

    /// <summary>As in the original a coordinate of exactly zero counts as none.</summary>
    void Add(Event e, Field field, FieldValue value)
    {
        if (!value.IsFalsy) e.Enrich(field, value, options.Overwrite);
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _database?.Current.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="MaxmindGeoipExpert"/>.</summary>
public sealed record MaxmindGeoipExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The file with the database, in the MaxMind DB format (<c>.mmdb</c>).</summary>
    public string Database { get; init; } = "/opt/intelmq/var/lib/bots/maxmind_geoip/GeoLite2-City.mmdb";

    /// <summary>The key of an account at MaxMind, for the download.</summary>
    [Parameter(Secret = true, DefaultJson = "\"<insert Maxmind license key>\"")]
    public string LicenseKey { get; init; } = "<insert Maxmind license key>";

    /// <summary>Replaces what an event has already.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Takes the country in which the network is registered instead of the one in which it is.</summary>
    public bool UseRegistered { get; init; }

    /// <summary>Whether <c>intelmqctl update-database</c> downloads the database.</summary>
    public bool AutoupdateCachedDatabase { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => DatabaseFile.Check(Database);
}
