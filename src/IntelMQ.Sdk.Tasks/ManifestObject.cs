using IntelMQ.Sdk.Generators;

namespace IntelMQ.Sdk.Tasks;

/// <summary>A JSON object under construction, one member a line; members without a value are left out.</summary>
sealed class ManifestObject(int indentation)
{
    readonly List<string> _members = [];

    public ManifestObject Add(string name, string? text) => string.IsNullOrWhiteSpace(text) ? this : AddRaw(name, JsonText.Quote(text!.Trim()));

    public ManifestObject AddList(string name, IEnumerable<string> texts)
    {
        var items = texts.Select(JsonText.Quote).ToArray();
        return items.Length == 0 ? this : AddRaw(name, $"[{string.Join(", ", items)}]");
    }

    public ManifestObject AddRaw(string name, string json)
    {
        _members.Add($"{JsonText.Quote(name)}: {json}");
        return this;
    }

    public override string ToString()
    {
        if (_members.Count == 0) return "{}";
        var line = "\n" + new string(' ', indentation);
        return $"{{{line}{string.Join("," + line, _members)}\n{new string(' ', indentation - 2)}}}";
    }
}
