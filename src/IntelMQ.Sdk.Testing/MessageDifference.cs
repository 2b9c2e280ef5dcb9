using System.Globalization;
using System.Text;

namespace IntelMQ.Sdk.Testing;

/// <summary>Compares messages field by field and tells the differences one a line.</summary>
static class MessageDifference
{
    public static OrderedDictionary<string, object?> Parse(string json) =>
        PythonJsonReader.Parse(Encoding.UTF8.GetBytes(json)) as OrderedDictionary<string, object?>
        ?? throw new FormatException($"This is no JSON object: {json}");

    /// <summary>Null when there is no difference.</summary>
    public static string? Between(IReadOnlyList<OrderedDictionary<string, object?>> expected, IReadOnlyList<OrderedDictionary<string, object?>> actual)
    {
        var lines = new StringBuilder();
        if (expected.Count != actual.Count) lines.Append(CultureInfo.InvariantCulture, $"expected {expected.Count} messages, got {actual.Count}\n");
        for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
        {
            if (i >= actual.Count) lines.Append(CultureInfo.InvariantCulture, $"message {i + 1} is missing: {Show(expected[i])}\n");
            else if (i >= expected.Count) lines.Append(CultureInfo.InvariantCulture, $"message {i + 1} is too much: {Show(actual[i])}\n");
            else Append(lines, i, expected[i], actual[i]);
        }

        return lines.Length == 0 ? null : lines.ToString();
    }

    static void Append(StringBuilder lines, int i, OrderedDictionary<string, object?> expected, OrderedDictionary<string, object?> actual)
    {
        foreach (var key in expected.Keys.Union(actual.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var isWanted = expected.TryGetValue(key, out var wanted);
            var isThere = actual.TryGetValue(key, out var found);
            if (!isWanted && key.StartsWith("__", StringComparison.Ordinal)) continue;
            if (isWanted && isThere && FieldValue.From(wanted) == FieldValue.From(found)) continue;
            lines.Append(CultureInfo.InvariantCulture, $"message {i + 1}, {key}: expected {(isWanted ? Show(wanted) : "nothing")}, got {(isThere ? Show(found) : "nothing")}\n");
        }
    }

    public static string Show(object? value) => PythonJson.ToText(FieldValue.From(value), ascii: false);
}
