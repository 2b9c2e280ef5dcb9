using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Calidog.CertStream;

/// <summary>Parses messages of CertStream: certificates as they appear in the logs of certificate transparency, an event per name.</summary>
[Bot("intelmq.bots.parsers.calidog.parser_certstream")]
public sealed class CertStreamParser : Parser<JsonRow>
{
    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonDocument();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var names = row.Get("data", "leaf_cert", "all_domains").List;
        if (names is null) yield break;
        var seen = TimeOf(row.Get("data", "seen"));
        foreach (var name in names)
        {
            var e = report.NewEvent();
            e.Add(TimeSource, seen);
            e.Add(ClassificationType, "other");
            var value = FieldValue.From(name);
            if (!e.AddToFirst(value, Source.Fqdn)) e.Add(Source.Ip, value);
            yield return e;
        }
    }

    // Seconds with a fraction, which does not count.
    static string? TimeOf(FieldValue seen) => TimeFormat.EpochMillis.Convert(seen.TryGetNumber(out var seconds) ? (long)seconds : seen);
}
