using System.Text;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Cymru.FullBogons;

/// <summary>Parses the full bogon lists of Team Cymru: networks from which no traffic should come, since nobody has got them yet.</summary>
/// <remarks>The first line is a comment with the date of the list in parentheses; it is part of the <c>raw</c> of each event.</remarks>
[Bot("intelmq.bots.parsers.cymru.parser_full_bogons")]
public sealed class FullBogonsParser : Parser<string>
{
    string _header = "";
    string? _updated;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { HeaderLines = 1 });

    /// <inheritdoc />
    protected override void BeginReport(Report report)
    {
        var bytes = report.RawBytes.Span;
        var end = bytes.IndexOf((byte)'\n');
        _header = Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
        _updated = bytes.IsEmpty ? null : DateIn(_header);
    }

    static string? DateIn(string header)
    {
        var date = header[(header.IndexOf('(', StringComparison.Ordinal) + 1)..];
        if (date.IndexOf(')', StringComparison.Ordinal) is >= 0 and var end) date = date[..end];
        return TimeFormat.Fuzzy.TryConvert(date, out var time)
            ? time
            : throw new InvalidMessageException($"The first line of the list is '{header.Trim()}'; expected a comment with the date of the list in parentheses.");
    }

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (row[0] == '#' || row.StartsWith("//", StringComparison.Ordinal)) return [];
        var e = report.NewEvent();
        if (!e.AddToFirst(row, Source.Ip)) e.Add(Source.Network, row);
        e.Add(TimeSource, _updated);
        e.Add(ClassificationType, "blacklist");
        e.Add(Raw, $"{_header}\n{row}");
        return [e];
    }
}
