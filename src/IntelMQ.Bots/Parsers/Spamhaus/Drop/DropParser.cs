using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Spamhaus.Drop;

/// <summary>Parses the lists "Don't Route Or Peer" of Spamhaus: networks and autonomous systems that criminals run or have taken over.</summary>
/// <remarks>
/// Reads the older lists of text and the present ones of JSON lines. Which kind a list of text is, its <c>feed.url</c> says.
/// </remarks>
[Bot("intelmq.bots.parsers.spamhaus.parser_drop")]
public sealed class DropParser : Parser<string>
{
    const string LastModified = "Last-Modified:";

    static readonly Field BlockList = Field.Named("extra.blocklist");

    static readonly FrozenSet<string> NetworkLists = new[]
    {
        "https://www.spamhaus.org/drop/drop.lasso",
        "https://www.spamhaus.org/drop/drop.txt",
        "https://www.spamhaus.org/drop/dropv6.txt",
        "https://www.spamhaus.org/drop/edrop.txt",
    }.ToFrozenSet(StringComparer.Ordinal);

    static readonly FrozenSet<string> AsnLists = new[] { "https://www.spamhaus.org/drop/asndrop.txt" }.ToFrozenSet(StringComparer.Ordinal);

    Report? _report;
    string? _lastModified;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { CommentPrefixes = [";"] });

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (!ReferenceEquals(report, _report)) (_report, _lastModified) = (report, null);
        if (row[0] == ';')
        {
            RememberTime(row);
            return [];
        }

        var e = report.NewEvent();
        if (row[0] == '{')
        {
            if (!AddJson(e, row)) return [];
        }
        else
        {
            AddText(e, row);
        }

        e.Add(ClassificationType, "spam");
        e.Add(TimeSource, _lastModified);
        return [e];
    }

    void RememberTime(string comment)
    {
        var at = comment.IndexOf(LastModified, StringComparison.Ordinal);
        if (at >= 0) _lastModified = TimeFormat.Fuzzy.Convert(comment[(at + LastModified.Length)..].Trim());
    }

    static void AddText(Event e, string line)
    {
        e.TryGet(FeedUrl, out var url);
        var isNetworkList = NetworkLists.Contains(url ?? "");
        if (!isNetworkList && !AsnLists.Contains(url ?? ""))
            throw new InvalidMessageException($"The feed '{url}' is not known; expected one of {string.Join(", ", NetworkLists.Concat(AsnLists))}.");

        var cells = (isNetworkList ? line : line.Replace('|', ';')).Split(';', StringSplitOptions.TrimEntries);
        if (isNetworkList)
        {
            e.Add(Source.Network, cells[0]);
            e.Add(BlockList, Cell(cells, 1));
            return;
        }

        e.Add(Source.Asn, cells[0].Trim('A', 'S', ' '));
        e.Add(Source.GeolocationCc, Cell(cells, 1));
        e.Add(Source.AsName, Cell(cells, 2));
    }

    static string Cell(string[] cells, int number) =>
        number < cells.Length ? cells[number] : throw new FormatException($"The line has {cells.Length} columns; expected {number + 1} at least.");

    /// <returns>False for the line at the end that tells about the list.</returns>
    bool AddJson(Event e, string line)
    {
        var row = new JsonRow(JsonText.Parse(line));
        if (row.Get("type").Text == "metadata")
        {
            Log.Debug($"The list is from {row.Get("timestamp")} and has {row.Get("records")} records.");
            return false;
        }

        e.Add(Source.Network, row.Get("cidr"));
        e.Add(BlockList, row.Get("sblid"));
        e.Add(Source.Asn, row.Get("asn"));
        e.Add(Source.AsName, row.Get("asname"));
        e.TryAdd(Source.GeolocationCc, row.Get("cc"));
        e.TryAdd(Source.Registry, row.Get("rir"));
        e.TryAdd(Source.Fqdn, row.Get("domain"));
        return true;
    }
}
