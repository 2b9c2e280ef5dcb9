using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Bots.Collectors.AlienVaultOtx;

/// <summary>Downloads the pulses that an account of AlienVault's Open Threat Exchange is subscribed to.</summary>
[Bot("intelmq.bots.collectors.alienvault_otx.collector")]
public sealed class AlienVaultOtxCollector(AlienVaultOtxCollectorOptions options, IHttpClients clients) : Collector
{
    const string Api = "https://otx.alienvault.com/api/v1/pulses/subscribed";

    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var pulses = new List<object?>();
        var page = $"{Api}?limit=50&page=1{Since()}";
        while (page is not null)
        {
            var answer = await AskAsync(page, cancellationToken);
            pulses.AddRange(answer.Get("results").List ?? throw new InvalidDataException($"'{page}' has answered without results."));
            page = answer.Get("next").Text;
        }

        Log.Info($"Downloaded {pulses.Count} pulses.");
        yield return NewReport(Encoding.UTF8.GetBytes(JsonText.Write(FieldValue.From(pulses))));
    }

    string Since()
    {
        if (!options.ModifiedPulsesOnly) return "";
        var since = Context.Time.GetUtcNow().AddHours(-options.Interval);
        return "&modified_since=" + Uri.EscapeDataString(since.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture));
    }

    async Task<JsonRow> AskAsync(string page, CancellationToken cancellationToken)
    {
        // The key is for nobody else, whatever an answer names as the next page.
        if (!page.StartsWith(Api, StringComparison.Ordinal)) throw new InvalidDataException($"The service names '{page}' as its next page; expected one of {Api}.");
        using var request = new HttpRequestMessage(HttpMethod.Get, page);
        request.Headers.TryAddWithoutValidation("X-OTX-API-KEY", options.ApiKey);
        return (await _client.AskAsync(request, cancellationToken)).Expect().Json();
    }
}

/// <summary>Parameters of <see cref="AlienVaultOtxCollector"/>.</summary>
public sealed record AlienVaultOtxCollectorOptions : HttpOptions
{
    /// <summary>The key of the account.</summary>
    [Parameter(Secret = true)]
    public required string ApiKey { get; init; }

    /// <summary>Takes only pulses that were changed within <c>interval</c>.</summary>
    public bool ModifiedPulsesOnly { get; init; }

    /// <summary>How many hours back a change counts.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, 1_000_000)]
    public int Interval { get; init; } = 24;

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);
}
