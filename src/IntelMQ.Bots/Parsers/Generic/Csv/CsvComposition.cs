using System.Globalization;
using System.Text;
using IntelMQ.Bots.FormatTexts;

namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>A field that is made of several cells.</summary>
sealed class CsvComposition
{
    readonly (string Literal, int Cell)[] _parts;

    CsvComposition(Field field, (string Literal, int Cell)[] parts)
    {
        Field = field;
        _parts = parts;
    }

    public Field Field { get; }

    /// <exception cref="FormatException">The format text has an error.</exception>
    public static CsvComposition Parse(string field, string format)
    {
        var next = 0;
        var parts = new List<(string, int)>();
        foreach (var part in FormatText.Parse(format))
        {
            if (part.Name is null)
            {
                parts.Add((part.Literal, -1));
                continue;
            }

            var cell = 0;
            if (part.Name.Length == 0) cell = next++;
            else if (!int.TryParse(part.Name, NumberStyles.None, CultureInfo.InvariantCulture, out cell)) throw new FormatException($"'{{{part.Name}}}' is no number of a column");
            if (part.Indexes.Count > 0 || part.Format.Length > 0) throw new FormatException($"expected only the number of a column in the braces, as in '{{{cell}}}'");
            parts.Add((part.Literal, cell));
        }

        return new CsvComposition(Field.Named(field), [.. parts]);
    }

    /// <exception cref="FormatException">The row has too few cells.</exception>
    public string Compose(CsvRow row)
    {
        var text = new StringBuilder();
        foreach (var (literal, cell) in _parts)
        {
            text.Append(literal);
            if (cell >= row.Count) throw new FormatException($"'{Field}' is composed of the column {cell}, but the row has {row.Count} cells only.");
            if (cell >= 0) text.Append(row[cell]);
        }

        return text.ToString();
    }
}
