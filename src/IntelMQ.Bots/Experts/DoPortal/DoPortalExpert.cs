using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.DoPortal;

/// <summary>Adds the abuse contacts that a Do Portal server knows for the address of the source.</summary>
[Bot("intelmq.bots.experts.do_portal.expert")]
public sealed class DoPortalExpert(DoPortalExpertOptions options, IHttpClients clients) : Enricher
{
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (!e.TryGet(Source.Ip, out var address)) return;
        var contacts = await AskAsync(address, cancellationToken);

        // When nobody is known, the contact that is there stays.
        if (contacts.Count == 0) return;
        var known = options.Mode == DoPortalMode.Append && e.TryGet(Source.AbuseContact, out var present) ? contacts.Prepend(present) : contacts;
        e.Set(Source.AbuseContact, string.Join(',', known));
    }

    async Task<IReadOnlyList<string>> AskAsync(string address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{options.PortalUrl.TrimEnd('/')}/api/1.0/ripe/contact?cidr={address}");
        request.Headers.Add("Accept", "application/json");
        request.Headers.TryAddWithoutValidation("API-Authorization", options.PortalApiKey);
        var answer = await _client.AskAsync(request, cancellationToken);
        if (answer.Status == 404 && JsonText.TryParse(answer.Text, out var problem) && SaysNothing(new JsonRow(problem))) return [];
        return [.. answer.Expect().Json().Items("abusecs").Select(contact => contact.Value.Text).OfType<string>()];
    }

    static bool SaysNothing(JsonRow problem) => problem.TryGetText("message", out var message) && message.StartsWith("('no such cidr'", StringComparison.Ordinal);
}

/// <summary>What becomes of a contact that an event has.</summary>
public enum DoPortalMode
{
    /// <summary>New contacts are put behind it.</summary>
    Append,

    /// <summary>New contacts replace it.</summary>
    Replace,
}

/// <summary>Parameters of <see cref="DoPortalExpert"/>.</summary>
public sealed record DoPortalExpertOptions : HttpOptions, ICheckable
{
    /// <summary>What becomes of a contact that an event has.</summary>
    public DoPortalMode Mode { get; init; } = DoPortalMode.Append;

    /// <summary>Where the server is, without the path of its interface.</summary>
    public required string PortalUrl { get; init; }

    /// <summary>What the bot shows to the server.</summary>
    [Parameter(Secret = true)]
    public required string PortalApiKey { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (UrlProblem("portal_url", PortalUrl) is { } problem) yield return problem;
    }
}
