using System.Text.RegularExpressions;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.DangerRulez;

/// <summary>Parses the list of BruteForceBlocker on danger.rulez.sk: addresses that guess passwords of SSH servers.</summary>
[Bot("intelmq.bots.parsers.danger_rulez.parser")]
public sealed partial class DangerRulezParser : Parser<string>
{
    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { IgnoredPrefixes = ["#"], KeepWhiteSpace = true });

    [GeneratedRegex("[^ \t]+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Address { get; }

    [GeneratedRegex("# ([^ \t]+ [^ \t]+)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LastReported { get; }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        var address = Address.Match(row);
        if (!address.Success || address.Index > 0) throw new FormatException("The line does not begin with an address.");
        var time = LastReported.Match(row);
        if (!time.Success) throw new FormatException("The line has no time; expected one behind '# '.");

        var e = report.NewEvent();
        e.Add(Source.Ip, address.Value);
        e.Add(TimeSource, time.Groups[1].Value + " UTC");
        e.Add(ClassificationType, "brute-force");
        return [e];
    }
}
