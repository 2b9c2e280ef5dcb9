using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Shodan;

/// <summary>Parses what the search engine Shodan has found on one port of one system.</summary>
[Bot("intelmq.bots.parsers.shodan.parser")]
public sealed class ShodanParser(ShodanParserOptions options) : Parser<JsonRow>
{
    static readonly JsonRow Table = EmbeddedTable.Read<ShodanParser>("keys.table.json");
    static readonly ShodanMapping Mapping = new(Table);

    static readonly FrozenDictionary<string, Field> MinimalFields =
        Table.Texts("minimal").ToFrozenDictionary(entry => entry.Key, entry => Field.Named(entry.Value), StringComparer.Ordinal);

    static readonly string[] Protocols = [.. Table.Items("protocols").Select(name => name.Value.ToString())];
    static readonly FrozenSet<string> CommonKeys = Table.Items("common").Select(name => name.Value.ToString()).ToFrozenSet(StringComparer.Ordinal);

    static readonly Field Whole = Field.Named("extra.shodan");
    static readonly Field UniqueKeys = Field.Named("extra.shodan.unique_keys");
    static readonly Field Vulnerabilities = Field.Named("extra.vulns");
    static readonly Field VerifiedVulnerabilities = Field.Named("extra.verified_vulns");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonDocument();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        if (row.Value.Map is null) throw new InvalidMessageException("The report is no JSON object.");
        var e = report.NewEvent();
        if (options.MinimalMode) AddMinimal(e, row);
        else AddFull(e, row);
        e.Add(ClassificationType, "other");
        return [e];
    }

    static void AddMinimal(Event e, JsonRow row)
    {
        e.Add(Whole, row.Value);
        e.Add(ClassificationIdentifier, "network-scan");
        foreach (var (key, field) in MinimalFields)
            if (row.Get(key) is { IsFalsy: false } value)
                e.Add(field, value);
        e.Add(Source.GeolocationCc, row.Get("location", "country_code"));
        if (row.TryGet("timestamp", out var time)) e.Add(TimeSource, ShodanMapping.WithZone(time));
    }

    static void AddFull(Event e, JsonRow row)
    {
        Mapping.AddTo(e, row.Value.Map!);
        e.Add(ClassificationIdentifier, "shodan-scan");
        e.Add(UniqueKeys, FieldValue.From(row.Keys.Where(key => !CommonKeys.Contains(key)).Order(StringComparer.Ordinal)));
        e.Add(ProtocolApplication, Array.Find(Protocols, row.Has));
        if (e.Get(Vulnerabilities).List is { } found) e.Add(VerifiedVulnerabilities, FieldValue.From(Verified(found)));
    }

    static List<object?> Verified(IReadOnlyList<object?> vulnerabilities) =>
        [.. vulnerabilities.Select(item => new JsonRow(FieldValue.From(item))).Where(item => PythonValues.AreEqual(item.Get("verified"), true)).Select(item => item[ShodanMapping.Identifier].ToObject())];
}

/// <summary>Parameters of <see cref="ShodanParser"/>.</summary>
public sealed record ShodanParserOptions : BotOptions
{
    /// <summary>Takes only address, port and place apart, and keeps all that Shodan says below <c>extra.shodan</c>.</summary>
    public bool MinimalMode { get; init; }

    /// <summary>Has no effect; configurations of the original may have it.</summary>
    public bool IgnoreErrors { get; init; } = true;
}
