using System.Globalization;

namespace IntelMQ.Bots.Experts.RecordedFutureIprisk;

/// <summary>Adds the risk that Recorded Future sees in an address, by a list of it.</summary>
/// <remarks>Works on both sides; an address that is not listed has the risk 0.</remarks>
[Bot("intelmq.bots.experts.recordedfuture_iprisk.expert")]
public sealed class RecordedFutureIpriskExpert(RecordedFutureIpriskExpertOptions options, IHttpClients clients) : Enricher, IUpdatableDatabase
{
    const string List = "https://api.recordedfuture.com/v2/ip/risklist?format=csv/splunk&gzip=true&list=large";
    const string FileName = "rfiprisk.dat";

    static readonly (Side Side, Field Risk)[] Sides = [.. Side.Both.Select(side => (side, Field.Named($"extra.rf_iprisk.{side.Name}")))];

    readonly HttpClient _client = clients.Create(options);
    DatabaseFile<IReadOnlyDictionary<string, int>>? _risks;

    /// <inheritdoc />
    public string DatabasePath => options.Database;

    /// <inheritdoc />
    public bool IsUpdateWanted => options.AutoupdateCachedDatabase;

    /// <inheritdoc />
    public async Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.ApiToken) || options.ApiToken.StartsWith('<')) throw new ConfigurationException("api_token is missing; expected the token of an account at Recorded Future.");
        using var request = new HttpRequestMessage(HttpMethod.Get, List);
        request.Headers.TryAddWithoutValidation("X-RFToken", options.ApiToken);
        var answer = await _client.AskAsync(request, cancellationToken);
        if (answer.Status is 401 or 403) throw new ConfigurationException($"Recorded Future does not accept the api_token ({answer.Status} {answer.Reason}).");
        return Archives.Extract(answer.Expect().Content).FirstOrDefault(member => member.Name is null || Path.GetFileName(member.Name) == FileName)?.Content
            ?? throw new InvalidDataException($"The archive that Recorded Future sent has no '{FileName}'.");
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _risks = new(options.Database, Read, Context);
        return default;
    }

    static Dictionary<string, int> Read(Stream file)
    {
        using var content = new MemoryStream();
        file.CopyTo(content);
        var risks = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in RowFormat.CsvDictionary(new CsvFormatOptions()).Read(content.ToArray()))
        {
            if (row.Value is not { } record) continue;
            if (!int.TryParse(record["Risk"], NumberStyles.None, CultureInfo.InvariantCulture, out var risk)) throw new FormatException($"The risk of '{record["Name"]}' is '{record["Risk"]}'; expected a number.");
            risks[record["Name"] ?? ""] = risk;
        }

        return risks;
    }

    /// <inheritdoc />
    protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        foreach (var (side, risk) in Sides)
            if (e.TryGet(side.Ip, out var address))
                e.Enrich(risk, _risks!.Current.GetValueOrDefault(address), options.Overwrite);
        return default;
    }
}

/// <summary>Parameters of <see cref="RecordedFutureIpriskExpert"/>.</summary>
public sealed record RecordedFutureIpriskExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The token of an account at Recorded Future, for the download.</summary>
    [Parameter(Secret = true)]
    public string ApiToken { get; init; } = "<insert Recorded Future IPRisk API token>";

    /// <summary>The file with the list: CSV with a header and the columns Name (the address) and Risk.</summary>
    public string Database { get; init; } = "/opt/intelmq/var/lib/bots/recordedfuture_iprisk/rfiprisk.dat";

    /// <summary>Replaces a risk that the event already has.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether <c>intelmqctl update-database</c> downloads the list.</summary>
    public bool AutoupdateCachedDatabase { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check() => DatabaseFile.Check(Database);
}
