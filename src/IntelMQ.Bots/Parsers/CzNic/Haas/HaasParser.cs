using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.CzNic.Haas;

/// <summary>Parses the sessions of the project "Honeypot as a Service" of CZ.NIC: who logged in to an SSH honeypot, or tried to.</summary>
[Bot("intelmq.bots.parsers.cznic.parser_haas")]
public sealed class HaasParser : Parser<JsonRow>
{
    static readonly Field Count = ExtraField("count");
    static readonly string[] Extras = ["time_closed", "commands"];

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        e.Add(Source.Ip, row["ip"]);
        e.Add(TimeSource, row["time"]);
        e.Add(ProtocolTransport, "tcp");
        e.Add(ProtocolApplication, "ssh");
        e.Add(Destination.Port, 22);
        if (!Extras.Any(row.Has)) throw new FormatException("The session has neither 'time_closed' nor 'commands'.");
        foreach (var extra in Extras.Where(row.Has)) e.Add(ExtraField(extra), row.Get(extra));
        if (row["country"] is { IsFalsy: false } country) e.Add(Source.GeolocationCc, country);

        var isInside = !row.Get("login_successful").IsFalsy;
        e.Add(ClassificationType, isInside ? "system-compromise" : "brute-force");
        if (!isInside) e.Add(Count, 1);
        yield return e;
    }
}
