using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.CiArmy;

/// <summary>Parses the list of CINS Army: addresses with a bad reputation among the sensors of Sentinel.</summary>
[Bot("intelmq.bots.parsers.ci_army.parser")]
public sealed class CiArmyParser : Parser<string>
{
    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { IgnoredPrefixes = ["#"], KeepWhiteSpace = true });

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        var e = report.NewEvent();
        e.Add(Source.Ip, row);
        e.Add(ClassificationType, "blacklist");
        return [e];
    }
}
