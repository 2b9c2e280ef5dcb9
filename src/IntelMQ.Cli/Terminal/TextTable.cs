using Spectre.Console;

namespace IntelMQ.Cli.Terminal;

/// <summary>A table: framed on a terminal, columns of blanks elsewhere.</summary>
/// <param name="headers">One for each column.</param>
sealed class TextTable(params string[] headers)
{
    readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add(cells);

    public void Write()
    {
        if (ConsoleOutput.IsTerminal) WriteFramed();
        else WritePlain();
    }

    /// <summary>For a terminal; also as a part of a live view.</summary>
    public Table ToSpectre()
    {
        // A frame takes three columns for each cell; names that break over two lines are worse than none.
        var framed = Widths().Sum(width => width + 3) + 1;
        var table = new Table().Border(framed > AnsiConsole.Profile.Width ? TableBorder.None : TableBorder.Rounded);
        for (var i = 0; i < headers.Length; i++)
        {
            var column = new TableColumn(new Text(headers[i], new Style(decoration: Decoration.Bold)));
            if (IsNumeric(i)) column.RightAligned();
            table.AddColumn(column);
        }

        foreach (var row in _rows) table.AddRow(row.Select(cell => new Text(cell)));
        return table;
    }

    // Loaded on a terminal only: the library costs a pipe a tenth of a second.
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    void WriteFramed() => AnsiConsole.Write(ToSpectre());

    bool IsNumeric(int column) => _rows.Count > 0 && _rows.All(row => row[column].Length == 0 || row[column].All(c => char.IsAsciiDigit(c) || c is ',' or '.' or '-' or ' '));

    int[] Widths() => [.. headers.Select((header, i) => _rows.Select(row => row[i].Length).Append(header.Length).Max())];

    void WritePlain()
    {
        var widths = Widths();
        foreach (var row in _rows.Prepend(headers))
        {
            var cells = row.Select((cell, i) => IsNumeric(i) ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
            Console.Out.WriteLine(string.Join("  ", cells).TrimEnd());
        }
    }
}
