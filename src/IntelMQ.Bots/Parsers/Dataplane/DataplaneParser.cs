using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Dataplane;

/// <summary>Parses the reports of DataPlane.org: hosts that were seen at scanning and at guessing passwords.</summary>
/// <remarks>The last column names the report; constants of its events are in <c>reports.table.json</c>.</remarks>
[Bot("intelmq.bots.parsers.dataplane.parser")]
public sealed class DataplaneParser : Parser<string>
{
    const string Separator = "  |  ";

    static readonly IReadOnlyDictionary<string, ConstantFields> Reports = ConstantFields.ByName(EmbeddedTable.Read<DataplaneParser>("reports.table.json"));

    static readonly Field FirstSeen = ExtraField("first_seen");

    // The report about IPv6 in IPv4 (protocol 41) has two times.
    static readonly Field[] OneTime = [Source.Asn, Source.AsName, Source.Ip, TimeSource];
    static readonly Field[] TwoTimes = [Source.Asn, Source.AsName, Source.Ip, FirstSeen, TimeSource];

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { CommentPrefixes = ["#"] });

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (row[0] == '#') return [];

        var cells = row.Split(Separator, StringSplitOptions.TrimEntries);
        var name = cells[^1];
        if (!Reports.TryGetValue(name, out var constants)) throw new FormatException($"'{name}' in the last column is no report that is known; expected one of {string.Join(", ", Reports.Keys)}.");
        var fields = name == "proto41" ? TwoTimes : OneTime;
        if (cells.Length != fields.Length + 1) throw new FormatException($"The line has {cells.Length} columns; a line of the report {name} has {fields.Length + 1}.");

        var e = report.NewEvent();
        for (var i = 0; i < fields.Length; i++) e.Add(fields[i], ValueOf(fields[i], cells[i]));
        constants.AddTo(e);
        return [e];
    }

    static string? ValueOf(Field field, string cell)
    {
        if (field == TimeSource || field == FirstSeen) return IsoTime(cell);
        if (field == Source.Ip) return cell;
        if (cell == "NA") return null;
        // Behind the short name of an autonomous system comes a long one, cut off somewhere.
        return field == Source.AsName ? cell.Split((char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() : cell;
    }

    static string IsoTime(string time)
    {
        var blank = time.IndexOf(' ', StringComparison.Ordinal);
        return (blank < 0 ? time : $"{time[..blank]}T{time[(blank + 1)..]}") + "+00:00";
    }
}
