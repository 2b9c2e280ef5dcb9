using System.Net.Http.Headers;
using System.Text;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Tuency;

/// <summary>Adds whom to notify about an event and how often, as a Tuency server says it.</summary>
[Bot("intelmq.bots.experts.tuency.expert")]
public sealed class TuencyExpert(TuencyExpertOptions options, IHttpClients clients) : Enricher
{
    static readonly Field Notify = Field.Named("extra.notify");
    static readonly Field TimeToLive = Field.Named("extra.ttl");

    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (QueryFor(e) is not { } query) return;
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{options.Url}intelmq/lookup?{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.AuthenticationToken);
        var answer = (await _client.AskAsync(request, cancellationToken)).Expect().Json();

        if (answer.Get("suppress").TryGetBoolean(out var isSuppressed) && isSuppressed) e.Enrich(Notify, false, options.Overwrite);
        else if (!answer.TryGet("interval", out var interval)) return;
        else e.Enrich(TimeToLive, SecondsOf(new JsonRow(interval)), options.Overwrite);

        // When nobody is named, the contact that is there stays.
        string[] contacts = [.. ContactsIn(answer, "ip"), .. ContactsIn(answer, "domain")];
        if (contacts.Length > 0) e.Enrich(Source.AbuseContact, string.Join(',', contacts), options.Overwrite);
    }

    /// <summary>Null when the event lacks what the server needs to know.</summary>
    static string? QueryFor(Event e)
    {
        if (!e.Has(Source.Ip) && !e.Has(Source.Fqdn)) return null;
        var query = new StringBuilder();
        foreach (var (name, field) in new (string, Field)[] { ("classification_taxonomy", ClassificationTaxonomy), ("classification_type", ClassificationType), ("feed_provider", FeedProvider), ("feed_name", FeedName) })
        {
            if (!e.Has(field)) return null;
            Append(query, name, e.Get(field));
        }

        Append(query, "feed_status", "production");
        if (e.Has(Source.Ip)) Append(query, "ip", e.Get(Source.Ip));
        if (e.Has(Source.Fqdn)) Append(query, "domain", e.Get(Source.Fqdn));
        return query.ToString();
    }

    static void Append(StringBuilder query, string name, FieldValue value) =>
        query.Append(query.Length > 0 ? "&" : "").Append(name).Append('=').Append(Uri.EscapeDataString(value.ToString()).Replace("%20", "+", StringComparison.Ordinal));

    static long SecondsOf(JsonRow interval)
    {
        var unit = interval.Get("unit").ToString();
        if (unit == "immediate") return 0;
        var text = $"{interval.Get("length")} {unit}";
        return RelativeTime.TryParse(text, out var span) ? (long)span.TotalSeconds : throw new InvalidDataException($"The server names the interval '{text}'; expected one such as '1 days', or the unit 'immediate'.");
    }

    static IEnumerable<string> ContactsIn(JsonRow answer, string kind) =>
        new JsonRow(answer.Get(kind)).Items("destinations").SelectMany(destination => destination.Items("contacts")).Select(contact => contact.Get("email").Text).OfType<string>();
}

/// <summary>Parameters of <see cref="TuencyExpert"/>.</summary>
public sealed record TuencyExpertOptions : HttpOptions, ICheckable
{
    /// <summary>Where the Tuency server is, with a slash at the end.</summary>
    public required string Url { get; init; }

    /// <summary>What the bot shows to the server.</summary>
    [Parameter(Secret = true)]
    public required string AuthenticationToken { get; init; }

    /// <summary>Replaces values that the event already has.</summary>
    public bool Overwrite { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!Url.EndsWith('/')) yield return new(BotLogLevel.Error, $"url is '{Url}'; expected one with a slash at the end.", "url");
    }
}
