using System.Collections.Frozen;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Mcafee.Atd;

/// <summary>Parses reports of McAfee Advanced Threat Defense about a file: the file itself, what it has written, and where it has connected to.</summary>
[Bot("intelmq.bots.parsers.mcafee.parser_atd")]
public sealed class AtdParser(AtdParserOptions options) : Parser<JsonRow>
{
    static readonly FrozenDictionary<string, Field> FieldsOfKeys =
        EmbeddedTable.Read<AtdParser>("fields.table.json").Texts("fields").ToFrozenDictionary(entry => entry.Key, entry => Field.Named(entry.Value), StringComparer.Ordinal);

    static readonly (string Key, Field Field)[] SampleKeys =
        [("Name", MalwareName), ("md5", MalwareHashMd5), ("sha-1", MalwareHashSha1), ("sha-256", MalwareHashSha256)];

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format { get; } = RowFormat.JsonDocument();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var summary = row.Object("Summary");
        var sample = summary.Object("Subject");
        if (WholeNumber.Of(summary.Object("Verdict")["Severity"]) < options.VerdictSeverity) yield break;

        yield return OfSample(report, sample);
        foreach (var file in summary.Items("Files")) yield return WithMembers(NewEvent(report), file);
        foreach (var address in summary.Items("Ips")) yield return WithMembers(OfSample(report, sample), address);
        foreach (var url in summary.Items("Urls")) yield return WithMembers(OfSample(report, sample), url);
    }

    static Event NewEvent(Report report)
    {
        var e = report.NewEvent();
        e.Add(ClassificationTaxonomy, "malicious-code");
        e.Add(ClassificationType, "infected-system");
        return e;
    }

    static Event OfSample(Report report, JsonRow sample)
    {
        var e = NewEvent(report);
        foreach (var (key, field) in SampleKeys) e.Add(field, sample[key]);
        return e;
    }

    static Event WithMembers(Event e, JsonRow item)
    {
        foreach (var key in item.Keys)
            if (FieldsOfKeys.TryGetValue(key, out var field))
                e.Add(field, item[key]);
        return e;
    }
}

/// <summary>Parameters of <see cref="AtdParser"/>.</summary>
public sealed record AtdParserOptions : BotOptions
{
    /// <summary>Reports about files whose verdict is less severe than this (0 to 5) give no events.</summary>
    public int VerdictSeverity { get; init; } = 4;
}
