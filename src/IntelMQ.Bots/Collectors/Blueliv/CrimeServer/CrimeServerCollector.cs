using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Bots.Collectors.Blueliv.CrimeServer;

/// <summary>Downloads the crime servers that Blueliv says are online.</summary>
[Bot("intelmq.bots.collectors.blueliv.collector_crimeserver")]
public sealed class CrimeServerCollector(CrimeServerCollectorOptions options, IHttpClients clients) : Collector
{
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, options.ApiUrl.TrimEnd('/') + "/v1/crimeserver/online");
        request.Headers.TryAddWithoutValidation("Authorization", "bearer " + options.ApiKey);
        var answer = (await _client.AskAsync(request, cancellationToken)).Expect().Json();
        var servers = answer.Get("crimeServers");
        if (servers.List is null) throw new InvalidDataException("Blueliv has answered without the list 'crimeServers'.");
        yield return NewReport(Encoding.UTF8.GetBytes(JsonText.Write(servers)));
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
        if (UrlProblem("api_url", ApiUrl) is { } problem) yield return problem;
    }
}
