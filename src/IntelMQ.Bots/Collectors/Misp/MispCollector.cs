using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Bots.Collectors.Misp;

/// <summary>Takes the events of a MISP server that carry a tag, and tags them as taken.</summary>
[Bot("intelmq.bots.collectors.misp.collector")]
public sealed class MispCollector(MispCollectorOptions options, IHttpClients clients) : Collector
{
    readonly string _server = options.MispUrl.TrimEnd('/') + "/";

    HttpClient? _client;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (options.MispVerify is not null) Log.Warning("misp_verify is deprecated; use http_verify_cert.");
        _client = clients.Create(options.MispVerify is { } verify ? options with { HttpVerifyCert = verify } : options);
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var found = await PostAsync("events/restSearch", new() { ["returnFormat"] = "json", ["tags"] = new List<object?> { options.MispTagToProcess } }, cancellationToken);
        var events = EventsOf(found);
        Log.Info($"MISP has {events.Count} events with the tag '{options.MispTagToProcess}'.");
        foreach (var e in events) yield return NewReport(Encoding.UTF8.GetBytes(e.ToSortedText()), options.MispUrl);

        // Only now are all of them safe; whatever fails before is collected again.
        foreach (var e in events)
        {
            var id = e["uuid"].ToString();
            if (!string.IsNullOrEmpty(options.MispTagProcessed)) await PostAsync("tags/attachTagToObject", new() { ["uuid"] = id, ["tag"] = options.MispTagProcessed }, cancellationToken);
            await PostAsync("tags/removeTagFromObject", new() { ["uuid"] = id, ["tag"] = options.MispTagToProcess }, cancellationToken);
        }
    }

    /// <summary>Older servers answer with the list itself, newer ones put it under <c>response</c>.</summary>
    static List<JsonRow> EventsOf(JsonRow found)
    {
        var list = found.Value.List ?? found.Get("response").List ?? throw new InvalidDataException($"MISP has answered the search with no list of events: {found}");
        return [.. list.Select(item => new JsonRow(FieldValue.From(item)).Object("Event"))];
    }

    async Task<JsonRow> PostAsync(string path, OrderedDictionary<string, object?> body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _server + path) { Content = new StringContent(JsonText.Write(FieldValue.From(body)), Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", options.MispKey);
        request.Headers.TryAddWithoutValidation("Accept", "application/json");
        return (await _client!.AskAsync(request, cancellationToken)).Expect().Json();
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="MispCollector"/>.</summary>
public sealed record MispCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The URL of the server.</summary>
    public required string MispUrl { get; init; }

    /// <summary>The key of an account that may change tags.</summary>
    [Parameter(Secret = true)]
    public required string MispKey { get; init; }

    /// <summary>The tag of events to be taken; it is removed when they are safe.</summary>
    public required string MispTagToProcess { get; init; }

    /// <summary>The tag that events get when they are safe.</summary>
    public string? MispTagProcessed { get; init; }

    /// <summary>Deprecated name of <c>http_verify_cert</c>.</summary>
    public bool? MispVerify { get; init; }

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!Uri.TryCreate(MispUrl, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            yield return new(BotLogLevel.Error, $"misp_url: '{MispUrl}' is no URL; expected one with http:// or https://.", "misp_url");
        if (MispTagToProcess == MispTagProcessed)
            yield return new(BotLogLevel.Error, "misp_tag_processed is the same as misp_tag_to_process: events would be taken again and again, or lose the tag at once.", "misp_tag_processed");
    }
}
