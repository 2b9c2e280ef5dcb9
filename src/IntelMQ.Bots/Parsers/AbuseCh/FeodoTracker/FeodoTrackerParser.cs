using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.AbuseCh.FeodoTracker;

/// <summary>Parses the block list of Feodo Tracker: command-and-control servers of banking trojans.</summary>
[Bot("intelmq.bots.parsers.abusech.parser_feodotracker")]
public sealed class FeodoTrackerParser : Parser<JsonRow>
{
    static readonly Field LastOnline = Field.Named("extra.last_online");
    static readonly TimeFormat FirstSeenFormat = TimeFormat.FromFormat("%Y-%m-%d %H:%M:%S");
    static readonly TimeFormat LastOnlineFormat = TimeFormat.FromFormat("%Y-%m-%d");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        FieldValue Of(string column)
        {
            row.TryGet(column, out var value);
            return value;
        }

        if (row.Value.Map is null) throw new InvalidMessageException("The item of the list is no JSON object.");
        var e = report.NewEvent();
        e.Add(ClassificationType, "c2-server");
        e.Add(Source.Ip, Of("ip_address"));
        e.Add(Source.Port, Of("port"));
        e.TryAdd(TimeSource, TimeOf(Of("first_seen"), Of("last_online")));
        e.TryAdd(Source.Asn, Of("as_number"));
        e.TryAdd(Source.AsName, Of("as_name"));
        e.TryAdd(Source.GeolocationCc, Of("country"));
        e.TryAdd(Source.ReverseDns, Of("hostname"));
        e.TryAdd(MalwareName, Of("malware"));
        e.TryAdd(Status, Of("status"));
        e.Add(LastOnline, Of("last_online"));
        yield return e;
    }

    // The feed dates the first sighting to the second, but the last one only to the day.
    string? TimeOf(FieldValue firstSeen, FieldValue lastOnline)
    {
        var (value, format) = firstSeen.Text is { Length: > 0 } ? (firstSeen, FirstSeenFormat) : (lastOnline, LastOnlineFormat);
        if (value.IsNone || value.Text is "") return null;
        if (format.TryConvert(value, out var time)) return time;
        Log.Warning($"'{value}' is no time in the form that the feed has used so far; the event gets no time.source.");
        return null;
    }
}
