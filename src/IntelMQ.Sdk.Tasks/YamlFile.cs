using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using IntelMQ.Sdk.Generators;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace IntelMQ.Sdk.Tasks;

/// <summary>Something in a file of the author's is wrong.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
/// <param name="Column">From 1; 0 for the file as a whole.</param>
/// <param name="Text">Path, what stands there, what was expected.</param>
sealed record FileProblem(string File, int Line, int Column, string Text);

/// <summary>A YAML file (JSON is YAML too) that is checked while it is read; everything wrong is collected with its place.</summary>
sealed class YamlFile(string path)
{
    const int MaximumDepth = 32;

    static readonly Regex Float = new(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant);
    static readonly Regex Integer = new("^[-+]?[0-9]+$", RegexOptions.CultureInvariant);

    readonly List<FileProblem> _problems = [];

    public string Path => path;

    public IReadOnlyList<FileProblem> Problems => _problems;

    /// <summary>The root map; null when the file is empty or wrong, which is among the problems then.</summary>
    public YamlMappingNode? Root()
    {
        try
        {
            var stream = new YamlStream();
            using (var reader = new StreamReader(path)) stream.Load(reader);
            var root = stream.Documents.Count == 1 ? stream.Documents[0].RootNode : null;
            if (root is YamlMappingNode map) return map;
            _problems.Add(new(path, 1, 1, "the file has to be one map"));
        }
        catch (YamlException e)
        {
            _problems.Add(new(path, (int)e.Start.Line, (int)e.Start.Column, $"this is no YAML: {e.Message}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _problems.Add(new(path, 0, 0, $"cannot be read: {e.Message}"));
        }

        return null;
    }

    public void Refuse(YamlNode at, string text) => _problems.Add(new(path, (int)at.Start.Line, (int)at.Start.Column, text));

    /// <summary>The entries of a map, whose keys are texts.</summary>
    /// <param name="node">The map.</param>
    /// <param name="place">What messages call it.</param>
    public IEnumerable<(string Key, YamlNode KeyNode, YamlNode Value)> Entries(YamlNode node, string place)
    {
        if (node is not YamlMappingNode map)
        {
            Refuse(node, $"{place}: {Show(node)} stands there; expected a map");
            yield break;
        }

        foreach (var entry in map.Children)
        {
            if (entry.Key is YamlScalarNode { Value: { Length: > 0 } key }) yield return (key, entry.Key, entry.Value);
            else Refuse(entry.Key, $"{place}: a key is no text");
        }
    }

    /// <summary>A text, or null for anything else, which is complained about unless it is null.</summary>
    public string? Text(YamlNode node, string place)
    {
        if (node is YamlScalarNode scalar)
        {
            if (Resolve(scalar) == "null") return null;
            if (scalar.Value is { } text && text.Trim().Length > 0) return text.Trim();
        }

        Refuse(node, $"{place}: {Show(node)} stands there; expected a text");
        return null;
    }

    /// <summary>A value as JSON; null when it has no such form, which is complained about.</summary>
    public string? Json(YamlNode node, string place, int depth = 0)
    {
        if (depth > MaximumDepth)
        {
            Refuse(node, $"{place}: more than {MaximumDepth} levels of nesting");
            return null;
        }

        switch (node)
        {
            case YamlScalarNode scalar:
                var value = Resolve(scalar);
                if (value is null) Refuse(node, $"{place}: {scalar.Value} has no form in JSON");
                return value;
            case YamlSequenceNode list:
                var items = list.Children.Select((item, i) => Json(item, $"{place}[{i}]", depth + 1)).ToArray();
                return Array.Exists(items, static item => item is null) ? null : $"[{string.Join(", ", items)}]";
            default:
                var members = Entries(node, place).Select(entry => (entry.Key, Value: Json(entry.Value, $"{place}.{entry.Key}", depth + 1))).ToArray();
                return Array.Exists(members, static member => member.Value is null) ? null : $"{{{string.Join(", ", members.Select(static member => $"{JsonText.Quote(member.Key)}: {member.Value}"))}}}";
        }
    }

    /// <summary>A scalar by the core schema of YAML 1.2, as JSON; null for numbers that JSON does not have.</summary>
    static string? Resolve(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)) return JsonText.Quote(text);
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return "null";
            case "true" or "True" or "TRUE":
                return "true";
            case "false" or "False" or "FALSE":
                return "false";
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "-.inf" or "-.Inf" or "-.INF" or ".nan" or ".NaN" or ".NAN":
                return null;
        }

        if (Integer.IsMatch(text)) return BigInteger.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        return Float.IsMatch(text) ? JsonText.Number(double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)) : JsonText.Quote(text);
    }

    public static string Show(YamlNode node) => node switch
    {
        YamlScalarNode { Value: { Length: > 60 } text } => $"'{text.Substring(0, 60)}…'",
        YamlScalarNode scalar => $"'{scalar.Value}'",
        YamlSequenceNode => "a list",
        _ => "a map",
    };
}
