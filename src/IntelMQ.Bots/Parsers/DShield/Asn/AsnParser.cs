using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.DShield.Asn;

/// <summary>Parses the report of DShield about an autonomous system: its addresses that attacked sensors during the last 30 days.</summary>
/// <remarks>The number of the system stands at the end of <c>feed.url</c>: <c>…?as=64496</c>.</remarks>
[Bot("intelmq.bots.parsers.dshield.parser_asn")]
public sealed class AsnParser : Parser<string>
{
    const string Parameter = "?as=";

    static readonly Field LastSeen = ExtraField("last_seen");
    static readonly Field Reports = ExtraField("reports");
    static readonly Field Targets = ExtraField("targets");

    string _asn = "";

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { IgnoredPrefixes = ["#"], KeepWhiteSpace = true });

    /// <inheritdoc />
    protected override void BeginReport(Report report)
    {
        report.TryGet(FeedUrl, out var url);
        var at = url?.LastIndexOf(Parameter, StringComparison.Ordinal) ?? -1;
        _asn = at >= 0
            ? url![(at + Parameter.Length)..]
            : throw new InvalidMessageException($"The feed's URL is '{url}'; expected one that ends with the number of an autonomous system, '{Parameter}64496'.");
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        var cells = row.Split('\t');
        if (cells.Length < 6)
        {
            Log.Debug($"A line has fewer than six columns and is passed over: {row}");
            return [];
        }

        var e = report.NewEvent();
        e.Add(Source.Asn, _asn);
        e.Add(Source.Ip, string.Join('.', cells[0].Split('.').Select(Number)));
        e.Add(Reports, Number(cells[1]));
        e.Add(Targets, Number(cells[2]));
        e.Add(LastSeen, cells[4]);
        e.Add(TimeSource, cells[5] + "+0");
        e.Add(ClassificationType, "brute-force");
        return [e];
    }

    static long Number(string digits) => long.Parse(digits, NumberStyles.Integer, CultureInfo.InvariantCulture);
}
