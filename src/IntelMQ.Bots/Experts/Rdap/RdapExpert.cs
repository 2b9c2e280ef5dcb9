using System.Net.Http.Headers;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Rdap;

/// <summary>Adds the abuse contact of the domain of <c>source.fqdn</c>, as the registry says it by the Registration Data Access Protocol.</summary>
/// <remarks>Contacts are remembered.</remarks>
[Bot("intelmq.bots.experts.rdap.expert")]
public sealed class RdapExpert(RdapExpertOptions options, IHttpClients clients, IBotCache cache) : Enricher
{
    const string Bootstrap = "https://data.iana.org/rdap/dns.json";

    readonly HttpClient _client = clients.Create(options);
    readonly Dictionary<string, RdapServer> _servers = new(StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var answer = (await _client.GetAnswerAsync(Bootstrap, cancellationToken)).Expect().Json();
        foreach (var service in answer.Items("services"))
            if (service.Value.List is [IReadOnlyList<object?> suffixes, IReadOnlyList<object?> and [string url, ..], ..])
                foreach (var suffix in suffixes.OfType<string>())
                    _servers[suffix] = new RdapServer(url, null);
        foreach (var (suffix, server) in options.Servers) _servers[suffix] = server;
    }

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (!e.TryGet(Source.Fqdn, out var name)) return;
        if (await ContactAsync(name, cancellationToken) is { } contact) e.Enrich(Source.AbuseContact, contact, options.Overwrite);
    }

    async ValueTask<string?> ContactAsync(string name, CancellationToken cancellationToken)
    {
        var key = "rdap_" + name;
        if (await cache.GetAsync(key, cancellationToken) is { } known) return known;
        if (ServerFor(name) is not var (server, domain)) return null;

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{server.Url}domain/{domain}");
        if (server.Token is { } token) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var answer = await _client.AskAsync(request, cancellationToken);
        if (answer.Status == 404) return null;

        var contact = new RdapContacts(domain, Log).In(answer.Expect().Json(), options.RdapOrder);
        if (contact is not null) await cache.SetAsync(key, contact, null, cancellationToken);
        return contact;
    }

    /// <summary>The server for the longest suffix that is known, and the domain: one label more.</summary>
    (RdapServer Server, string Domain)? ServerFor(string name)
    {
        var start = 0;
        for (var dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1))
        {
            if (_servers.TryGetValue(name[(dot + 1)..], out var server)) return (server, name[start..]);
            start = dot + 1;
        }

        return null;
    }
}
