using IntelMQ.Bots.Clients.Misp;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Misp;

/// <summary>Adds the identifiers of an attribute with the address of the source, and of its event, that a MISP server has.</summary>
[Bot("intelmq.bots.experts.misp.expert")]
public sealed class MispExpert(MispExpertOptions options, IHttpClients clients) : Enricher
{
    readonly MispServer _server = new(clients.Create(options), options.MispUrl, options.MispKey);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        // The two identifiers belong together: one is not added to another that came with the event.
        if (e.Has(MispAttributeUuid) || e.Has(MispEventUuid) || !e.TryGet(Source.Ip, out var address)) return;
        var attributes = new JsonRow((await SearchAsync(address, cancellationToken)).Get("response")).Items("Attribute");
        if (attributes.FirstOrDefault() is not { } attribute) return;
        e.Add(MispAttributeUuid, attribute.Get("uuid"));
        e.Add(MispEventUuid, attribute.Get("Event", "uuid"));
    }

    Task<JsonRow> SearchAsync(string address, CancellationToken cancellationToken) =>
        _server.PostAsync("attributes/restSearch", new OrderedDictionary<string, object?> { ["returnFormat"] = "json", ["value"] = address, ["page"] = 1L, ["limit"] = 1L }, cancellationToken);
}

/// <summary>Parameters of <see cref="MispExpert"/>.</summary>
public sealed record MispExpertOptions : HttpOptions, ICheckable
{
    /// <summary>The key of the user on the server.</summary>
    [Parameter(Secret = true)]
    public required string MispKey { get; init; }

    /// <summary>Where the server is.</summary>
    public required string MispUrl { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (UrlProblem("misp_url", MispUrl) is { } problem) yield return problem;
    }
}
