using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml.Linq;

namespace IntelMQ.Bots.Collectors.Microsoft.Azure;

/// <summary>Downloads the compressed files of a container of Azure Blob Storage that were not downloaded yet.</summary>
[Bot("intelmq.bots.collectors.microsoft.collector_azure")]
public sealed class AzureCollector(AzureCollectorOptions options, IHttpClients clients, IBotCache cache) : Collector
{
    readonly HttpClient _client = clients.Create(options);
    StorageAccount? _account;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _account = StorageAccount.Parse(options.ConnectionString);
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var name in NamesAsync(cancellationToken))
        {
            if (await cache.GetAsync(name, cancellationToken) is not null)
            {
                Log.Debug($"The file '{name}' was downloaded before.");
                continue;
            }

            Log.Info($"Downloading '{name}'.");
            var compressed = await AskAsync(EscapedPath(name), "", cancellationToken);
            yield return NewReport(Unpack(compressed.Content, name));
            await cache.SetAsync(name, "1", null, cancellationToken);
        }
    }

    async IAsyncEnumerable<string> NamesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var marker = "";
        do
        {
            var answer = await AskAsync("", "restype=container&comp=list" + (marker.Length > 0 ? "&marker=" + Uri.EscapeDataString(marker) : ""), cancellationToken);
            var list = XDocument.Parse(answer.Text.TrimStart('\uFEFF')).Root!;
            foreach (var blob in list.Elements("Blobs").Elements("Blob"))
                if (blob.Element("Name")?.Value is { Length: > 0 } name)
                    yield return name;
            marker = list.Element("NextMarker")?.Value ?? "";
        }
        while (marker.Length > 0);
    }

    async Task<HttpAnswer> AskAsync(string blob, string query, CancellationToken cancellationToken)
    {
        using var request = _account!.Request($"/{options.ContainerName}{blob}", query, Context.Time.GetUtcNow());
        var answer = await _client.AskAsync(request, cancellationToken);
        if (answer.IsSuccess) return answer;
        // The URL may hold a signature that is as good as a password.
        var problem = $"Azure answered the request for '{options.ContainerName}{Uri.UnescapeDataString(blob)}' with the status {answer.Status} {answer.Reason}.";
        throw answer.Status is 408 or 429 or >= 500 ? new TransientException(problem) : new HttpRequestException(problem, null, (System.Net.HttpStatusCode)answer.Status);
    }

    static string EscapedPath(string name) => "/" + string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

    static byte[] Unpack(byte[] compressed, string name)
    {
        try
        {
            using var content = new MemoryStream();
            using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
            gzip.CopyTo(content);
            return content.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"The file '{name}' is not compressed with gzip: {e.Message}", e);
        }
    }
}

/// <summary>Parameters of <see cref="AzureCollector"/>.</summary>
public sealed record AzureCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>How to reach the storage account, as Azure's portal shows it: with an account key or a shared access signature.</summary>
    [Parameter(Secret = true)]
    public required string ConnectionString { get; init; }

    /// <summary>The container.</summary>
    public required string ContainerName { get; init; }

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>The number of the cache in which files are remembered.</summary>
    public int RedisCacheDb { get; init; } = 5;

    /// <summary>How many seconds a file is remembered.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(864000);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (StorageAccount.ProblemOf(ConnectionString) is { } problem) yield return new(BotLogLevel.Error, $"connection_string: {problem}", "connection_string");
        if (ContainerName.Length == 0) yield return new(BotLogLevel.Error, "container_name is empty; expected the name of a container.", "container_name");
    }
}
