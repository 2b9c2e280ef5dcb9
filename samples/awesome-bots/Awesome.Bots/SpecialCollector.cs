using System.Runtime.CompilerServices;
using System.Text;
using IntelMQ.Sdk;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace Awesome.Bots;

/// <summary>Fetches the feed of the source <c>Special</c>.</summary>
/// <remarks>Without a URL it yields one made-up event, so that the package can be tried without a network.</remarks>
[Bot("intelmq.bots.collectors.awesome.special")]
public sealed class SpecialCollector(SpecialOptions options, IHttpClients http) : Collector
{
    readonly HttpClient _client = http.Create(options);

    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = options.HttpUrl is null ? """{ "findings": [{ "source.ip": "192.0.2.1", "classification.type": "blacklist", "awesome.severity": 7 }] }""" : await FetchAsync(options.HttpUrl, cancellationToken);
        var findings = (JArray)JObject.Parse(text)["findings"]!;
        foreach (var part in findings.Chunk(options.PerReport))
            yield return NewReport(Encoding.UTF8.GetBytes(Lines(part)), options.HttpUrl?.AbsoluteUri);
    }

    // A finding a line, as the parser intelmq.bots.parsers.json.parser takes them with 'splitlines'.
    static string Lines(JToken[] findings) => string.Join('\n', findings.Select(finding => finding.ToString(Formatting.None)));

    async Task<string> FetchAsync(Uri url, CancellationToken cancellationToken) => await _client.GetStringAsync(url, cancellationToken);
}

public sealed record SpecialOptions : HttpOptions
{
    /// <summary>Where the feed is.</summary>
    public Uri? HttpUrl { get; init; }

    /// <summary>How many findings go into one report.</summary>
    public int PerReport { get; init; } = 100;
}
