using System.Text;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Experts.Idea;

/// <summary>Makes an IDEA message of an event. What the event lacks is left out, and with it lists and objects that nothing is in.</summary>
static class IdeaMessage
{
    static readonly JsonRow Types = EmbeddedTable.Read<IdeaExpert>("types.table.json");

    public static Dictionary<string, object?> Of(Event e, bool isTest) => Object(
        ("Format", "IDEA0"),
        ("ID", Guid.NewGuid().ToString()),
        ("DetectTime", Text(e, TimeObservation)),
        ("EventTime", Text(e, TimeSource)),
        ("Description", Description(e)),
        ("Category", Category(e, isTest)),
        ("RelID", Text(e, EventHash, "hash:")),
        ("Confidence", Confidence(e).ToObject()),
        ("Note", Text(e, Comment)),
        ("Ref", List(
            Quoted(e, ClassificationIdentifier, "malid:"),
            Text(e, EventDescriptionUrl),
            Quoted(e, FeedCode, "intelmq_feed:"),
            Quoted(e, MispAttributeUuid, "misp_attr:"),
            Quoted(e, MispEventUuid, "misp_event:"),
            Quoted(e, RtirId, "rtir:"),
            Text(e, ScreenshotUrl))),
        ("Attach", List(Malware(e), OriginalData(e))),
        ("Source", List(Node(e, Source, Type(e, "source")))),
        ("Target", List(Node(e, Destination, type: null))));

    static string? Description(Event e) =>
        e.TryGet(FeedName, out var feed) ? $"{feed}: {Text(e, EventDescriptionText) ?? Text(e, Comment) ?? Text(e, ClassificationType) ?? "undetermined"}" : null;

    static List<object?>? Category(Event e, bool isTest) => Type(e, "category") is { } category ? List(category, isTest ? "Test" : null) : null;

    static string? Type(Event e, string what) => e.TryGet(ClassificationType, out var type) ? Types.Get(type, what).Text : null;

    // The ends of the range are whole numbers.
    static FieldValue Confidence(Event e) => !e.TryGet(FeedAccuracy, out var percent) ? FieldValue.None : percent switch
    {
        >= 100 => 1L,
        <= 0 => 0L,
        _ => percent / 100,
    };

    static Dictionary<string, object?>? Malware(Event e) => NullIfEmpty(Object(
        ("Hash", List(Text(e, Field.Named("malware.hash"), "crypt:"), Text(e, MalwareHashMd5, "md5:"), Text(e, MalwareHashSha1, "sha1:"))),
        ("Ref", List(e.TryGet(MalwareName, out var name) && e.TryGet(MalwareVersion, out var version) ? Quote($"malware:{name}-{version}", "malware:".Length) : Quoted(e, MalwareName, "malware:")))));

    static Dictionary<string, object?> OriginalData(Event e) => Object(
        ("Content", e.Get(Raw).Bytes is { } raw ? Encoding.Latin1.GetString(raw) : null),
        ("Type", List("OrigData")),
        ("Ref", List(Text(e, FeedUrl))));

    static Dictionary<string, object?>? Node(Event e, Side side, string? type) => NullIfEmpty(Object(
        ("Proto", List(Text(e, ProtocolTransport), Text(e, ProtocolApplication))),
        ("Type", List(type, e.TryGet(side.TorNode, out var isTor) && isTor ? "Tor" : null)),
        ("Account", List(Text(e, side.Account))),
        ("ASN", List(e.Get(side.Asn).ToObject())),
        ("Hostname", List(Text(e, side.Fqdn))),
        ("IP4", List(Address(e, side.Ip, isVersion6: false))),
        ("IP6", List(Address(e, side.Ip, isVersion6: true))),
        ("LocalHostname", List(Text(e, side.LocalHostname))),
        ("LocalIP4", List(Address(e, side.LocalIp, isVersion6: false))),
        ("LocalIP6", List(Address(e, side.LocalIp, isVersion6: true))),
        ("Port", List(e.Get(side.Port).ToObject())),
        ("PTR", List(Text(e, side.ReverseDns))),
        ("URL", List(Text(e, side.Url))),
        ("Note", Text(e, Status))));

    static string? Address(Event e, Field field, bool isVersion6) =>
        Text(e, field) is { } address && address.Contains(':', StringComparison.Ordinal) == isVersion6 ? address : null;

    static string? Text(Event e, Field field, string prefix = "") => e.Get(field) is { IsNone: false } value ? prefix + value : null;

    static string? Quoted(Event e, Field field, string prefix) => Text(e, field) is { } text ? Quote(prefix + text, prefix.Length) : null;

    /// <summary>As forms encode it, from a place on.</summary>
    static string Quote(string text, int from) => text[..from] + Uri.EscapeDataString(text[from..]).Replace("%20", "+", StringComparison.Ordinal);

    static List<object?>? List(params ReadOnlySpan<object?> items)
    {
        List<object?>? list = null;
        foreach (var item in items)
            if (item is not null)
                (list ??= []).Add(item);
        return list;
    }

    static Dictionary<string, object?> Object(params ReadOnlySpan<(string Name, object? Value)> members)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in members)
            if (value is not null)
                map[name] = value;
        return map;
    }

    static Dictionary<string, object?>? NullIfEmpty(Dictionary<string, object?> map) => map.Count > 0 ? map : null;
}
