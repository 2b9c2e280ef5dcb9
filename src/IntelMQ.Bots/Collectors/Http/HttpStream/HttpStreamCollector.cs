using System.Runtime.CompilerServices;

namespace IntelMQ.Bots.Collectors.Http.HttpStream;

/// <summary>Reads an answer that goes on and on; each line becomes a report.</summary>
/// <remarks>When the connection breaks, the host opens it anew after <c>error_retry_delay</c>; when the server ends the answer, after <c>rate_limit</c>.</remarks>
[Bot("intelmq.bots.collectors.http.collector_http_stream")]
public sealed class HttpStreamCollector(HttpStreamCollectorOptions options, IHttpClients clients) : Collector
{
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Log.Info($"Connecting to the stream at '{options.HttpUrl}'.");
        await foreach (var line in _client.ReadLinesAsync(options.HttpUrl, cancellationToken))
        {
            var data = options.StripLines ? Strip(line) : line;
            if (!data.IsEmpty) yield return NewReport(data, options.HttpUrl);
        }

        Log.Info("The server has ended the stream.");
    }

    static ReadOnlyMemory<byte> Strip(ReadOnlyMemory<byte> line) => line.Trim(" \t\n\v\f\r\x1c\x1d\x1e\x1f"u8);
}

/// <summary>Parameters of <see cref="HttpStreamCollector"/>.</summary>
public sealed record HttpStreamCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>Where the stream is.</summary>
    public required string HttpUrl { get; init; }

    /// <summary>Removes white space around lines.</summary>
    public bool StripLines { get; init; } = true;

    /// <summary>Seconds between the end of a stream and the next connection.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (UrlProblem("http_url", HttpUrl) is { } problem) yield return problem;
    }
}
