using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.CertEu.Csv;

/// <summary>Parses the feed of CERT-EU in its CSV form, version 1.5.</summary>
[Bot("intelmq.bots.parsers.cert_eu.parser_csv")]
public sealed class CsvParser : Parser<CsvRecord>
{
    static readonly IReadOnlyDictionary<string, string> Types = EmbeddedTable.Read<CsvParser>("types.table.json").Texts();

    // Nobody has seen a value in them yet, so that nobody knows where it would have to go.
    static readonly string[] EmptyColumns = ["threat type", "ns1", "ns2", "response", "recent"];

    static readonly (string Column, Field Field)[] Columns =
    [
        ("feed code", ExtraField("datasource")),
        ("source ip", Source.Ip),
        ("source bgp prefix", Source.Network),
        ("tlp", Tlp),
        ("description", EventDescriptionText),
        ("source time", TimeSource),
        ("source country", Source.GeolocationCountry),
        ("protocol", ProtocolApplication),
        ("destination port", Destination.Port),
        ("source latitude", Source.GeolocationLatitude),
        ("source longitude", Source.GeolocationLongitude),
        ("source city", Source.GeolocationCity),
        ("source cc", SourceGeolocationGeoipCc),
        ("source geohash", ExtraField("source.geolocation.geohash")),
        ("first seen", ExtraField("first_seen")),
        ("last seen", ExtraField("last_seen")),
        ("expiration date", ExtraField("expiration_date")),
        ("status", Status),
        ("target", EventDescriptionTarget),
        ("url", Source.Url),
        ("abuse contact", Source.AbuseContact),
        ("source asn", Source.Asn),
        ("source as name", Source.AsName),
        ("domain name", Source.Fqdn),
    ];

    static readonly Field Count = ExtraField("count");
    static readonly Field TimeOfObservation = ExtraField("cert_eu_time_observation");

    /// <inheritdoc />
    protected override RowFormat<CsvRecord> Format { get; } = RowFormat.CsvDictionary(new() { IgnoredPrefixes = ["#"] });

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(CsvRecord row, Report report)
    {
        if (row["version"] is not (null or "" or "1.5")) throw new FormatException($"The version is {row["version"]}; 1.5 is the only one that is known.");
        foreach (var column in EmptyColumns)
            if (!string.IsNullOrEmpty(row[column]))
                throw new FormatException($"The column '{column}' has the value '{row[column]}'; it has always been empty so far.");
        if (row.Surplus.Any()) throw new FormatException($"The row has {row.Cells.Count} cells; the report has {row.Header.Count} columns.");

        var e = report.NewEvent();
        foreach (var (column, field) in Columns) e.Add(field, row[column]);
        if (DataType.DateTime.TrySanitize(row["observation time"], out var observed)) e.Add(TimeOfObservation, observed);
        AddType(e, row["type"] ?? "");
        if (NumberIn(row, "count") is { } count) e.Add(Count, count);
        if (NumberIn(row, "confidence level") is { } level) e.Set(FeedAccuracy, e.TryGet(FeedAccuracy, out var accuracy) ? accuracy * level / 100 : level);
        return [e];
    }

    static void AddType(Event e, string type)
    {
        e.Add(ClassificationType, Types.GetValueOrDefault(type, "other"));
        if (type == "dropzone") e.Add(ClassificationIdentifier, "dropzone");
    }

    static long? NumberIn(CsvRecord row, string column) =>
        row[column] is { Length: > 0 } text ? long.Parse(text, NumberStyles.Integer, CultureInfo.InvariantCulture) : null;
}
