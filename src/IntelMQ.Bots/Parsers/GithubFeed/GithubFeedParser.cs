using System.Text;
using System.Text.RegularExpressions;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.GithubFeed;

/// <summary>Parses indicators that are published as files on GitHub; known is the repository StrangerealIntel/DailyIOC.</summary>
[Bot("intelmq.bots.parsers.github_feed.parser")]
public sealed partial class GithubFeedParser : Parser<JsonRow>
{
    const string Repository = "StrangerealIntel/DailyIOC";

    static readonly Field Metadata = Field.Named("extra.file_metadata");

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = new DailyIocFormat();

    /// <inheritdoc />
    protected override void BeginReport(Report report)
    {
        var url = report.Get(FeedUrl).Text;
        if (url is null || !url.Contains(Repository, StringComparison.Ordinal))
            throw new InvalidMessageException($"The feed '{url}' is not known; expected one whose address contains {Repository}.");
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        if (report.Get(Metadata).Map is { } metadata)
            foreach (var (key, value) in metadata)
                e.Add(Field.Named($"{Metadata.Name}.{key}"), FieldValue.From(value));
        e.Add(ClassificationType, "malware");
        e.Add(ClassificationTaxonomy, "other");
        e.Add(EventDescriptionText, row["Description"]);
        var indicator = row["Indicator"].Text ?? throw new InvalidMessageException($"The indicator is {row["Indicator"]}; expected a text.");
        if (TryAddIndicator(e, indicator)) return [e];
        Log.Warning($"'{indicator.Replace(".", "[.]", StringComparison.Ordinal)}' is neither a hash nor a name, an address or a URL; it was left out.");
        return [];
    }

    static bool TryAddIndicator(Event e, string indicator)
    {
        if (Hash.IsMatch(indicator))
        {
            e.Add(indicator.Length switch { 32 => MalwareHashMd5, 40 => MalwareHashSha1, _ => MalwareHashSha256 }, indicator);
            return true;
        }

        return Name.IsMatch(indicator) ? e.AddToFirst(indicator, Source.Ip, Source.Fqdn) : e.AddToFirst(indicator, Source.Ip, Source.Url);
    }

    [GeneratedRegex(@"\A(?:[0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{64})\z", RegexOptions.NonBacktracking)]
    private static partial Regex Hash { get; }

    [GeneratedRegex(@"\A[\w-]+(?:\.[\w-]+)+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name { get; }

    /// <summary>A JSON list, some of whose files have single quotes where JSON has double ones.</summary>
    sealed class DailyIocFormat : RowFormat<JsonRow>
    {
        static readonly RowFormat<JsonRow> List = RowFormat.JsonArray();

        public override IEnumerable<Row<JsonRow>> Read(ReadOnlyMemory<byte> report) => List.Read(IsJson(report) ? report : Requote(report));

        static bool IsJson(ReadOnlyMemory<byte> report) => JsonText.TryParse(Encoding.UTF8.GetString(report.Span), out _);

        static byte[] Requote(ReadOnlyMemory<byte> report)
        {
            var bytes = report.ToArray();
            bytes.AsSpan().Replace((byte)'\'', (byte)'"');
            return bytes;
        }
    }
}
