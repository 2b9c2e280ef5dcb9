using IntelMQ.Bots.Clients.Misp;

namespace IntelMQ.Bots.Outputs.Misp.Api;

/// <summary>Inserts events into a MISP server; those that it has already are brought up to date.</summary>
/// <remarks>The same event sent again finds itself, so that nothing is inserted twice after a lost answer.</remarks>
[Bot("intelmq.bots.outputs.misp.output_api", SingleInstance = true)]
public sealed class ApiOutput(ApiOutputOptions options, IHttpClients clients) : Output
{
    /// <summary>How many events of the server are looked at.</summary>
    const long MostFound = 20;

    readonly MispServer _server = new(clients.Create(options), options.MispUrl, options.MispKey);
    readonly string[] _significant = [.. options.SignificantFields];

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        List<object?> values = [.. _significant.Select(message.Get).Where(static value => !value.IsNone).Select(static value => (object?)PythonValues.ToText(value))];
        if (values.Count == 0)
        {
            Log.Warning($"An event has none of the significant fields ({string.Join(", ", _significant)}) and is not sent to MISP.");
            return;
        }

        var found = await _server.FindEventsAsync(new OrderedDictionary<string, object?>
        {
            ["returnFormat"] = "json",
            ["tags"] = new List<object?> { options.MispTagForBot },
            ["value"] = new OrderedDictionary<string, object?> { ["AND"] = values },
            ["limit"] = MostFound,
        }, cancellationToken);
        var same = found.Where(e => IsOf(e, message)).ToList();
        foreach (var e in same) await RefreshAsync(e, cancellationToken);
        if (same.Count == 0) await InsertAsync(message, cancellationToken);
    }

    /// <summary>Whether the first object of our template in MISP's event says the same as a message in all that is significant.</summary>
    bool IsOf(JsonRow e, Message message)
    {
        if (e.Items("Object").FirstOrDefault(static item => item.Get("name").Text == MispObject.Name) is not { } found) return false;
        var theirs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var attribute in found.Items("Attribute")) theirs.TryAdd(attribute.Get("object_relation").ToString(), PythonValues.ToText(attribute.Get("value")));
        return _significant.Prepend(Fields.FeedProvider.Name).All(name => theirs.GetValueOrDefault(name) == (message.Get(name) is { IsNone: false } ours ? PythonValues.ToText(ours) : null));
    }

    /// <summary>Sets the time of MISP's event to now. Its plain members go along, which the server insists on; what is not sent stays as it is.</summary>
    async Task RefreshAsync(JsonRow e, CancellationToken cancellationToken)
    {
        var changed = new OrderedDictionary<string, object?>();
        foreach (var (name, value) in e.Value.Map!)
            if (value is not (IReadOnlyList<object?> or IReadOnlyDictionary<string, object?>))
                changed[name] = value;
        changed["timestamp"] = MispObject.Timestamp(Context.Time.GetUtcNow());
        await _server.PostAsync($"events/edit/{Uri.EscapeDataString(e["uuid"].ToString())}", new OrderedDictionary<string, object?> { ["Event"] = changed }, cancellationToken);
    }

    Task<JsonRow> InsertAsync(Message message, CancellationToken cancellationToken)
    {
        var provider = message.TryGet(Fields.FeedProvider, out var known) ? known : null;
        var name = message.TryGet(Fields.FeedName, out var feed) ? feed : null;
        List<string> tags = [options.MispTagForBot, .. options.MispAdditionalTags];
        if (options.AddFeedProviderAsTag && provider is not null) tags.Add($"IntelMQ:feed.provider=\"{provider}\"");
        if (options.AddFeedNameAsTag && name is not null) tags.Add($"IntelMQ:feed.name=\"{name}\"");
        var inserted = new OrderedDictionary<string, object?>
        {
            ["info"] = provider is null ? "Created via IntelMQ" : $"Created from {provider} via IntelMQ",
            ["published"] = options.MispPublish,
            ["Tag"] = tags.Select(static tag => (object?)new OrderedDictionary<string, object?> { ["name"] = tag }).ToList(),
            ["Object"] = new List<object?> { MispObject.From(message).ToMap(Context.Time.GetUtcNow(), Attribute) },
        };
        return _server.PostAsync("events/add", new OrderedDictionary<string, object?> { ["Event"] = inserted }, cancellationToken);
    }

    OrderedDictionary<string, object?> Attribute(MispAttribute attribute, string timestamp)
    {
        var isCorrelated = _significant.Contains(attribute.Field) || options.MispAdditionalCorrelationFields.Contains(attribute.Field);
        return attribute.ToMap(timestamp, options.MispToIdsFields.Contains(attribute.Field), !isCorrelated);
    }
}

/// <summary>Parameters of <see cref="ApiOutput"/>.</summary>
public sealed record ApiOutputOptions : HttpOptions, ICheckable
{
    /// <summary>The URL of the server.</summary>
    public required string MispUrl { get; init; }

    /// <summary>The key of an account that may write events and tags.</summary>
    [Parameter(Secret = true)]
    public required string MispKey { get; init; }

    /// <summary>The tag of all events that this bot inserts, by which it finds them again.</summary>
    public required string MispTagForBot { get; init; }

    /// <summary>The fields that tell one event from another; an event with none of them is not sent.</summary>
    public required IReadOnlyList<string> SignificantFields { get; init; }

    /// <summary>Adds the tag <c>IntelMQ:feed.provider="…"</c>.</summary>
    public bool AddFeedProviderAsTag { get; init; } = true;

    /// <summary>Adds the tag <c>IntelMQ:feed.name="…"</c>.</summary>
    public bool AddFeedNameAsTag { get; init; } = true;

    /// <summary>Fields that MISP correlates beside the significant ones.</summary>
    public IReadOnlyList<string> MispAdditionalCorrelationFields { get; init; } = [];

    /// <summary>Further tags of inserted events.</summary>
    public IReadOnlyList<string> MispAdditionalTags { get; init; } = [];

    /// <summary>Publishes events as they are inserted.</summary>
    public bool MispPublish { get; init; }

    /// <summary>Fields that MISP exports to detection systems.</summary>
    public IReadOnlyList<string> MispToIdsFields { get; init; } = [];

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (UrlProblem("misp_url", MispUrl) is { } problem) yield return problem;
        if (MispTagForBot.Length == 0) yield return new(BotLogLevel.Error, "misp_tag_for_bot is empty; expected the name of a tag.", "misp_tag_for_bot");
    }
}
