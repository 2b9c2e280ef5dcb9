using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace IntelMQ.Sdk.Tasks;

/// <summary>
/// <c>fields.yaml</c>: the fields that a package adds to the data format, in the form of the original's
/// <c>harmonization.conf</c>.
/// </summary>
static class FieldsFile
{
    static readonly Regex NameForm = new(@"^[a-z_][a-z_0-9]+(\.[a-z_0-9]+)*$", RegexOptions.CultureInvariant);

    /// <summary>The types of the data format; a test holds them to those of the SDK.</summary>
    public static readonly IReadOnlyCollection<string> Types =
    [
        "ASN", "Accuracy", "Base64", "Boolean", "ClassificationTaxonomy", "ClassificationType", "DateTime", "FQDN", "Float", "IPAddress", "IPNetwork",
        "Integer", "JSON", "JSONDict", "LowercaseString", "Registry", "String", "TLP", "URL", "UppercaseString",
    ];

    static readonly Lazy<HashSet<string>> OfIntelMQ = new(ReadOwnFields);

    /// <summary>The member <c>fields</c> of the manifest; null when there is nothing, or something is wrong.</summary>
    public static string? Read(string path, List<FileProblem> problems)
    {
        var file = new YamlFile(path);
        var sections = file.Root() is { } root ? file.Entries(root, "the file").Select(section => Section(file, section)).ToList() : [];
        problems.AddRange(file.Problems);
        if (file.Problems.Count > 0) return null;
        var json = new ManifestObject(4);
        foreach (var (name, fields) in sections) json.AddRaw(name, fields.ToString());
        return json.ToString();
    }

    static (string Name, ManifestObject Fields) Section(YamlFile file, (string Key, YamlNode KeyNode, YamlNode Value) section)
    {
        var json = new ManifestObject(6);
        if (section.Key is not ("event" or "report")) file.Refuse(section.KeyNode, $"there is no kind of message '{section.Key}'; expected event or report");
        else foreach (var (name, keyNode, value) in file.Entries(section.Value, section.Key)) json.AddRaw(name, Field(file, section.Key, name, keyNode, value).ToString());
        return (section.Key, json);
    }

    static ManifestObject Field(YamlFile file, string section, string name, YamlNode keyNode, YamlNode options)
    {
        var place = $"{section}: {name}";
        if (!NameForm.IsMatch(name)) file.Refuse(keyNode, $"{place}: the name is not allowed; expected lower-case letters, digits, '_' and dots");
        if (OfIntelMQ.Value.Contains(place)) file.Refuse(keyNode, $"{place}: IntelMQ has this field itself, and a package cannot change it; leave it out");
        var json = new ManifestObject(8);
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (option, optionNode, value) in file.Entries(options, place))
        {
            given.Add(option);
            switch (option)
            {
                case "type":
                    var type = file.Text(value, $"{place}: type");
                    if (type is not null && !Types.Contains(type)) file.Refuse(value, $"{place}: there is no type '{type}'; expected one of {string.Join(", ", Types)}");
                    json.Add(option, type);
                    break;
                case "description" or "regex" or "iregex":
                    json.Add(option, file.Text(value, $"{place}: {option}"));
                    break;
                case "length":
                    if (value is YamlScalarNode { Value: { } text } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length)) json.AddRaw(option, length.ToString(CultureInfo.InvariantCulture));
                    else file.Refuse(value, $"{place}: length: {YamlFile.Show(value)} stands there; expected a whole number of characters");
                    break;
                default:
                    file.Refuse(optionNode, $"{place}: there is no option '{option}'; expected type, description, length, regex or iregex");
                    break;
            }
        }

        foreach (var required in new[] { "type", "description" })
            if (!given.Contains(required))
                file.Refuse(keyNode, $"{place}: the option '{required}' is missing");
        return json;
    }

    static HashSet<string> ReadOwnFields()
    {
        using var reader = new StreamReader(typeof(FieldsFile).Assembly.GetManifestResourceStream("harmonization.conf")!);
        var stream = new YamlStream();
        stream.Load(reader);
        var sections = (YamlMappingNode)stream.Documents[0].RootNode;
        return [.. sections.Children.SelectMany(static section => ((YamlMappingNode)section.Value).Children.Select(field => $"{section.Key}: {field.Key}"))];
    }
}
