using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace IntelMQ.Bots;

/// <summary>Values of messages from JSON; whole numbers and floating point numbers stay apart.</summary>
static class JsonValues
{
    public static FieldValue ToValue(JsonElement element) => FieldValue.From(ToObject(element));

    public static object? ToObject(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => element.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => Number(element),
        JsonValueKind.Array => element.EnumerateArray().Select(ToObject).ToList(),
        JsonValueKind.Object => Map(element),
        _ => null,
    };

    /// <summary>A list or map as JSON text in which everything beyond ASCII is escaped.</summary>
    public static string ToAsciiText(in FieldValue value)
    {
        var text = value.ToString();
        if (Ascii.IsValid(text)) return text;

        // Only within strings can there be such characters.
        var escaped = new StringBuilder(text.Length + 64);
        foreach (var c in text)
        {
            if (c < '\u0080') escaped.Append(c);
            else escaped.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return escaped.ToString();
    }

    static object Number(JsonElement element)
    {
        if (element.TryGetInt64(out var whole)) return whole;
        var text = element.GetRawText();
        return text.AsSpan().ContainsAny('.', 'e', 'E') ? element.GetDouble() : BigInteger.Parse(text, CultureInfo.InvariantCulture);
    }

    static OrderedDictionary<string, object?> Map(JsonElement element)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject()) map[property.Name] = ToObject(property.Value);
        return map;
    }
}
