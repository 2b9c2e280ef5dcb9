using System.Runtime.CompilerServices;
using System.Text;
using IntelMQ.Bots.Clients.Misp;

namespace IntelMQ.Bots.Collectors.Misp;

/// <summary>Takes the events of a MISP server that carry a tag, and tags them as taken.</summary>
[Bot("intelmq.bots.collectors.misp.collector")]
public sealed class MispCollector(MispCollectorOptions options, IHttpClients clients) : Collector
{
    readonly MispServer _server = new(clients.Create(options.MispVerify is { } verify ? options with { HttpVerifyCert = verify } : options), options.MispUrl, options.MispKey);

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (options.MispVerify is not null) Log.Warning("misp_verify is deprecated; use http_verify_cert.");
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var events = await _server.FindEventsAsync(new OrderedDictionary<string, object?> { ["returnFormat"] = "json", ["tags"] = new List<object?> { options.MispTagToProcess } }, cancellationToken);
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

    Task<JsonRow> PostAsync(string path, OrderedDictionary<string, object?> body, CancellationToken cancellationToken) => _server.PostAsync(path, body, cancellationToken);
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
        if (UrlProblem("misp_url", MispUrl) is { } problem) yield return problem;
        if (MispTagToProcess == MispTagProcessed)
            yield return new(BotLogLevel.Error, "misp_tag_processed is the same as misp_tag_to_process: events would be taken again and again, or lose the tag at once.", "misp_tag_processed");
    }
}
