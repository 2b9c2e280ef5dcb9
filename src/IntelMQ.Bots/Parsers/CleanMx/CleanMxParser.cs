using System.Xml.Linq;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.CleanMx;

/// <summary>Parses the lists of CleanMX in their XML form: phishing pages, or places of malware, as <c>feed.url</c> says.</summary>
/// <remarks>Which element goes to which field is in <c>columns.table.json</c>; those with null there are left out.</remarks>
[Bot("intelmq.bots.parsers.cleanmx.parser")]
public sealed class CleanMxParser : Parser<XElement>
{
    static readonly JsonRow Tables = EmbeddedTable.Read<CleanMxParser>("columns.table.json");
    static readonly IReadOnlyDictionary<string, Field?> PhishingColumns = Columns("phishing");
    static readonly IReadOnlyDictionary<string, Field?> VirusColumns = Columns("virus");

    IReadOnlyDictionary<string, Field?> _columns = PhishingColumns;
    string _type = "phishing";

    /// <inheritdoc />
    protected override RowFormat<XElement> Format { get; } = RowFormat.Xml("entry");

    static Dictionary<string, Field?> Columns(string list)
    {
        var table = Tables.Object(list);
        return table.Keys.ToDictionary(key => key, key => table.TryGetText(key, out var name) ? Field.Named(name) : null, StringComparer.Ordinal);
    }

    /// <inheritdoc />
    protected override void BeginReport(Report report)
    {
        report.TryGet(FeedUrl, out var url);
        if (url?.Contains("format=csv", StringComparison.Ordinal) == true)
            throw new ConfigurationException($"The feed '{url}' is CSV; the collector has to ask for XML: http_url without 'format=csv'.");
        (_columns, _type) = url switch
        {
            not null when url.Contains("xmlphishing", StringComparison.Ordinal) => (PhishingColumns, "phishing"),
            not null when url.Contains("xmlviruses", StringComparison.Ordinal) => (VirusColumns, "malware-distribution"),
            _ => throw new InvalidMessageException($"The feed '{url}' is not known; expected one with 'xmlphishing' or 'xmlviruses'."),
        };
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(XElement row, Report report)
    {
        var e = report.NewEvent();
        e.Add(ClassificationType, _type);
        foreach (var element in row.Elements())
        {
            var tag = element.Name.LocalName;
            if (!_columns.TryGetValue(tag, out var field)) throw new FormatException($"The element '{tag}' is not known.");
            if (field is not null && element.Value is { Length: > 0 } text and not "undef") e.Add(field, ValueOf(field, text));
        }

        return [e];
    }

    /// <returns>Nothing, for a value that says nothing about the field.</returns>
    static FieldValue ValueOf(Field field, string text) => field.Name switch
    {
        "source.fqdn" when DataType.IpAddress.IsValid(text) => FieldValue.None,
        "source.ip" when !DataType.IpAddress.IsValid(text) && DataType.Fqdn.IsValidSanitized(text) => FieldValue.None,
        "time.source" => TimeFormat.Timestamp.Convert(text),
        "source.asn" => AsnIn(text),
        "status" => text switch { "down" => "offline", "up" => "online", _ => text },
        _ => text,
    };

    // A system may have several numbers, and none is written ASNA.
    static string? AsnIn(string text) =>
        text.StartsWith("ASNA", StringComparison.Ordinal) ? null
        : text.Split(',').FirstOrDefault(part => part.StartsWith("AS", StringComparison.Ordinal)) is { } asn ? asn[2..]
        : null;
}
