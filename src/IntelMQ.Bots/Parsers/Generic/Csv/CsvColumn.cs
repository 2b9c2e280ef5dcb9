using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Parsers.Generic.Csv;

/// <summary>What a parser does with the values of a column.</summary>
/// <param name="Alternatives">The fields to try, the first that takes the value wins; empty for a column that is left out.</param>
/// <param name="IsRequired">Whether a value that no field takes makes the row fail.</param>
sealed record CsvColumn(CsvTarget[] Alternatives, bool IsRequired)
{
    /// <summary>Whether the column is left out whatever stands in it.</summary>
    public bool IsIgnored => Alternatives is [{ Field: null }];
}

/// <summary>What becomes of a value on its way into a field.</summary>
enum CsvTargetKind
{
    Plain,
    Time,
    Url,
    ClassificationType,
}

/// <summary>One field that a column may go to.</summary>
/// <param name="Field">The field; null when the value is to be left out.</param>
/// <param name="Kind">Which treatment the field's values get.</param>
/// <param name="Pattern">What to take of the value.</param>
/// <param name="IsJson">Whether the value is JSON to be read.</param>
sealed record CsvTarget(Field? Field, CsvTargetKind Kind, Regex? Pattern, bool IsJson)
{
    public static CsvTargetKind KindOf(string name) =>
        name is "time.source" or "time.destination" ? CsvTargetKind.Time
        : name.EndsWith(".url", StringComparison.Ordinal) ? CsvTargetKind.Url
        : name == "classification.type" ? CsvTargetKind.ClassificationType
        : CsvTargetKind.Plain;

    /// <exception cref="FormatException">The text is no JSON.</exception>
    public static FieldValue ReadJson(string text)
    {
        try
        {
            return JsonText.Parse(text);
        }
        catch (FormatException e)
        {
            throw new FormatException($"The value '{text}' is no JSON.", e);
        }
    }
}
