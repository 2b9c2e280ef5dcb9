using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Surbl;

/// <summary>Parses the data of SURBL in the form for rbldnsd: domains that appear in unwanted mail.</summary>
[Bot("intelmq.bots.parsers.surbl.parser")]
public sealed class SurblParser : Parser<string>
{
    string? _type;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = new SurblFormat();

    /// <inheritdoc />
    protected override void BeginReport(Report report) => _type = null;

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        switch (row[0])
        {
            case ':':
                _type = TypeOf(row);
                return [];
            case '.':
                var e = report.NewEvent();
                e.Add(Source.Fqdn, row[1..]);
                e.Add(ClassificationType, _type ?? throw new FormatException("No line before this one says on which lists the domain is."));
                return [e];
            default:
                Log.Debug($"A line is neither a domain nor says what the next ones are: {row}");
                return [];
        }
    }

    /// <summary>What the lists in a line such as <c>:127.0.0.128:Blocked, $ on lists [mw][ph], See: http://…</c> are about.</summary>
    static string TypeOf(string line)
    {
        var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 3) throw new FormatException("Expected the lists in brackets as the third word from the end.");
        var lists = words[^3].TrimStart('[').TrimEnd(',', ']').Split("][");
        return lists.Contains("mw") ? "malware-distribution" : lists.Contains("ph") ? "phishing" : "blacklist";
    }
}
