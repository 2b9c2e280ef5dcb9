using System.Text;
using IntelMQ.Bots.Parsers.Shadowserver;

namespace IntelMQ.Conformance.Library;

/// <summary>Compares the functions that schemas of Shadowserver name.</summary>
static class ConversionVectors
{
    const string Error = "an error";

    /// <summary>A line of <c>shadowserver-functions.jsonl</c>.</summary>
    public static string? Check(Vector vector)
    {
        var (name, args) = (vector.Text("function")!, vector.List("args"));
        if (Conversions.Named(name) is not { } conversion) return $"there is no function '{name}'";
        var result = Result(conversion, (string)args[0]!, args.ElementAtOrDefault(1) as IReadOnlyDictionary<string, object?>);
        var (found, wanted) = (Vector.Show(result), Vector.Show(Vector.IsError(vector["result"]) ? Error : vector["result"]));
        return found == wanted ? null : $"gave {found}, expected {wanted}";
    }

    static FieldValue Result(Conversion conversion, string cell, IReadOnlyDictionary<string, object?>? row)
    {
        try
        {
            return conversion(cell, Record(row));
        }
        catch (FormatException)
        {
            return Error;
        }
    }

    static CsvRecord Record(IReadOnlyDictionary<string, object?>? cells)
    {
        cells ??= new Dictionary<string, object?> { ["x"] = "x" };
        var text = CsvText.Row(cells.Keys, CsvDialect.Unix, "\n") + CsvText.Row(cells.Values.Select(static cell => (string?)cell ?? ""), CsvDialect.Unix, "\n");
        return RowFormat.CsvDictionary(new() { Dialect = CsvDialect.Unix }).Read(Encoding.UTF8.GetBytes(text)).First().Value!;
    }
}
