using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Bambenek;

/// <summary>Parses the feeds of Bambenek Consulting: command-and-control servers, and names that malware generates.</summary>
/// <remarks>Which feed it is, <c>feed.url</c> says; the URLs that are known are in <c>feeds.table.json</c>.</remarks>
[Bot("intelmq.bots.parsers.bambenek.parser")]
public sealed class BambenekParser : Parser<string>
{
    static readonly JsonRow Tables = EmbeddedTable.Read<BambenekParser>("feeds.table.json");
    static readonly IReadOnlyDictionary<string, string> Kinds = Tables.Texts("kinds");
    static readonly IReadOnlyDictionary<string, string> MalwareNames = Tables.Texts("malware");

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { CommentPrefixes = ["#"] });

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (row[0] == '#') return [];
        var cells = row.Split(',');
        if (cells.Length < 4) throw new FormatException($"The line has {cells.Length} columns; expected 4 at least.");

        var e = report.NewEvent();
        e.Add(EventDescriptionText, cells[1]);
        e.Add(EventDescriptionUrl, cells[3]);
        e.Add(MalwareName, MalwareOf(cells[^1]));
        switch (KindOf(report))
        {
            case "addresses":
                e.Add(Source.Ip, cells[0]);
                AddServer(e, cells[2]);
                break;
            case "domains":
                e.Add(Source.Fqdn, cells[0]);
                AddServer(e, cells[2]);
                break;
            default:
                e.Add(Source.Fqdn, cells[0]);
                e.Add(TimeSource, cells[2] + " 00:00 UTC");
                e.Add(ClassificationType, "dga-domain");
                break;
        }

        return [e];
    }

    static void AddServer(Event e, string time)
    {
        e.Add(TimeSource, time + " UTC");
        e.Add(ClassificationType, "c2-server");
        e.Add(Status, "online");
    }

    static string KindOf(Report report)
    {
        report.TryGet(FeedUrl, out var url);
        return Kinds.TryGetValue(url ?? "", out var kind)
            ? kind
            : throw new InvalidMessageException($"The feed '{url}' is not known; expected one of {string.Join(", ", Kinds.Keys)}.");
    }

    // The link of a line leads to a page named after the malware.
    static string MalwareOf(string link)
    {
        var page = link[(link.LastIndexOf('/') + 1)..];
        var name = page.IndexOf('.', StringComparison.Ordinal) is >= 0 and var dot ? page[..dot] : page;
        return MalwareNames.GetValueOrDefault(name, name);
    }
}
