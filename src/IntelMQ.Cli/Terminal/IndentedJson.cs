using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Terminal;

/// <summary>Plain values as JSON in the layout of the original: indented by four, all but ASCII escaped, the order of keys kept.</summary>
static class IndentedJson
{
    const int Step = 4;

    /// <param name="value">Null, text, number, boolean, list, or map from texts.</param>
    public static string Of(object? value)
    {
        var text = new StringBuilder();
        Write(text, value, 0);
        return text.ToString();
    }

    static void Write(StringBuilder text, object? value, int depth)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> map:
                WriteAll(text, '{', '}', map, depth, entry =>
                {
                    text.Append(PythonJson.ToText(entry.Key, ascii: true)).Append(": ");
                    Write(text, entry.Value, depth + Step);
                });
                break;
            case IReadOnlyList<object?> list:
                WriteAll(text, '[', ']', list, depth, item => Write(text, item, depth + Step));
                break;
            case int number:
                text.Append(PythonJson.ToText((long)number, ascii: true));
                break;
            case null:
                text.Append("null");
                break;
            default:
                text.Append(PythonJson.ToText(FieldValue.From(value), ascii: true));
                break;
        }
    }

    static void WriteAll<T>(StringBuilder text, char open, char close, IReadOnlyCollection<T> items, int depth, Action<T> write)
    {
        text.Append(open);
        var first = true;
        foreach (var item in items)
        {
            text.Append(first ? "\n" : ",\n").Append(' ', depth + Step);
            first = false;
            write(item);
        }

        if (!first) text.Append('\n').Append(' ', depth);
        text.Append(close);
    }
}
