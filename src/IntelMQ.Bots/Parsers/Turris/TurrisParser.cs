using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Turris;

/// <summary>Parses the greylist of Turris: addresses that attacked the routers of the project, with tags for what they did.</summary>
[Bot("intelmq.bots.parsers.turris.parser")]
public sealed class TurrisParser : Parser<CsvRecord>
{
    /// <inheritdoc />
    protected override RowFormat<CsvRecord> Format { get; } = RowFormat.CsvDictionary(new() { IgnoredPrefixes = ["#"] });

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(CsvRecord row, Report report)
    {
        var address = row["Address"];
        var tags = row["Tags"] ?? throw new FormatException("The row has no cell for the column 'Tags'.");
        foreach (var tag in tags.Split(','))
        {
            var e = report.NewEvent();
            if (!AddTag(e, tag))
            {
                Log.Debug($"There is no type for the tag '{tag}'; it makes no event.");
                continue;
            }

            if (row.Surplus.Any()) throw new FormatException($"The row has {row.Cells.Count} cells; the report has {row.Header.Count} columns.");
            e.Add(Source.Ip, address);
            yield return e;
        }
    }

    /// <returns>False when the tag says nothing that makes an event.</returns>
    static bool AddTag(Event e, string tag)
    {
        if (tag == "port_scan")
        {
            e.Add(ClassificationType, "scanner");
            return true;
        }

        if (tag is not ("smtp" or "http" or "ftp" or "telnet")) return false;
        e.Add(ClassificationType, "brute-force");
        e.Add(ProtocolTransport, "tcp");
        e.Add(ProtocolApplication, tag);
        // Mail is attacked on several ports, and the list does not say on which.
        if (PortOf(tag) is { } port) e.Add(Destination.Port, port);
        return true;
    }

    static int? PortOf(string tag) => tag switch { "ftp" => 21, "telnet" => 23, "http" => 80, _ => null };
}
