using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Microsoft.Ctip;

/// <summary>One line of a report of Azure.</summary>
/// <param name="overwrite">Whether a value replaces what the event has.</param>
sealed class AzureForm(bool overwrite)
{
    const string Payload = "Payload";
    const string PayloadPrefix = "extra.payload.";

    // A payload of one zero byte is none.
    const string NoPayload = "AA==";

    public void AddTo(Event e, JsonRow row)
    {
        var values = row.Keys.ToDictionary(key => key, key => row[key]);
        if (values.TryGetValue("TLP", out var tlp) && string.Equals(tlp.Text, "unknown", StringComparison.OrdinalIgnoreCase)) values.Remove("TLP");
        if (values.TryGetValue(Payload, out var payload) && payload.Text is { } text) TakePayloadApart(e, values, text);
        var flat = new JsonRow(FieldValue.From(Flatten(values)));
        foreach (var key in flat.Keys) Add(e, flat, key);
    }

    static void TakePayloadApart(Event e, Dictionary<string, FieldValue> values, string payload)
    {
        values.Remove(Payload);
        if (payload == NoPayload) return;
        if (payload.StartsWith('{'))
        {
            foreach (var (key, value) in JsonText.Parse(payload).Map!) e.Add(Field.Named(PayloadPrefix + key), FieldValue.From(value));
            return;
        }

        var decoded = EncodedText.Decode(Convert.FromBase64String(payload), ["utf-8"], force: true);
        values[Payload] = JsonText.TryParse(decoded, out var json) && json.Map is not null ? json : decoded;
    }

    /// <summary>Members of objects become <c>Key.Member</c>, behind all others.</summary>
    static OrderedDictionary<string, object?> Flatten(Dictionary<string, FieldValue> values)
    {
        var flat = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in values.Where(entry => entry.Value.Map is null)) flat[key] = value.ToObject();
        foreach (var (key, value) in values.Where(entry => entry.Value.Map is not null))
            foreach (var (name, member) in value.Map!)
                flat[$"{key}.{name}"] = member;
        return flat;
    }

    void Add(Event e, JsonRow row, string key)
    {
        var value = row[key];
        switch (key)
        {
            case "ThreatConfidence":
                if (value.Text != "None") CtipParser.SetAccuracy(e, PercentOf(value));
                return;
            case "DateTimeReceivedUtc":
                value = TimeFormat.WindowsNt.Convert(value);
                break;
            case "Payload.ts":
                value = TimeFormat.Timestamp.Convert(value);
                break;
            case "Payload.Protocol":
                // It is as HTTP/1.1; what was said before is less exact.
                if (value.Text is { Length: > 0 } protocol) e.Set(ProtocolApplication, protocol.Split('/')[0]);
                break;
            case "Payload.domain":
                if (!DataType.Fqdn.IsValidSanitized(value) && value == row.Get("Payload.serverIp")) return;
                break;
            default:
                if (value.IsFalsy) return;
                break;
        }

        if (!CtipKeys.Azure.Skipped.Contains(key)) e.Enrich(CtipKeys.Azure.FieldOf(key), value, overwrite);
    }

    static double PercentOf(FieldValue word) =>
        CtipKeys.Confidence.TryGetValue(word.ToString(), out var percent) ? percent : throw new InvalidMessageException($"The ThreatConfidence is '{word}'; expected None or one of {string.Join(", ", CtipKeys.Confidence.Keys)}.");
}
