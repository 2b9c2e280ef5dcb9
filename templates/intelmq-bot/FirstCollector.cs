using System.Runtime.CompilerServices;

namespace Company.Bots;

// Below the namespace, so that Collector, Parser, Expert and Output are the base classes whatever the namespace is called.
using IntelMQ.Sdk;

/// <summary>Fetches the feed of Company Name.</summary>
[Bot("intelmq.bots.collectors.company_name.first")]
public sealed class FirstCollector(FirstOptions options, IHttpClients http) : Collector
{
    readonly HttpClient _client = http.Create(options);

    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return NewReport(await _client.GetByteArrayAsync(options.HttpUrl, cancellationToken), options.HttpUrl.AbsoluteUri);
    }
}

public sealed record FirstOptions : HttpOptions
{
    /// <summary>Where the feed is.</summary>
    public required Uri HttpUrl { get; init; }
}
