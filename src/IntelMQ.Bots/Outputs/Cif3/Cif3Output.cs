using System.Text;

namespace IntelMQ.Bots.Outputs.Cif3;

/// <summary>Submits events as indicators to a server of the Collective Intelligence Framework, version 3.</summary>
[Bot("intelmq.bots.outputs.cif3.output", SingleInstance = true)]
public sealed class Cif3Output(Cif3OutputOptions options, IHttpClients clients) : Output
{
    static readonly JsonRow Table = EmbeddedTable.Read<Cif3Output>("indicators.table.json");

    /// <summary>Which field becomes which member of an indicator; of several for one the last counts.</summary>
    static readonly (Field Field, string Member)[] Members = [.. Table.Items("fields").Select(static row => (Field.Named(row["field"].ToString()), row["member"].ToString()))];

    static readonly IReadOnlyDictionary<string, string> TagsByType = Table.Texts("tags");

    readonly string _indicators = options.Cif3Url.TrimEnd('/') + "/indicators";
    readonly List<string> _waiting = [];
    HttpClient? _client;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _client = clients.Create(new Cif3Http { HttpVerifyCert = options.HttpVerifyCert });
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var indicator = Indicator(message);
        if (!indicator.ContainsKey("indicator")) throw new InvalidMessageException("The event has no address, name, URL, network or hash that could be an indicator.");
        _waiting.Add(JsonText.Write(FieldValue.From(indicator)));
        if (_waiting.Count >= Math.Max(1, options.Fireball)) await FlushAsync(cancellationToken);
    }

    OrderedDictionary<string, object?> Indicator(Message message)
    {
        var indicator = new OrderedDictionary<string, object?>();
        foreach (var (field, member) in Members)
            if (message.Get(field) is { IsNone: false } value)
                indicator[member] = value.ToObject();
        indicator["provider"] = message.TryGet(Fields.FeedProvider, out var provider) ? provider : "IntelMQ";
        indicator["tags"] = Tags(message).Select(static tag => (object?)tag).ToList();
        indicator["confidence"] = !options.Cif3StaticConfidence && message.TryGet(Fields.FeedAccuracy, out var accuracy) ? accuracy / 10 : options.Cif3FeedConfidence;
        // An indicator is of one group of users; all may see it unless the server says otherwise.
        indicator["group"] = "everyone";
        return indicator;
    }

    IEnumerable<string> Tags(Message message)
    {
        List<string> tags = [.. options.Cif3AdditionalTags];
        if (options.AddFeedProviderAsTag && message.TryGet(Fields.FeedProvider, out var provider)) tags.Add(provider);
        if (message.TryGet(Fields.ClassificationType, out var type))
            tags.AddRange(TagsByType.FirstOrDefault(pair => type.Contains(pair.Key, StringComparison.Ordinal)) is { Value: { } known } ? known.Split(',') : [type]);
        return tags.Distinct(StringComparer.Ordinal);
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        using var request = new HttpRequestMessage(HttpMethod.Post, _indicators) { Content = new StringContent($"[{string.Join(", ", _waiting)}]", Encoding.UTF8, "application/json") };
        request.Headers.TryAddWithoutValidation("Authorization", $"Token token={options.Cif3Token}");
        request.Headers.TryAddWithoutValidation("Accept", "application/vnd.cif.v3+json");
        var answer = await _client!.AskAsync(request, cancellationToken);
        if (answer.Status == 401) throw new ConfigurationException($"cif3_token: the server '{options.Cif3Url}' refuses it with the status {answer.Status} {answer.Reason}.");
        if (answer.Status is 400 or 422) throw new InvalidMessageException($"The server '{options.Cif3Url}' refuses {_waiting.Count} indicators with the status {answer.Status}: {answer.Text}");
        answer.Expect();
        _waiting.Clear();
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _client?.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>How the server is reached.</summary>
sealed record Cif3Http : HttpOptions;

/// <summary>Parameters of <see cref="Cif3Output"/>.</summary>
public sealed record Cif3OutputOptions : BotOptions, ICheckable
{
    /// <summary>The URL of the server.</summary>
    public required string Cif3Url { get; init; }

    /// <summary>The token of an account that may write.</summary>
    [Parameter(Secret = true)]
    public required string Cif3Token { get; init; }

    /// <summary>Adds the name of the provider to the tags.</summary>
    public bool AddFeedProviderAsTag { get; init; }

    /// <summary>Tags of all indicators.</summary>
    public IReadOnlyList<string> Cif3AdditionalTags { get; init; } = [];

    /// <summary>The confidence of indicators whose event has no <c>feed.accuracy</c>, from 0 to 10.</summary>
    [System.ComponentModel.DataAnnotations.Range(0.0, 10.0)]
    public double Cif3FeedConfidence { get; init; } = 5;

    /// <summary>Takes <c>cif3_feed_confidence</c> also for events with <c>feed.accuracy</c>.</summary>
    public bool Cif3StaticConfidence { get; init; }

    /// <summary>How many indicators go with one request at the most; 0 sends each by itself.</summary>
    [System.ComponentModel.DataAnnotations.Range(0, 100_000)]
    public int Fireball { get; init; } = 500;

    /// <summary>Whether the certificate is verified: true, false, or the path of a file with certificate authorities.</summary>
    [Parameter(DefaultJson = "true")]
    public FieldValue HttpVerifyCert { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (!Uri.TryCreate(Cif3Url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            yield return new(BotLogLevel.Error, $"cif3_url is '{Cif3Url}'; expected a URL with http:// or https://.", "cif3_url");
        if (Cif3Token.Length == 0) yield return new(BotLogLevel.Error, "cif3_token is empty; expected the token of an account that may write.", "cif3_token");
    }
}
