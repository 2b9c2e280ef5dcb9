using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.CzNic.Proki;

/// <summary>Parses what the project PROKI of CSIRT.CZ collected: events of another IntelMQ, as a JSON list or within an object.</summary>
[Bot("intelmq.bots.parsers.cznic.parser_proki")]
public sealed class ProkiParser : Parser<JsonRow>
{
    static readonly Field OriginalFeedName = ExtraField("original_feed_name");
    static readonly Field OriginalTimeObservation = ExtraField("original_time_observation");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray(within: "data");

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        if (row.Value.Map is null) throw new FormatException($"The item of the list is {row}; expected an object with the fields of an event.");
        var e = report.NewEvent();
        foreach (var key in row.Keys) e.Add(FieldOf(key), row[key]);
        yield return e;
    }

    // What the other side says about feed and time stands beside what we know of them.
    static Field FieldOf(string key) => key switch
    {
        "feed.name" => OriginalFeedName,
        "time.observation" => OriginalTimeObservation,
        _ => Field.Named(key),
    };
}
