using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.DShield.Block;

/// <summary>Parses the block list of DShield: the networks from which most attacks came during the last days.</summary>
[Bot("intelmq.bots.parsers.dshield.parser_block")]
public sealed class BlockParser : Parser<string>
{
    static readonly Field Attacks = ExtraField("attacks");
    static readonly Field NetworkName = ExtraField("network_name");

    string? _updated;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { CommentPrefixes = ["#"] });

    /// <inheritdoc />
    protected override void BeginReport(Report report) => _updated = null;

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (row[0] == '#' || row.StartsWith("Start", StringComparison.Ordinal))
        {
            if (row.Contains("updated", StringComparison.Ordinal)) _updated = TimeBehindColon(row);
            return [];
        }

        var cells = row.Split('\t');
        if (cells.Length < 3)
        {
            Log.Debug($"A line has fewer than three columns and is passed over: {row}");
            return [];
        }

        var e = report.NewEvent();
        e.Add(Source.Network, $"{cells[0]}/{cells[2]}");
        if (cells.Length > 3) e.Add(Attacks, long.Parse(cells[3], NumberStyles.Integer, CultureInfo.InvariantCulture));
        if (cells.Length > 4) e.Add(NetworkName, cells[4]);
        if (cells.Length > 5) e.Add(Source.GeolocationCc, cells[5]);
        if (cells.Length > 6) e.Add(Source.AbuseContact, cells[6]);
        e.Add(TimeSource, _updated ?? throw new FormatException("No line before this one says when the list was updated."));
        e.Add(ClassificationType, "blacklist");
        return [e];
    }

    static string? TimeBehindColon(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon >= 0 ? TimeFormat.Fuzzy.Convert(line[(colon + 2)..].Trim()) : throw new FormatException("Expected a time behind ': '.");
    }
}
