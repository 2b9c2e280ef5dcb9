namespace IntelMQ.Bots.Experts.CymruWhois;

/// <summary>What is known about an address. Null where nothing is.</summary>
sealed record CymruAnswer(string? Asn, string? Network, string? Country, string? Registry, string? Allocated, string? AsName)
{
    /// <summary>The form in the cache, which the original shares: a JSON object with the names of fields, or <c>null</c>.</summary>
    public static string ToJson(CymruAnswer? answer)
    {
        if (answer is null) return "null";

        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        void Put(string name, string? value)
        {
            if (value is not null) map[name] = value;
        }

        Put("asn", answer.Asn);
        Put("network", answer.Network);
        Put("geolocation.cc", answer.Country);
        Put("registry", answer.Registry);
        Put("allocated", answer.Allocated);
        Put("as_name", answer.AsName);
        return JsonText.Write(FieldValue.From(map));
    }

    /// <summary>Reads the form in the cache; what is none counts as nothing known.</summary>
    public static CymruAnswer? FromJson(string json)
    {
        if (!JsonText.TryParse(json, out var read) || read.Map is not { } map) return null;
        string? Get(string name) => map.TryGetValue(name, out var value) ? FieldValue.From(value).ToString() : null;
        return new CymruAnswer(Get("asn"), Get("network"), Get("geolocation.cc"), Get("registry"), Get("allocated"), Get("as_name"));
    }
}
