using System.Text;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.N6.N6Stomp;

/// <summary>Parses what the network security incident exchange n6 of CERT Polska sends over STOMP: one JSON object per message.</summary>
[Bot("intelmq.bots.parsers.n6.parser_n6stomp")]
public sealed class N6StompParser : Parser<ReadOnlyMemory<byte>>
{
    static readonly JsonRow Categories = EmbeddedTable.Read<N6StompParser>("categories.table.json");

    static readonly (string Key, Field Field)[] Keys =
    [
        ("time", TimeSource), ("dip", Destination.Ip), ("dport", Destination.Port), ("md5", MalwareHashMd5), ("sha1", MalwareHashSha1),
        ("id", Field.Named("extra.feed_id")), ("adip", Field.Named("extra.adip")), ("proto", ProtocolTransport), ("sport", Source.Port),
        ("url", Source.Url), ("confidence", Field.Named("extra.confidence")), ("source", Field.Named("extra.feed_source")),
    ];

    static readonly Field Expires = Field.Named("extra.expires");

    /// <inheritdoc />
    protected override RowFormat<ReadOnlyMemory<byte>> Format { get; } = RowFormat.Whole();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(ReadOnlyMemory<byte> row, Report report)
    {
        if (row.Span.IndexOf("TEST MESSAGE"u8) >= 0)
        {
            Log.Info("A test message of n6 was left out.");
            return [];
        }

        var json = new JsonRow(JsonText.Parse(row.Span));
        var e = report.NewEvent();
        foreach (var (key, field) in Keys) e.Add(field, json.Get(key));
        if (json.Get("fqdn") is var name && name.Text != "unknown") e.Add(Source.Fqdn, name);
        if (DataType.DateTime.TrySanitize(json.Get("expires"), out var expires)) e.Add(Expires, expires);
        AddName(e, json.Get("name"));
        Classify(e, json);
        return Split(e, json);
    }

    /// <summary>Names are free texts; what a name of malware cannot have is left out of it, and the whole becomes the description.</summary>
    static void AddName(Event e, FieldValue name)
    {
        if (e.TryAdd(MalwareName, name) != AddResult.Invalid) return;
        var text = name.Text ?? throw new InvalidMessageException($"The name is {name}; expected a text.");
        e.Add(MalwareName, string.Concat(text.Where(static c => c is >= ' ' and <= '~')));
        e.Add(EventDescriptionText, text);
    }

    static void Classify(Event e, JsonRow json)
    {
        if (json["type"].Text == "bl-update")
        {
            e.Add(ClassificationTaxonomy, "other");
            e.Add(ClassificationType, "blacklist");
            return;
        }

        if (json["category"].Text is not { } category) return;
        var classification = Categories.Has(category) ? Categories.Object(category) : throw new InvalidMessageException($"The category '{category}' is not known; expected one of {string.Join(", ", Categories.Keys)}.");
        e.Add(ClassificationTaxonomy, classification["taxonomy"]);
        e.Add(ClassificationType, classification["type"]);
        e.Add(ClassificationIdentifier, category == "bots" && json.TryGet("name", out var name) ? name : classification["identifier"]);
    }

    /// <summary>One event for each address.</summary>
    static List<Event> Split(Event e, JsonRow json)
    {
        var events = json.Items("address").Select(address => WithAddress(e.Clone(), address)).ToList();
        return events.Count > 0 ? events : [e];
    }

    static Event WithAddress(Event e, JsonRow address)
    {
        e.Add(Source.Ip, address["ip"]);
        e.Add(Source.Asn, address.Get("asn"));
        e.Add(Source.ReverseDns, address.Get("rdns"));
        e.Add(Source.GeolocationCc, address.Get("cc"));
        return e;
    }
}
