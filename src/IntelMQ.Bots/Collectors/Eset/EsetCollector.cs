using System.Runtime.CompilerServices;
using System.Text;

namespace IntelMQ.Bots.Collectors.Eset;

/// <summary>Polls a collection of ESET's threat intelligence by TAXII 1.1.</summary>
[Bot("intelmq.bots.collectors.eset.collector")]
public sealed class EsetCollector(EsetCollectorOptions options, IHttpClients clients) : Collector
{
    static readonly Field EsetFeed = Field.Named("extra.eset_feed");

    readonly HttpClient _client = clients.Create(options with { HttpUsername = options.Username, HttpPassword = options.Password });

    string DiscoveryUrl => $"https://{options.Endpoint}/taxiiservice/discovery";

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var end = Context.Time.GetUtcNow();
        var taxii = new TaxiiClient(_client);
        var poll = await taxii.DiscoverPollServiceAsync(DiscoveryUrl, cancellationToken);
        await foreach (var content in taxii.PollAsync(poll, options.Collection, end - options.TimeDelta, end, cancellationToken))
        {
            if (content.Length == 0) continue;
            var report = NewReport(Encoding.UTF8.GetBytes(content), DiscoveryUrl);
            report.Add(EsetFeed, options.Collection);
            yield return report;
        }
    }
}

/// <summary>Parameters of <see cref="EsetCollector"/>.</summary>
public sealed record EsetCollectorOptions : HttpOptions
{
    /// <summary>The name of the server.</summary>
    public string Endpoint { get; init; } = "eti.eset.com";

    /// <summary>The user.</summary>
    public required string Username { get; init; }

    /// <summary>The user's password.</summary>
    [Parameter(Secret = true)]
    public required string Password { get; init; }

    /// <summary>The collection: <c>ei.urls (json)</c> or <c>ei.domains v2 (json)</c>.</summary>
    public required string Collection { get; init; }

    /// <summary>How many seconds back a run asks.</summary>
    public TimeSpan TimeDelta { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(3600);
}
