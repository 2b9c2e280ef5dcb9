using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Blueliv.CrimeServer;

/// <summary>Parses the crime servers of Blueliv: places of phishing, malware and so on, as a JSON list.</summary>
[Bot("intelmq.bots.parsers.blueliv.parser_crimeserver")]
public sealed class CrimeServerParser : Parser<JsonRow>
{
    static readonly IReadOnlyDictionary<string, string> Types = EmbeddedTable.Read<CrimeServerParser>("types.table.json").Texts();

    static readonly (string Key, string Extra)[] Extras =
        [("status", "status"), ("confidence", "confidence"), ("updatedAt", "time_updated"), ("firstSeenAt", "time_first_seen")];

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        var isTor = row.Get("type").Text == "TOR_IP";
        if (row.TryGet("type", out var type)) e.Add(ClassificationType, TypeOf(type));
        if (isTor) e.Add(Source.TorNode, true);

        // Tor nodes have their address in place of a URL.
        if (isTor) e.TryAdd(Source.Url, row.Get("url"));
        else e.Add(Source.Url, row.Get("url"));
        e.Add(Source.Ip, row.Get("ip"));
        e.Add(Source.GeolocationCc, row.Get("country"));
        if (row.TryGetText("lastSeenAt", out var seen)) e.Add(TimeSource, WithZone(seen));
        e.Add(Extra, ExtrasOf(row));
        e.Add(Raw, row.ToSortedText());
        yield return e;
    }

    static string TypeOf(FieldValue type) =>
        Types.TryGetValue(type.ToString(), out var found) ? found : throw new FormatException($"'{type}' is no type that is known; expected one of {string.Join(", ", Types.Keys)}.");

    // Written 2015-12-09T04:43:29+0000.
    static string WithZone(string time) => time.Length > 4 ? time[..^4] + "00:00" : time;

    static FieldValue ExtrasOf(JsonRow row)
    {
        var extras = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, extra) in Extras)
            if (row.Has(key))
                extras[extra] = row.Get(key).ToObject();
        return extras.Count > 0 ? FieldValue.From(extras) : throw new FormatException($"The item has none of {string.Join(", ", Extras.Select(pair => pair.Key))}.");
    }
}
