using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.BlocklistDe;

/// <summary>Parses the lists of blocklist.de: addresses for which attacks on a kind of service were reported.</summary>
/// <remarks>Which kind, the name of the file at the end of <c>feed.url</c> says; addresses of a list that is not known are of the type blacklist.</remarks>
[Bot("intelmq.bots.parsers.blocklistde.parser")]
public sealed class BlocklistDeParser : Parser<string>
{
    static readonly IReadOnlyDictionary<string, ConstantFields> Lists = ConstantFields.ByName(EmbeddedTable.Read<BlocklistDeParser>("lists.table.json"));

    ConstantFields? _list;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines();

    /// <inheritdoc />
    protected override void BeginReport(Report report) =>
        _list = report.TryGet(FeedUrl, out var url) ? Lists.GetValueOrDefault(FileNameOf(url), Lists["all.txt"]) : null;

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (_list is null) throw new InvalidMessageException("The report has no 'feed.url', which says what kind of list it is.");
        var e = report.NewEvent();
        e.Add(Source.Ip, row);
        _list.AddTo(e);
        return [e];
    }

    static string FileNameOf(string url)
    {
        var path = url.AsSpan(0, url.AsSpan().IndexOfAny('?', '#') is >= 0 and var end ? end : url.Length);
        return path[(path.LastIndexOf('/') + 1)..].ToString();
    }
}
