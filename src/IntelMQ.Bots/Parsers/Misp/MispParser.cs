using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Misp;

/// <summary>Parses an event of MISP: each attribute that says where something was seen becomes an event.</summary>
[Bot("intelmq.bots.parsers.misp.parser")]
public sealed class MispParser : Parser<JsonRow>
{
    const string Dropzone = "dropzone";
    const string MalwareCategory = "Payload type";

    static readonly JsonRow Table = EmbeddedTable.Read<MispParser>("misp.table.json");
    static readonly IReadOnlyDictionary<string, string> TypesOfTags = Table.Texts("types_of_tags");

    static readonly FrozenDictionary<string, Field> FieldsOfAttributes =
        Table.Texts("fields_of_attributes").ToFrozenDictionary(entry => entry.Key, entry => Field.Named(entry.Value), StringComparer.Ordinal);

    static readonly FrozenSet<string> Categories =
        new[] { "Payload delivery", "Artifacts dropped", "Payload installation", "Network activity" }.ToFrozenSet(StringComparer.Ordinal);

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonDocument();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var (type, identifier) = Classify(row);
        var attributes = row.Items("Attribute").Concat(row.Items("Object").SelectMany(item => item.Items("Attribute"))).ToList();
        var malware = attributes.LastOrDefault(attribute => attribute.Get("category").Text == MalwareCategory)?.Get("value") ?? FieldValue.None;
        var url = UrlOf(report, row["id"]);

        foreach (var attribute in attributes)
        {
            if (attribute["category"].Text is not { } category || !Categories.Contains(category)) continue;
            if (attribute["type"].Text is not { } kind || !FieldsOfAttributes.TryGetValue(kind, out var field)) continue;
            var e = report.NewEvent();
            e.Add(Raw, attribute.ToSortedText());
            e.Add(field, attribute["value"]);
            e.Add(MispEventUuid, row["uuid"]);
            e.Add(MispAttributeUuid, attribute["uuid"]);
            e.Add(Comment, attribute.Get("comment"));
            e.Add(EventDescriptionText, category);
            e.Add(EventDescriptionUrl, url);
            e.Add(ClassificationType, type);
            e.Add(ClassificationIdentifier, identifier);
            e.TryAdd(MalwareName, malware);
            e.Add(TimeSource, TimeFormat.Timestamp.Convert(attribute["timestamp"]));
            yield return e;
        }
    }

    /// <summary>The first tag that is known decides.</summary>
    static (string? Type, string? Identifier) Classify(JsonRow row)
    {
        string? identifier = null;
        foreach (var tag in row.Items("Tag"))
        {
            if (tag.Get("name").Text is not { } name) continue;
            if (name == Dropzone) identifier = Dropzone;
            if (TypesOfTags.TryGetValue(name, out var type)) return (type, identifier);
        }

        return (null, identifier);
    }

    /// <summary>The page of the event: a path relative to the address of the instance.</summary>
    static string? UrlOf(Report report, FieldValue id)
    {
        if (report.Get(FeedUrl).Text is not { } instance || !UrlText.TrySplit(instance, out var parts)) return null;
        var directory = parts.Path[..(parts.Path.LastIndexOf('/') + 1)];
        return $"{parts.Scheme}://{parts.Authority}{(directory.IsEmpty ? "/" : directory)}events/view/{id}";
    }
}
