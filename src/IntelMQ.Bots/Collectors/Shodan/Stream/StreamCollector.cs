using System.Runtime.CompilerServices;

namespace IntelMQ.Bots.Collectors.Shodan.Stream;

/// <summary>Reads Shodan's stream of what it finds, for some countries or for an alert; each line is a report.</summary>
[Bot("intelmq.bots.collectors.shodan.collector_stream")]
public sealed class StreamCollector(StreamCollectorOptions options, IHttpClients clients) : Collector
{
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = options.Alert is { Length: > 0 } alert ? $"alert/{Uri.EscapeDataString(alert)}" : $"countries/{string.Join(',', options.Countries.Select(Uri.EscapeDataString))}";
        Log.Info($"Connecting to the stream '{stream}'.");
        var url = $"https://stream.shodan.io/shodan/{stream}?key={Uri.EscapeDataString(options.ApiKey)}";
        await using var lines = _client.ReadLinesAsync(url, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(lines, stream)) yield return NewReport(lines.Current);
        Log.Info("The server has ended the stream.");
    }

    /// <summary>Reads on; errors name the stream rather than its URL, which has the key in it.</summary>
    static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<byte[]> lines, string stream)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (TransientException e)
        {
            throw new TransientException($"The stream '{stream}' of Shodan broke or cannot be reached: {e.InnerException?.Message ?? "the server is out of order."}", e.RetryAfter);
        }
        catch (HttpRequestException e)
        {
            throw new HttpRequestException($"Shodan answered the request for the stream '{stream}' with the status {(int?)e.StatusCode}.", null, e.StatusCode);
        }
    }
}

/// <summary>Parameters of <see cref="StreamCollector"/>.</summary>
public sealed record StreamCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The key of an account that may use the stream.</summary>
    [Parameter(Secret = true)]
    public required string ApiKey { get; init; }

    /// <summary>The countries, in two letters.</summary>
    public IReadOnlyList<string> Countries { get; init; } = [];

    /// <summary>The id of an alert, instead of countries.</summary>
    public string? Alert { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Countries.Count > 0 && !string.IsNullOrEmpty(Alert)) yield return new(BotLogLevel.Error, "countries and alert are both given; expected one of them.", "alert");
        if (Countries.Count == 0 && string.IsNullOrEmpty(Alert)) yield return new(BotLogLevel.Error, "Neither countries nor alert is given; expected one of them.", "countries");
    }
}
