using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using IntelMQ.Bots.Clients.Misp;

namespace IntelMQ.Bots.Outputs.Misp.Feed;

/// <summary>A MISP event of the feed: all that came within one interval, in one file.</summary>
sealed partial class FeedEvent
{
    readonly OrderedDictionary<string, object?> _head;
    readonly ArrayBufferWriter<byte> _objects = new(64 << 10);

    FeedEvent(OrderedDictionary<string, object?> head, DateTimeOffset end) => (_head, End) = (head, end);

    [GeneratedRegex(@"^IntelMQ event \S+ - (\S+)$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Info { get; }

    public string Uuid => (string)_head["uuid"]!;

    public string FileName => $"{Uuid}.json";

    /// <summary>When its interval is over.</summary>
    public DateTimeOffset End { get; }

    /// <summary>An event without objects, whose interval begins now.</summary>
    public static FeedEvent Begin(DateTimeOffset now, TimeSpan interval, string organization, string organizationUuid)
    {
        var end = interval < DateTimeOffset.MaxValue - now ? now + interval : DateTimeOffset.MaxValue;
        return new(new()
        {
            ["analysis"] = "2",
            ["date"] = now.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["extends_uuid"] = "",
            ["info"] = $"IntelMQ event {Text(now)} - {Text(end)}",
            ["publish_timestamp"] = "",
            ["published"] = true,
            ["threat_level_id"] = "4",
            ["timestamp"] = "",
            ["uuid"] = Guid.NewGuid().ToString(),
            ["Orgc"] = new OrderedDictionary<string, object?> { ["name"] = organization, ["uuid"] = organizationUuid },
            ["Tag"] = new List<object?>(),
        }, end);
    }

    /// <summary>The event of a file, if it is one of ours whose interval is not over; null otherwise.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">It holds no JSON.</exception>
    public static FeedEvent? Resume(string path, DateTimeOffset now)
    {
        var read = new JsonRow(JsonText.Parse(System.IO.File.ReadAllBytes(path))).Get("Event");
        if (read.Map is not { } members || new JsonRow(read) is not { } row || !row.TryGetText("uuid", out _) || !row.TryGetText("info", out var info)) return null;
        if (Info.Match(info) is not { Success: true } match || !PointInTime.TryRead(match.Groups[1].Value, out var end) || end <= now) return null;
        var resumed = new FeedEvent(new(members.Where(static pair => pair.Key != "Object")), end);
        foreach (var item in row.Items("Object")) resumed.Append(item.Value);
        return resumed;
    }

    public void Add(MispObject added, DateTimeOffset now) => Append(FieldValue.From(added.ToMap(now)));

    void Append(in FieldValue item)
    {
        if (_objects.WrittenCount > 0) _objects.Write(", "u8);
        _objects.Write(Encoding.UTF8.GetBytes(JsonText.Write(item)));
    }

    /// <summary>Says that the event has changed: servers take only those anew whose time is later than what they have.</summary>
    public void Publish(DateTimeOffset now) => _head["timestamp"] = _head["publish_timestamp"] = MispObject.Timestamp(now);

    public void WriteTo(Stream stream)
    {
        var head = JsonText.Write(FieldValue.From(_head));
        stream.Write(Encoding.UTF8.GetBytes($$"""{"Event": {{head[..^1]}}, "Object": ["""));
        stream.Write(_objects.WrittenSpan);
        stream.Write("]}}"u8);
    }

    /// <summary>What the list of all events says of this one.</summary>
    public OrderedDictionary<string, object?> ManifestEntry() => ManifestEntry(_head);

    /// <inheritdoc cref="ManifestEntry()"/>
    public static OrderedDictionary<string, object?> ManifestEntry(IReadOnlyDictionary<string, object?> head) => new()
    {
        ["Orgc"] = head.GetValueOrDefault("Orgc"),
        ["Tag"] = head.GetValueOrDefault("Tag") ?? new List<object?>(),
        ["info"] = head.GetValueOrDefault("info"),
        ["date"] = head.GetValueOrDefault("date"),
        ["analysis"] = Number(head.GetValueOrDefault("analysis")),
        ["threat_level_id"] = Number(head.GetValueOrDefault("threat_level_id")),
        ["timestamp"] = Number(head.GetValueOrDefault("timestamp")),
    };

    static object? Number(object? value) => value is string text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : value;

    static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
