using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Microsoft.BingMurls;

/// <summary>Parses the malicious URLs that Microsoft's search engine Bing has found.</summary>
[Bot("intelmq.bots.parsers.microsoft.parser_bingmurls")]
public sealed class BingMurlsParser : Parser<JsonRow>
{
    const double KnownVersion = 1.5;
    const string KnownType = "MaliciousUrl";

    static readonly FrozenDictionary<string, Field> FieldsOfKeys =
        EmbeddedTable.Read<BingMurlsParser>("keys.table.json").Texts("fields").ToFrozenDictionary(entry => entry.Key, entry => Field.Named(entry.Value), StringComparer.Ordinal);

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        if (!PythonValues.AreEqual(row["Version"], KnownVersion)) throw new InvalidMessageException($"The version is {row["Version"]}; expected 1.5.");
        if (row["IndicatorThreatType"].Text != KnownType) throw new InvalidMessageException($"The IndicatorThreatType is {row["IndicatorThreatType"]}; expected {KnownType}.");
        if (row["LastReportedDateTime"] != row["FirstReportedDateTime"])
            throw new InvalidMessageException($"LastReportedDateTime ({row["LastReportedDateTime"]}) differs from FirstReportedDateTime ({row["FirstReportedDateTime"]}); expected the same.");

        var e = report.NewEvent();
        foreach (var key in row.Keys)
            if (key is not ("Version" or "LastReportedDateTime"))
                Add(e, key, row[key]);
        e.Add(ClassificationType, "blacklist");
        e.Add(Raw, $"[{row.ToSortedText()}]");
        yield return e;
    }

    void Add(Event e, string key, FieldValue value)
    {
        if (!FieldsOfKeys.TryGetValue(key, out var field)) throw new InvalidMessageException($"'{key}' is not known; expected one of {string.Join(", ", FieldsOfKeys.Keys.Order(StringComparer.Ordinal))}.");
        switch (key)
        {
            case "NetworkDestinationIPv4" when value.Text is "0.0.0.0" or "255.255.255.255":
            case "NetworkDestinationAsn" when PythonValues.AreEqual(value, 0):
                return;
            case "Tags" when value.List is [var only]:
                if (only is not "??") e.Add(Source.GeolocationCc, FieldValue.From(only));
                return;
            case "Tags":
                Log.Warning($"There are the tags {value}; expected one, the country. They are kept in {field}.");
                break;
        }

        e.Add(field, value);
    }
}
