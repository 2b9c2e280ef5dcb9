using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Configuration.Yaml;

/// <summary>Writes plain values as YAML that readers of version 1.1 and 1.2, and of JSON where asked, take the same way.</summary>
internal static partial class YamlText
{
    const int MaximumLine = 100;

    /// <summary>A value in brackets or as a scalar, on one line.</summary>
    /// <param name="flow">Stands inside of brackets.</param>
    /// <param name="json">Everything is quoted as JSON.</param>
    public static string Inline(object? value, bool flow, bool json, NodeStyle preferred = NodeStyle.Plain) =>
        value switch
        {
            IReadOnlyDictionary<string, object?> map =>
                "{" + string.Join(", ", map.Select(entry => $"{Key(entry.Key, json)}: {Inline(entry.Value, flow: true, json)}")) + "}",
            IReadOnlyList<object?> list => "[" + string.Join(", ", list.Select(item => Inline(item, flow: true, json))) + "]",
            _ => Scalar(value, flow, json, preferred),
        };

    public static string Key(string key, bool json) => Scalar(key, flow: true, json, NodeStyle.Plain);

    /// <summary>The lines of a map by indentation, each ended by a line break.</summary>
    public static string Block(IReadOnlyDictionary<string, object?> map, int indent, int step, string lineBreak)
    {
        var text = new StringBuilder();
        foreach (var (key, value) in map)
        {
            text.Append(Entry(key, value, indent, step, lineBreak));
        }

        return text.ToString();
    }

    /// <summary>A key with its value by indentation, ended by a line break.</summary>
    public static string Entry(string key, object? value, int indent, int step, string lineBreak) =>
        $"{new string(' ', indent)}{Key(key, json: false)}:{Value(value, indent, step, lineBreak)}{lineBreak}";

    /// <summary>What follows the colon of a key that is indented so far, without the last line break.</summary>
    public static string Value(object? value, int indent, int step, string lineBreak)
    {
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> { Count: > 0 } map:
                return lineBreak + Block(map, indent + step, step, lineBreak)[..^lineBreak.Length];
            case IReadOnlyList<object?> { Count: > 0 } list when !FitsInline(list, indent):
                var dash = new string(' ', indent + step) + "- ";
                return string.Concat(list.Select(item => lineBreak + dash + Inline(item, flow: false, json: false)));
            default:
                return " " + Inline(value, flow: false, json: false);
        }
    }

    /// <summary>A map in brackets with an entry per line, as JSON files are laid out; lists stay on their lines.</summary>
    public static string Spread(object? value, string indent, string step, bool json, string lineBreak)
    {
        if (value is not IReadOnlyDictionary<string, object?> { Count: > 0 } map)
        {
            return Inline(value, flow: true, json);
        }

        var inner = indent + step;
        var entries = map.Select(entry => $"{inner}{Key(entry.Key, json)}: {Spread(entry.Value, inner, step, json, lineBreak)}");
        return "{" + lineBreak + string.Join("," + lineBreak, entries) + lineBreak + indent + "}";
    }

    /// <summary>A whole JSON file: an entry, or an item of a list, per line.</summary>
    public static string JsonFile(object? value)
    {
        const string Step = "    ";
        return value is IReadOnlyList<object?> { Count: > 0 } items
            ? "[\n" + string.Join(",\n", items.Select(static item => Step + Spread(item, Step, Step, json: true, "\n"))) + "\n]\n"
            : Spread(value, "", Step, json: true, "\n") + "\n";
    }

    static bool FitsInline(IReadOnlyList<object?> list, int indent) =>
        list.All(static item => item is not (IReadOnlyDictionary<string, object?> or IReadOnlyList<object?>))
        && indent + list.Sum(static item => (item as string)?.Length + 4 ?? 8) < MaximumLine;

    static string Scalar(object? value, bool flow, bool json, NodeStyle preferred) =>
        value switch
        {
            null => "null",
            bool flag => flag ? "true" : "false",
            long number => number.ToString(CultureInfo.InvariantCulture),
            BigInteger number => number.ToString(CultureInfo.InvariantCulture),
            double number => Float(number),
            string text when json => DoubleQuoted(text),
            string text => Text(text, flow, preferred),
            _ => throw new ArgumentException($"{value.GetType().Name} is no plain value", nameof(value)),
        };

    static string Float(double number)
    {
        if (double.IsNaN(number))
        {
            return ".nan";
        }

        if (double.IsInfinity(number))
        {
            return number > 0 ? ".inf" : "-.inf";
        }

        // Version 1.1 knows exponents only after a point.
        var text = number.ToString("R", CultureInfo.InvariantCulture);
        var exponent = text.IndexOf('E', StringComparison.Ordinal);
        return text.Contains('.', StringComparison.Ordinal) ? text : exponent < 0 ? text + ".0" : text.Insert(exponent, ".0");
    }

    static string Text(string text, bool flow, NodeStyle preferred)
    {
        if (text.Any(static c => char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' || char.IsSurrogate(c)))
        {
            return DoubleQuoted(text);
        }

        return preferred switch
        {
            NodeStyle.DoubleQuoted => DoubleQuoted(text),
            NodeStyle.SingleQuoted => SingleQuoted(text),
            _ when IsPlain(text, flow) => text,
            _ => SingleQuoted(text),
        };
    }

    static string SingleQuoted(string text) => "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";

    static string DoubleQuoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    static bool IsPlain(string text, bool flow) =>
        PlainPattern.IsMatch(text)
        && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal) && text[^1] is not (':' or ' ')
        && !(flow && text.AsSpan().ContainsAny(",[]{}"))
        && !Ambiguous.IsMatch(text)
        && CoreSchema.Resolve(text) is string;

    // What begins like this can be no indicator of YAML.
    static readonly Regex PlainPattern = PlainRegex();

    // Booleans, numbers, dates and times of version 1.1.
    static readonly Regex Ambiguous = AmbiguousRegex();

    [GeneratedRegex("^[A-Za-z0-9_./$\\\\(^\u00A1-\uD7FF][^\\x00-\\x1F\\x7F]*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainRegex();

    [GeneratedRegex("^(y|n|yes|no|on|off|true|false|null|[-+]?[0-9.][-+0-9_.:eExXobTZ\\sA-Fa-f]*|\\.inf|\\.nan|\\.\\.\\..*)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex AmbiguousRegex();
}
