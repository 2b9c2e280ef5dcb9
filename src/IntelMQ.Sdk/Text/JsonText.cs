using System.Text;
using System.Text.Json;

namespace IntelMQ.Sdk;

/// <summary>JSON as the original reads and writes it: whole and floating point numbers stay apart, and so do the names' order and big numbers.</summary>
public static class JsonText
{
    /// <summary>Reads a JSON value.</summary>
    /// <exception cref="FormatException">It is no JSON; the message says where.</exception>
    public static FieldValue Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return FieldValue.From(PythonJsonReader.Parse(utf8));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"This is no JSON: {e.Message}", e);
        }
    }

    /// <summary>Reads a JSON value.</summary>
    /// <exception cref="FormatException">It is no JSON; the message says where.</exception>
    public static FieldValue Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads a JSON value; false when it is no JSON.</summary>
    public static bool TryParse(string text, out FieldValue value)
    {
        var isJson = PythonJsonReader.TryParse(text, out var read);
        value = isJson ? FieldValue.From(read) : FieldValue.None;
        return isJson;
    }

    /// <summary>Writes a value: <c>{"a": 1, "b": [1.0, "x"]}</c>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="ascii">Whether what is beyond ASCII is escaped, as the original does where nothing else is said.</param>
    /// <param name="sorted">Whether names are sorted.</param>
    public static string Write(in FieldValue value, bool ascii = true, bool sorted = false) => PythonJson.ToText(value, ascii, sorted);
}
