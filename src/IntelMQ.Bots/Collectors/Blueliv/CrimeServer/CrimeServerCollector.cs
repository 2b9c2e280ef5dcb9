using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Bots.Collectors.Blueliv.CrimeServer;

/// <summary>Downloads the crime servers that Blueliv says are online.</summary>
[Bot("intelmq.bots.collectors.blueliv.collector_crimeserver")]
public sealed class CrimeServerCollector(CrimeServerCollectorOptions options, IHttpClients clients) : Collector
{
    HttpClient? _client;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _client = clients.Create(options);
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, options.ApiUrl.TrimEnd('/') + "/v1/crimeserver/online");
        request.Headers.TryAddWithoutValidation("Authorization", "bearer " + options.ApiKey);
        var answer = (await _client!.AskAsync(request, cancellationToken)).Expect().Json();
        var servers = answer.Get("crimeServers");
        if (servers.List is null) throw new InvalidDataException("Blueliv has answered without the list 'crimeServers'.");
        yield return NewReport(Encoding.UTF8.GetBytes(JsonText.Write(servers)));
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="CrimeServerCollector"/>.</summary>
public sealed record CrimeServerCollectorOptions : HttpOptions, ICheckable
{
    /// <summary>The key of the account.</summary>
    [Parameter(Secret = true)]
    public required string ApiKey { get; init; }

    /// <summary>The service; paying customers have another one than the default.</summary>
    public string ApiUrl { get; init; } = "https://freeapi.blueliv.com";

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!Uri.TryCreate(ApiUrl, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            yield return new(BotLogLevel.Error, $"api_url: '{ApiUrl}' is no URL; expected one with http:// or https://.", "api_url");
    }
}
