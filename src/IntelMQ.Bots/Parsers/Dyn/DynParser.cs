using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Dyn;

/// <summary>Parses the list of hosts that the malware Ponmocup uses: each line is a server that distributes it, and a web site that was changed to lead there.</summary>
[Bot("intelmq.bots.parsers.dyn.parser")]
public sealed class DynParser : Parser<string>
{
    const string LastUpdated = "# last updated:";

    string? _updated;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { CommentPrefixes = ["#"] });

    /// <inheritdoc />
    protected override void BeginReport(Report report) => _updated = null;

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (row[0] == '#')
        {
            if (row.StartsWith(LastUpdated, StringComparison.Ordinal)) _updated = TimeIn(row[LastUpdated.Length..]);
            return [];
        }

        var cells = row.Split(' ');
        if (cells.Length < 4) throw new FormatException($"The line has {cells.Length} columns; expected an address, a name, a URL and an infected domain.");
        return
        [
            NewEvent(report, "malware-distribution", "Code on the host leads visitors to a host with malware.", Source, Destination, cells),
            NewEvent(report, "system-compromise", "The host was broken into and infects its visitors.", Destination, Source, cells),
        ];
    }

    Event NewEvent(Report report, string type, string description, Side visited, Side other, string[] cells)
    {
        var e = report.NewEvent();
        e.Add(ClassificationType, type);
        e.Add(visited.Ip, AddressIn(cells[0]));
        e.Add(visited.Fqdn, cells[1]);
        e.Add(visited.Url, cells[2]);
        e.Add(other.Fqdn, cells[3]);
        e.Add(EventDescriptionText, description);
        e.Add(TimeSource, _updated);
        return e;
    }

    static string? AddressIn(string cell) => cell == "/" ? null : cell;

    /// <summary>The time in UTC; the list is written on the west coast of America.</summary>
    static string TimeIn(string text)
    {
        var (zone, behind) = text.Contains("PDT", StringComparison.Ordinal) ? ("PDT", 7) : ("PST", text.Contains("PST", StringComparison.Ordinal) ? 8 : 0);
        return text.Contains(':', StringComparison.Ordinal) && TimeFormat.Fuzzy.TryConvert(text.Replace(zone, "", StringComparison.Ordinal).Trim(), out var local) && PointInTime.TryRead(local, out var time)
            ? time.AddHours(behind).ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)
            : throw new FormatException($"'{text.Trim()}' is no time that is understood.");
    }
}
