using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Collectors.GithubApi.GithubContentsApi;

/// <summary>Downloads the files of a GitHub repository whose names match an expression, in all of its folders.</summary>
[Bot("intelmq.bots.collectors.github_api.collector_github_contents_api")]
public sealed class GithubContentsApiCollector(GithubContentsApiCollectorOptions options, IHttpClients clients) : Collector
{
    const string Api = "https://api.github.com/";

    static readonly Field FileMetadata = Field.Named("extra.file_metadata");

    readonly HttpClient _client = clients.Create(options);
    Regex? _name;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(options.PersonalAccessToken)) Log.Warning("Without personal_access_token GitHub answers 60 requests per hour.");
        _name = PythonRegex.Compile(options.Regex);
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = new Queue<string>([$"{Api}repos/{options.Repository}/contents"]);
        while (folders.TryDequeue(out var folder))
        {
            foreach (var entry in await ListAsync(folder, cancellationToken))
            {
                var type = entry.Get("type").Text;
                if (type == "dir") folders.Enqueue(entry["url"].ToString());
                else if (type == "file" && _name!.IsMatch(entry["name"].ToString())) yield return await DownloadAsync(entry, cancellationToken);
            }
        }
    }

    async Task<IEnumerable<JsonRow>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        // The token is for nobody else, whatever a listing says.
        if (!folder.StartsWith(Api, StringComparison.Ordinal)) throw new InvalidDataException($"GitHub names '{folder}' as a folder; expected one below {Api}.");
        using var request = new HttpRequestMessage(HttpMethod.Get, folder);
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.github.v3.text-match+json");
        if (!string.IsNullOrEmpty(options.PersonalAccessToken)) request.Headers.TryAddWithoutValidation("Authorization", options.PersonalAccessToken);
        var answer = await _client.AskAsync(request, cancellationToken);
        if (answer.Status == 401) throw new HttpRequestException($"GitHub refuses personal_access_token: {answer.Json().Get("message")}.", null, System.Net.HttpStatusCode.Unauthorized);
        if (answer.Status == 404) throw new HttpRequestException($"GitHub knows no '{folder}'; is the repository '{options.Repository}' right, and may the token see it?", null, System.Net.HttpStatusCode.NotFound);
        return answer.Expect().Json().Value.List?.Select(item => new JsonRow(FieldValue.From(item)))
            ?? throw new InvalidDataException($"GitHub has answered '{folder}' with no list.");
    }

    async Task<Report> DownloadAsync(JsonRow entry, CancellationToken cancellationToken)
    {
        var url = entry["download_url"].ToString();
        Log.Info($"Downloading '{url}'.");
        var answer = (await _client.GetAnswerAsync(url, cancellationToken)).Expect();
        var report = NewReport(answer.Content, url);
        if (Metadata(entry) is { Count: > 0 } metadata) report.Add(FileMetadata, FieldValue.From(metadata));
        return report;
    }

    OrderedDictionary<string, object?> Metadata(JsonRow entry)
    {
        var metadata = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var name in options.ExtraFields.Where(name => name.Length > 0))
        {
            if (entry.Has(name)) metadata[name] = entry.Value.Map![name];
            else Log.Warning($"GitHub's listing has no '{name}', which extra_fields names.");
        }

        return metadata;
    }
}

/// <summary>Parameters of <see cref="GithubContentsApiCollector"/>.</summary>
public sealed record GithubContentsApiCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>Owner and name of the repository, <c>owner/name</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>What is searched in the names of files; those that have it are downloaded.</summary>
    public required string Regex { get; init; }

    /// <summary>What of the listing goes with a file into <c>extra.file_metadata</c>, such as <c>sha</c> and <c>size</c>.</summary>
    public IReadOnlyList<string> ExtraFields { get; init; } = [];

    /// <summary>Sent as the header <c>Authorization</c>, so with its scheme: <c>token …</c>.</summary>
    [Parameter(Secret = true)]
    public string? PersonalAccessToken { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!Repository.Contains('/', StringComparison.Ordinal)) yield return new(BotLogLevel.Error, $"repository: '{Repository}' is no repository; expected 'owner/name'.", "repository");
        if (RegexProblem.Of(Regex) is { } problem) yield return new(BotLogLevel.Error, $"regex: {problem}", "regex");
    }
}
