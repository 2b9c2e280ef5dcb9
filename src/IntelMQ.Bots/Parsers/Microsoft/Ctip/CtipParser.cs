using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Microsoft.Ctip;

/// <summary>Parses the Cyber Threat Intelligence Program of Microsoft: infected systems, as Interflow and as Azure give them.</summary>
/// <remarks>A report of Interflow is a JSON list, one of Azure has a JSON object per line.</remarks>
[Bot("intelmq.bots.parsers.microsoft.parser_ctip")]
public sealed class CtipParser(CtipParserOptions options) : Parser<JsonRow>
{
    const double InterflowVersion = 1.5;

    static readonly RowFormat<JsonRow> List = RowFormat.JsonArray();
    static readonly RowFormat<JsonRow> Lines = RowFormat.JsonLines();

    RowFormat<JsonRow> _format = List;

    /// <inheritdoc />
    protected override RowFormat<JsonRow> Format => _format;

    /// <inheritdoc />
    protected override void BeginReport(Report report) => _format = report.RawBytes.Span.TrimStart(" \t\r\n"u8) switch
    {
        [(byte)'[', ..] => List,
        [(byte)'{', ..] => Lines,
        _ => throw new InvalidMessageException("The report is neither a JSON list (Interflow) nor JSON objects, one per line (Azure)."),
    };

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(JsonRow row, Report report)
    {
        var e = report.NewEvent();
        if (PythonValues.AreEqual(row.Get("version"), InterflowVersion)) InterflowForm.AddTo(e, row);
        else new AzureForm(options.Overwrite).AddTo(e, row);
        e.Add(ClassificationType, "infected-system");
        return [e];
    }

    /// <summary>What the report says about its accuracy, lessened by how sure Microsoft is.</summary>
    internal static void SetAccuracy(Event e, double confidence) =>
        e.Set(FeedAccuracy, (e.TryGet(FeedAccuracy, out var accuracy) ? accuracy : 100.0) * confidence / 100);
}

/// <summary>Parameters of <see cref="CtipParser"/>.</summary>
public sealed record CtipParserOptions : BotOptions
{
    /// <summary>Whether what Azure says replaces what the event has, such as the name of the feed that the collector gave.</summary>
    public bool Overwrite { get; init; } = true;
}
