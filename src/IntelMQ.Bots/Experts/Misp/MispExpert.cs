using System.Text;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Misp;

/// <summary>Adds the identifiers of an attribute with the address of the source, and of its event, that a MISP server has.</summary>
[Bot("intelmq.bots.experts.misp.expert")]
public sealed class MispExpert(MispExpertOptions options, IHttpClients clients) : Enricher
{
    readonly HttpClient _client = clients.Create(options);

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (!e.TryGet(Source.Ip, out var address)) return;
        var attributes = new JsonRow((await SearchAsync(address, cancellationToken)).Get("response")).Items("Attribute");
        if (attributes.FirstOrDefault() is not { } attribute) return;
        e.Add(MispAttributeUuid, attribute.Get("uuid"));
        e.Add(MispEventUuid, attribute.Get("Event", "uuid"));
    }

    async Task<JsonRow> SearchAsync(string address, CancellationToken cancellationToken)
    {
        var wanted = new OrderedDictionary<string, object?> { ["returnFormat"] = "json", ["value"] = address, ["page"] = 1L, ["limit"] = 1L };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{options.MispUrl.TrimEnd('/')}/attributes/restSearch");
        request.Content = new StringContent(JsonText.Write(FieldValue.From(wanted)), Encoding.UTF8, "application/json");
        request.Headers.TryAddWithoutValidation("Authorization", options.MispKey);
        request.Headers.Add("Accept", "application/json");
        return (await _client.AskAsync(request, cancellationToken)).Expect().Json();
    }

    /// <inheritdoc />
    public override ValueTask DisposeAsync()
    {
        _client.Dispose();
        return base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="MispExpert"/>.</summary>
public sealed record MispExpertOptions : HttpOptions
{
    /// <summary>The key of the user on the server.</summary>
    [Parameter(Secret = true)]
    public required string MispKey { get; init; }

    /// <summary>Where the server is.</summary>
    public required string MispUrl { get; init; }
}
