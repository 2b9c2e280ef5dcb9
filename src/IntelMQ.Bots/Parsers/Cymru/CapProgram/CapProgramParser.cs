using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Cymru.CapProgram;

/// <summary>Parses what Team Cymru tells CERTs in its assistance program, in its present and its former form.</summary>
/// <remarks>A comment at the beginning of a report says which form it has.</remarks>
[Bot("intelmq.bots.parsers.cymru.parser_cap_program")]
public sealed class CapProgramParser : Parser<string>
{
    const int Columns = 6;
    const string PresentForm = "generated on";
    const string FormerForm = "Data file written at";

    Func<Event, string[], IEnumerable<Event>>? _parse;

    /// <inheritdoc />
    protected override RowFormat<string> Format { get; } = RowFormat.Lines(new() { HeaderPrefixes = ["#"], YieldHeader = true });

    /// <inheritdoc />
    protected override void BeginReport(Report report) => _parse = null;

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(string row, Report report)
    {
        if (row[0] == '#')
        {
            if (row.Contains(PresentForm, StringComparison.Ordinal)) _parse = PresentNotes.Parse;
            else if (row.Contains(FormerForm, StringComparison.Ordinal)) _parse = FormerComments.Parse;
            return [];
        }

        if (_parse is null) throw new InvalidMessageException($"No comment before the line tells its form; expected one with '{PresentForm}' or '{FormerForm}'.");
        var cells = row.Split('|');
        if (cells.Length != Columns) throw new FormatException($"The line has {cells.Length} columns; expected {Columns}.");
        var e = report.NewEvent();
        e.Add(Source.Ip, cells[1]);
        if (cells[2] != "0") e.Add(Source.Asn, cells[2]);
        e.Add(TimeSource, cells[3] + " GMT");
        return _parse(e, cells);
    }
}
