using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace IntelMQ.Sdk.Testing;

/// <summary>Reads parameters of a bot as they would stand in <c>runtime.yaml</c>, or as JSON.</summary>
static class ParameterFile
{
    static readonly SearchValues<char> OfNumbers = SearchValues.Create("0123456789.eE+-");

    public static IReadOnlyDictionary<string, object?> Read(string path)
    {
        var text = File.ReadAllText(path);
        return path.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? Json(text, path) : Yaml(text, path);
    }

    /// <exception cref="FormatException">The text is no JSON object.</exception>
    public static IReadOnlyDictionary<string, object?> Json(string text, string source)
    {
        try
        {
            return PythonJsonReader.Parse(Encoding.UTF8.GetBytes(text)) as IReadOnlyDictionary<string, object?>
                ?? throw new FormatException($"{source} is no JSON object.");
        }
        catch (JsonException e)
        {
            throw new FormatException($"{source} is no JSON: {e.Message}", e);
        }
    }

    static IReadOnlyDictionary<string, object?> Yaml(string text, string path)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count == 0) return new Dictionary<string, object?>();
            return ToObject(stream.Documents[0].RootNode) as IReadOnlyDictionary<string, object?> ?? throw new FormatException($"{path} is no map of parameters.");
        }
        catch (YamlException e)
        {
            throw new FormatException($"{path}, line {e.Start.Line}: {e.Message}", e);
        }
    }

    static object? ToObject(YamlNode node) => node switch
    {
        YamlMappingNode map => new OrderedDictionary<string, object?>(map.Children.Select(static pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", ToObject(pair.Value)))),
        YamlSequenceNode list => list.Children.Select(ToObject).ToList(),
        YamlScalarNode { Style: ScalarStyle.Plain } scalar => Plain(scalar.Value ?? ""),
        YamlScalarNode scalar => scalar.Value ?? "",
        _ => null,
    };

    /// <summary>The core schema of YAML 1.2.</summary>
    static object? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" => true,
        "false" or "False" or "FALSE" => false,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) => integer,
        _ when (char.IsAsciiDigit(text[^1]) || text[^1] == '.') && text.AsSpan().IndexOfAnyExcept(OfNumbers) < 0 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };
}
