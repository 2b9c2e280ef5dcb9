using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.VxVault;

/// <summary>Parses the list of VX Vault: the URLs where malware was found last.</summary>
/// <remarks>The page begins with a tag, a title and the date of the list.</remarks>
[Bot("intelmq.bots.parsers.vxvault.parser")]
public sealed class VxVaultParser : Parser<string>
{
    const int HeaderLines = 3;

    int _headerLine;
    string? _updated;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { HeaderLines = HeaderLines, YieldHeader = true });

    /// <inheritdoc />
    protected override void BeginReport(Report report) => (_headerLine, _updated) = (0, null);

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (_headerLine < HeaderLines)
        {
            if (++_headerLine == HeaderLines) _updated = row;
            return [];
        }

        if (!row.StartsWith("http", StringComparison.Ordinal)) return [];
        if (!UrlText.TrySplit(row, out var url)) throw new FormatException($"'{row}' is no URL.");
        var e = report.NewEvent();
        var (host, port) = Split(url.Authority);
        e.AddToFirst(host, Source.Ip, Source.Fqdn);
        e.Add(Source.Url, row);
        e.Add(Source.Port, port);
        e.Add(TimeSource, _updated);
        e.Add(ClassificationType, "malware-distribution");
        e.Add(Raw, row);
        return [e];
    }

    static (string Host, long? Port) Split(ReadOnlySpan<char> authority)
    {
        var host = authority[(authority.LastIndexOf('@') + 1)..];
        var colon = host.LastIndexOf(':');
        if (colon < 0 || host[colon..].Contains(']')) return (host.Trim("[]").ToString(), null);
        var digits = host[(colon + 1)..];
        return (host[..colon].Trim("[]").ToString(), digits.IsEmpty ? null : long.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture));
    }
}
