using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.Microsoft.Interflow;

/// <summary>Downloads the files that Microsoft's Interflow shares with an account and that were not downloaded yet.</summary>
[Bot("intelmq.bots.collectors.microsoft.collector_interflow")]
public sealed class InterflowCollector(InterflowCollectorOptions options, IHttpClients clients, IBotCache cache) : Collector
{
    const string Api = "https://interflow.azure-api.net/file/api/file/";

    readonly HttpClient _client = clients.Create(((HttpOptions)options) with { HttpTimeoutSec = options.HttpTimeoutSec, HttpHeader = new Dictionary<string, string>(options.HttpHeader) { ["Ocp-Apim-Subscription-Key"] = options.ApiKey } });
    Regex? _match;
    PointInTime? _oldest;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        // The original's "match" is bound to the beginning of the name.
        if (!string.IsNullOrEmpty(options.FileMatch)) _match = PythonRegex.Compile($"^(?:{options.FileMatch})");
        _oldest = PointInTime.Parse(options.NotOlderThan);
        if (_oldest is not null && ForgetsTooSoon(_oldest.At(Context.Time.GetUtcNow()))) throw new ConfigurationException(TooSoon);
        return default;
    }

    const string TooSoon = "redis_cache_ttl is less than the time of not_older_than: the same files would be downloaded again and again. Expected it to be at least as long.";

    bool ForgetsTooSoon(DateTimeOffset oldest) => Context.Time.GetUtcNow() - oldest > options.RedisCacheTtl && options.RedisCacheTtl > TimeSpan.Zero;

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var oldest = _oldest?.At(Context.Time.GetUtcNow());
        // A fixed point moves away from now while the bot runs.
        if (oldest is { } point && _oldest!.Ago is null && ForgetsTooSoon(point)) throw new ConfigurationException(TooSoon);
        var list = (await _client.GetAnswerAsync(Api + "listsharedfiles", cancellationToken)).Expect().Json();
        foreach (var entry in (list.Value.List ?? []).Select(item => new JsonRow(FieldValue.From(item))))
        {
            var name = entry["Name"].ToString();
            if (await WhySkippedAsync(name, entry, oldest, cancellationToken) is { } reason)
            {
                Log.Debug($"The file '{name}' is skipped: {reason}");
                continue;
            }

            yield return await DownloadAsync(name, cancellationToken);
            await cache.SetAsync(name, "True", null, cancellationToken);
        }
    }

    async Task<string?> WhySkippedAsync(string name, JsonRow entry, DateTimeOffset? oldest, CancellationToken cancellationToken)
    {
        if (_match is not null && !_match.IsMatch(name)) return "its name does not match.";
        if (oldest is { } limit && LastModified(entry) < limit) return "it is too old.";
        return await cache.GetAsync(name, cancellationToken) is null ? null : "it was downloaded before.";
    }

    static DateTimeOffset LastModified(JsonRow entry) =>
        TimeFormat.Fuzzy.TryConvert(entry["LastModified"].ToString(), out var text) && PointInTime.TryRead(text, out var time)
            ? time
            : throw new InvalidDataException($"'{entry["LastModified"]}' of the file '{entry["Name"]}' is no time.");

    async Task<Report> DownloadAsync(string name, CancellationToken cancellationToken)
    {
        var url = $"{Api}download?fileName={Uri.EscapeDataString(name)}";
        Log.Info($"Downloading '{name}'.");
        var answer = (await _client.GetAnswerAsync(url, cancellationToken)).Expect();
        if (!name.EndsWith(".gz", StringComparison.Ordinal)) return NewReport(answer.Utf8(), url);
        using var content = new MemoryStream();
        await using var gzip = new GZipStream(new MemoryStream(answer.Content), CompressionMode.Decompress);
        await gzip.CopyToAsync(content, cancellationToken);
        return NewReport(content.ToArray(), url);
    }
}

/// <summary>Parameters of <see cref="InterflowCollector"/>.</summary>
public sealed record InterflowCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The key of the account.</summary>
    [Parameter(Secret = true)]
    public string ApiKey { get; init; } = "";

    /// <summary>Seconds to wait for the service, which takes its time.</summary>
    public new TimeSpan HttpTimeoutSec { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>A regular expression that the beginning of a file's name must match.</summary>
    public string? FileMatch { get; init; }

    /// <summary>How old files may be: a span such as <c>2 days</c>, or a point in time; empty means any age.</summary>
    public string NotOlderThan { get; init; } = "2 days";

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>The number of the cache in which files are remembered.</summary>
    public int RedisCacheDb { get; init; } = 5;

    /// <summary>How many seconds a file is remembered: at least as long as <c>not_older_than</c>.</summary>
    public TimeSpan RedisCacheTtl { get; init; } = TimeSpan.FromSeconds(604800);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (ApiKey.Length == 0) yield return new(BotLogLevel.Error, "api_key is empty; expected the key of your account.", "api_key");
        if (RegexProblem.Of(FileMatch) is { } regex) yield return new(BotLogLevel.Error, $"file_match: {regex}", "file_match");
        if (PointInTime.ProblemOf(NotOlderThan) is { } problem) yield return new(BotLogLevel.Error, $"not_older_than: {problem}", "not_older_than");
    }
}
