using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.OpenPhish;

/// <summary>Parses the free feed of OpenPhish: URLs of phishing pages.</summary>
[Bot("intelmq.bots.parsers.openphish.parser")]
public sealed class OpenPhishParser : Parser<string>
{
    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines();

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        var e = report.NewEvent();
        e.Add(Source.Url, row);
        e.Add(ClassificationType, "phishing");
        return [e];
    }
}
