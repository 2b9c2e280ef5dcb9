using System.Globalization;

namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>A field that is made of several cells.</summary>
sealed class CsvComposition
{
    readonly TextTemplate _template;
    readonly int[] _cells;

    CsvComposition(Field field, TextTemplate template, int[] cells)
    {
        Field = field;
        _template = template;
        _cells = cells;
    }

    public Field Field { get; }

    /// <exception cref="FormatException">The format text has an error.</exception>
    public static CsvComposition Parse(string field, string format)
    {
        var template = TextTemplate.Parse(format);
        var cells = new int[template.Places.Count];
        var next = 0;
        for (var i = 0; i < cells.Length; i++)
        {
            var place = template.Places[i];
            if (place.Name.Length == 0) cells[i] = next++;
            else if (!int.TryParse(place.Name, NumberStyles.None, CultureInfo.InvariantCulture, out cells[i])) throw new FormatException($"'{place}' is no number of a column");
            if (place.Indexes.Count > 0 || place.Format.Length > 0) throw new FormatException($"expected only the number of a column in the braces, as in '{{{cells[i]}}}'");
        }

        return new CsvComposition(Field.Named(field), template, cells);
    }

    /// <exception cref="FormatException">The row has too few cells.</exception>
    public string Compose(CsvRow row)
    {
        var at = 0;
        return _template.Fill(_ => Cell(row, _cells[at++]));
    }

    string Cell(CsvRow row, int cell) =>
        cell < row.Count ? row.TextOf(cell) : throw new FormatException($"'{Field}' is composed of the column {cell}, but the row has {row.Count} cells only.");
}
