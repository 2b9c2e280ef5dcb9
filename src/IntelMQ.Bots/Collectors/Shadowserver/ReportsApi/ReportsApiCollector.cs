using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Bots.Collectors.Shadowserver.ReportsApi;

/// <summary>Downloads the reports of the last two days that the Shadowserver Foundation has for an account and that were not downloaded yet.</summary>
[Bot("intelmq.bots.collectors.shadowserver.collector_reports_api")]
public sealed class ReportsApiCollector(ReportsApiCollectorOptions options, IHttpClients clients, IBotCache cache) : Collector
{
    const string ListUrl = "https://transform.shadowserver.org/api2/reports/list";
    const string DownloadUrl = "https://dl.shadowserver.org/";

    static readonly Field FileName = Field.Named("extra.file_name");

    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var reports = await ListAsync(cancellationToken);
        Log.Info($"There are {reports.Count} reports to be had.");
        var downloaded = 0;
        foreach (var (id, file) in reports)
        {
            if (await cache.GetAsync(file, cancellationToken) is not null)
            {
                Log.Debug($"The report '{file}' was downloaded before.");
                continue;
            }

            if (await TryDownloadAsync(id, file, cancellationToken) is not { } report) continue;
            yield return report;
            downloaded++;
            await cache.SetAsync(file, "1", null, cancellationToken);
        }

        Log.Info($"Downloaded {downloaded} of {reports.Count} reports.");
    }

    async Task<List<(string Id, string File)>> ListAsync(CancellationToken cancellationToken)
    {
        var body = Encoding.UTF8.GetBytes(RequestText());
        using var request = new HttpRequestMessage(HttpMethod.Post, ListUrl) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("HMAC2", Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Secret), body)));
        var list = (await _client.AskAsync(request, cancellationToken)).Expect().Json();
        if (list.TryGet("error", out var error)) throw new InvalidDataException($"Shadowserver has refused to list reports: {error}");

        return
        [
            .. from item in list.Value.List ?? []
               let entry = new JsonRow(FieldValue.From(item))
               where options.Types is not { Count: > 0 } types || types.Contains(entry["type"].ToString())
               select (entry["id"].ToString(), entry["file"].ToString()),
        ];
    }

    // The signature covers the very bytes, so they are written as the service's own examples write them.
    string RequestText()
    {
        var today = Context.Time.GetUtcNow();
        string[] names = [.. (options.Reports ?? []).Concat(options.Country ?? []).Where(name => name.Length > 0)];
        var lists = names.Length == 0 ? "" : $" ,\"reports\": {JsonText.Write(FieldValue.From(names.Cast<object?>().ToList()))}";
        return $"{{ \"apikey\": {JsonText.Write(options.ApiKey)} ,\"date\": \"{Day(today.AddDays(-2))}:{Day(today)}\"{lists}}}";
    }

    static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>One report that cannot be had now does not keep the others away: it is tried again in the next run.</summary>
    async Task<Report?> TryDownloadAsync(string id, string file, CancellationToken cancellationToken)
    {
        try
        {
            var answer = (await _client.GetAnswerAsync(DownloadUrl + id, cancellationToken)).Expect();
            var report = NewReport(answer.Utf8());
            report.Add(FileName, file);
            return report;
        }
        catch (Exception e) when (e is TransientException or HttpRequestException)
        {
            Log.Error($"The report '{file}' could not be downloaded and is tried again in the next run: {e.Message}");
            return null;
        }
    }
}

/// <summary>Parameters of <see cref="ReportsApiCollector"/>.</summary>
public sealed record ReportsApiCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The key that Shadowserver has given out.</summary>
    [Parameter(Secret = true)]
    public required string ApiKey { get; init; }

    /// <summary>The secret that belongs to the key; requests are signed with it.</summary>
    [Parameter(Secret = true)]
    public required string Secret { get; init; }

    /// <summary>The names of mailing lists; without them those of the whole account are taken.</summary>
    public IReadOnlyList<string>? Reports { get; init; }

    /// <summary>Only reports of these types, such as <c>scan_smb</c>.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Deprecated: give the country's list in <c>reports</c>.</summary>
    public IReadOnlyList<string>? Country { get; init; }

    /// <summary>No longer supported: all reports come as CSV.</summary>
    public string? FileFormat { get; init; }

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(86400);

    /// <summary>The number of the cache in which files are remembered.</summary>
    public int RedisCacheDb { get; init; } = 12;

    /// <summary>How many seconds a file is remembered.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(864000);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (ApiKey.Length == 0) yield return new(BotLogLevel.Error, "api_key is empty; expected the key of your account.", "api_key");
        if (Secret.Length == 0) yield return new(BotLogLevel.Error, "secret is empty; expected the secret of your account.", "secret");
        if (FileFormat is not null) yield return new(BotLogLevel.Error, "file_format is no longer supported: all reports come as CSV. Remove it, and use the CSV feeds' parser.", "file_format");
        if (Country is not null) yield return new(BotLogLevel.Warning, "country is deprecated; name the country's list in reports.", "country");
    }
}
