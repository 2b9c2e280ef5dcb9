using IntelMQ.Bots.Clients.Dxl;

namespace IntelMQ.Bots.Experts.Mcafee.Mar;

/// <summary>
/// A search of McAfee Active Response: it is created, started, asked for its state until it is finished, and then for its results
/// (https://github.com/opendxl/opendxl-mar-client-python).
/// </summary>
sealed class MarSearch(DxlConnection connection, TimeProvider time)
{
    const string Topic = "/mcafee/mar/service/api/search";
    const string Address = "HostInfo|ip_address";
    const long PageSize = 1000;

    static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The addresses of the endpoints for which all conditions hold.</summary>
    /// <exception cref="TransientException">The service does not answer.</exception>
    /// <exception cref="InvalidDataException">The service refuses the search.</exception>
    public async Task<IReadOnlyList<string>> FindAddressesAsync(List<object?> conditions, CancellationToken cancellationToken)
    {
        var created = await AskAsync("POST", "/v1/simple", Map(), Map(
            ("projections", new List<object?> { Map(("name", "HostInfo"), ("outputs", new List<object?> { "ip_address" })) }),
            ("condition", Map(("or", new List<object?> { Map(("and", conditions)) })))), cancellationToken);
        var id = created["id"].ToString();
        await AskAsync("PUT", $"/v1/{id}/start", Map(), Map(), cancellationToken);
        while ((await AskAsync("GET", $"/v1/{id}/status", Map(), Map(), cancellationToken)).Get("status").Text != "FINISHED") await Task.Delay(Interval, time, cancellationToken);
        return await ResultsAsync(id, cancellationToken);
    }

    async Task<List<string>> ResultsAsync(string id, CancellationToken cancellationToken)
    {
        var addresses = new List<string>();
        for (long offset = 0; ; offset += PageSize)
        {
            var page = await AskAsync("GET", $"/v1/{id}/results", Map(("$offset", offset), ("$limit", PageSize), ("filter", ""), ("sortBy", "count"), ("sortDirection", "desc")), Map(), cancellationToken);
            var items = page.Items("items").ToList();
            addresses.AddRange(items.Select(static item => item.Get("output", Address)).Where(static address => !address.IsNone).Select(static address => address.ToString()));
            if (items.Count < PageSize) return [.. addresses.Distinct(StringComparer.Ordinal)];
        }
    }

    /// <returns>The body of the answer.</returns>
    async Task<JsonRow> AskAsync(string method, string target, OrderedDictionary<string, object?> parameters, OrderedDictionary<string, object?> body, CancellationToken cancellationToken)
    {
        var request = Map(("target", target), ("method", method), ("parameters", parameters), ("body", body));
        var answer = await connection.AskAsync(Topic, System.Text.Encoding.UTF8.GetBytes(JsonText.Write(FieldValue.From(request))), Patience, cancellationToken);
        JsonRow row;
        try
        {
            row = new JsonRow(JsonText.Parse(answer.Payload.Span.TrimEnd((byte)0)));
        }
        catch (FormatException e)
        {
            throw new InvalidDataException($"Active Response has answered {method} {target} with what is no JSON: {e.Message}", e);
        }

        return row.Get("code").TryGetInteger(out var code) && code is >= 200 and < 300
            ? new JsonRow(row.Get("body"))
            : throw new InvalidDataException($"Active Response refuses {method} {target}: {row}");
    }

    static OrderedDictionary<string, object?> Map(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var map = new OrderedDictionary<string, object?>();
        foreach (var (name, value) in members) map[name] = value;
        return map;
    }
}
