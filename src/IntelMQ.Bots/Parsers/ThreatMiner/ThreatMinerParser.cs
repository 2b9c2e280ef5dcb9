using System.Text;
using System.Text.RegularExpressions;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.ThreatMiner;

/// <summary>Parses the front page of ThreatMiner: the domains that were searched for last, as the page was laid out in 2018.</summary>
[Bot("intelmq.bots.parsers.threatminer.parser")]
public sealed partial class ThreatMinerParser : Parser<string>
{
    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = new RecentDomainsFormat();

    [GeneratedRegex(@">\s*([^<>\s][^<>]*)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TextBehindTag { get; }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        foreach (Match text in TextBehindTag.Matches(row))
        {
            var e = report.NewEvent();
            e.Add(Source.Fqdn, text.Groups[1].Value);
            e.Add(ClassificationType, "blacklist");
            yield return e;
        }
    }
}

/// <summary>The lines of the page between two of its headings.</summary>
sealed class RecentDomainsFormat : RowFormat<string>
{
    const string Beginning = "Recent domains";
    const string End = "Recent hosts";

    static readonly RowFormat<string> Lines = RowFormat.Lines();

    public override IEnumerable<Row<string>> Read(ReadOnlyMemory<byte> report)
    {
        if (report.Span.Trim(" \t\r\n"u8).IsEmpty) yield break;
        if (!Has(report, Beginning) || !Has(report, End)) throw new InvalidMessageException($"The page lacks the heading '{Beginning}' or '{End}'; its layout must have changed.");
        var lines = Lines.Read(report).Select(row => row.Value!).SkipWhile(line => line != Beginning).Skip(1).TakeWhile(line => line != End);
        foreach (var line in lines)
            yield return new(line, static (line, _) => Encoding.UTF8.GetBytes(line!)) { Original = static (line, _) => Encoding.UTF8.GetBytes($"{Beginning}\n{line}\n{End}") };
    }

    static bool Has(ReadOnlyMemory<byte> report, string heading) => Lines.Read(report).Any(row => row.Value == heading);
}
