using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Eset;

/// <summary>Parses two feeds of ESET Threat Intelligence, domains and URLs; which one, <c>extra.eset_feed</c> of the report says.</summary>
[Bot("intelmq.bots.parsers.eset.parser")]
public sealed class EsetParser : Parser<JsonRow>
{
    static readonly JsonRow Tables = EmbeddedTable.Read<EsetParser>("types.table.json");
    static readonly IReadOnlyDictionary<string, string> Exact = Tables.Texts("exact");
    static readonly IReadOnlyDictionary<string, string> Prefixes = Tables.Texts("prefixes");

    static readonly Field Feed = ExtraField("eset_feed");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonArray();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        var feed = report.Get(Feed);
        e.Set(Feed, feed);
        switch (feed.Text)
        {
            case "ei.urls (json)":
                e.Add(TimeSource, row["domain_last_seen"]);
                e.Add(Source.Url, row["url"]);
                break;
            case "ei.domains v2 (json)":
                e.Add(TimeSource, row["last_seen"]);
                break;
            default:
                throw new InvalidMessageException($"The report says in '{Feed}' that it is '{feed}'; expected 'ei.urls (json)' or 'ei.domains v2 (json)'.");
        }

        var reason = row["reason"];
        e.Add(EventDescriptionText, reason);
        e.Add(ClassificationType, TypeOf(reason.Text ?? ""));
        e.TryAdd(Source.Fqdn, row["domain"]);
        if (row["ip"] is var address && address.Text?.EndsWith("_NXDOMAIN", StringComparison.Ordinal) != true) e.Add(Source.Ip, address);
        e.Add(Raw, row.ToSortedText());
        yield return e;
    }

    static string TypeOf(string reason) =>
        Exact.TryGetValue(reason, out var type) ? type
        : Prefixes.FirstOrDefault(prefix => reason.StartsWith(prefix.Key, StringComparison.Ordinal)).Value ?? "other";
}
