namespace IntelMQ.Bots.Experts.Ripe;

/// <summary>One kind of question to the services of RIPE NCC.</summary>
/// <param name="Name">Its name in the cache, which the original shares.</param>
/// <param name="Url">Where it is asked, with the resource between the two parts.</param>
sealed record RipeService(string Name, (string Before, string Behind) Url)
{
    public static RipeService DatabaseIp { get; } = new("db_ip", ("https://rest.db.ripe.net/abuse-contact/", ".json"));

    public static RipeService DatabaseAsn { get; } = new("db_asn", ("https://rest.db.ripe.net/abuse-contact/as", ".json"));

    public static RipeService Stat { get; } = new("stat", ("https://stat.ripe.net/data/abuse-contact-finder/data.json?resource=", ""));

    public static RipeService StatGeolocation { get; } = new("stat_geolocation", ("https://stat.ripe.net/data/maxmind-geo-lite/data.json?resource=", ""));
}

/// <summary>Asks the services of RIPE NCC and remembers what they say.</summary>
sealed class RipeQuery(HttpClient client, IBotCache cache, IBotLog log)
{
    const string Nothing = "__no_contact";

    public async ValueTask<IReadOnlyList<string>> ContactsAsync(RipeService service, string resource, CancellationToken cancellationToken)
    {
        var known = await LookUpAsync(service, resource, answer => AsList(ContactIn(service, answer)), cancellationToken);
        return known.List is { } list ? [.. list.OfType<string>()] : known.Text is { } text ? [text] : [];
    }

    public async ValueTask<JsonRow?> PlaceAsync(string address, CancellationToken cancellationToken)
    {
        var known = await LookUpAsync(RipeService.StatGeolocation, address, PlaceIn, cancellationToken);
        return known.Map is null ? null : new JsonRow(known);
    }

    static FieldValue ContactIn(RipeService service, JsonRow answer)
    {
        if (service != RipeService.Stat) return answer.Get("abuse-contacts", "email");
        var old = First(First(new JsonRow(answer.Get("data", "anti_abuse_contacts")), "abuse_c"), "email");
        // The form since 2022: a list of addresses.
        return old.IsNone ? answer.Get("data", "abuse_contacts") : old;
    }

    static FieldValue PlaceIn(JsonRow answer) => First(new JsonRow(First(new JsonRow(answer.Get("data")), "located_resources")), "locations");

    static FieldValue First(JsonRow within, string list) => within.Items(list).FirstOrDefault()?.Value ?? FieldValue.None;

    static FieldValue First(FieldValue of, string name) => new JsonRow(of).Get(name);

    static FieldValue AsList(FieldValue contact) => contact.List is { Count: > 0 } ? contact : contact.Text is { Length: > 0 } text ? FieldValue.From(new List<object?> { text }) : FieldValue.None;

    async ValueTask<FieldValue> LookUpAsync(RipeService service, string resource, Func<JsonRow, FieldValue> take, CancellationToken cancellationToken)
    {
        var key = $"{service.Name}:{resource}";
        if (await cache.GetAsync(key, cancellationToken) is { } cached) return cached != Nothing && JsonText.TryParse(cached, out var remembered) ? remembered : FieldValue.None;

        var value = await AskAsync(service, resource, cancellationToken) is { } answer ? take(answer) : FieldValue.None;
        await cache.SetAsync(key, value.IsNone ? Nothing : JsonText.Write(value), null, cancellationToken);
        return value;
    }

    /// <returns>Null when the service says that it knows nothing.</returns>
    async Task<JsonRow?> AskAsync(RipeService service, string resource, CancellationToken cancellationToken)
    {
        var answer = await client.GetAnswerAsync(service.Url.Before + resource + service.Url.Behind, cancellationToken);
        if (answer.Status == 404 && JsonText.TryParse(answer.Text, out var problem) && SaysNothing(new JsonRow(problem))) return null;

        var row = answer.Expect().Json();
        if (row.TryGetText("data_call_status", out var status) && status.StartsWith("maintenance", StringComparison.Ordinal))
            log.Warning($"The data call behind '{answer.Url}' is in maintenance: {status}");
        return row;
    }

    static bool SaysNothing(JsonRow problem) => problem.TryGetText("message", out var message) && message.StartsWith("No abuse contact found for ", StringComparison.Ordinal);
}
