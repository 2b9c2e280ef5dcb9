using System.Text;

namespace IntelMQ.Sdk.Generators;

/// <summary>Writes the <c>bots</c> array of the extension manifest.</summary>
/// <param name="documentation">Summaries of properties in other assemblies, by documentation id.</param>
sealed class ManifestWriter(IReadOnlyDictionary<string, string> documentation)
{
    // The first type is what a value is; a second one is taken too, since configurations of the original have it: an
    // unquoted number for a text, a text with commas for a list.
    const string TextType = "[\"string\",\"number\"]";
    const string TextItems = $"{{\"type\":{TextType}}}";

    public string Write(IEnumerable<BotModel> bots) => $"[{string.Join(",", bots.Select(Bot))}]";

    string Bot(BotModel bot)
    {
        var json = new StringBuilder("{\"name\":").Append(JsonText.Quote(bot.Name))
            .Append(",\"group\":").Append(JsonText.Quote(bot.Group))
            .Append(",\"type\":").Append(JsonText.Quote(bot.ClrType.Replace("global::", "")));
        if (bot.Summary.Length > 0) json.Append(",\"summary\":").Append(JsonText.Quote(bot.Summary));
        if (bot.Remarks.Length > 0) json.Append(",\"description\":").Append(JsonText.Quote(bot.Remarks));
        if (bot.OwnProcess) json.Append(",\"isolation\":\"process\"");
        if (bot.SingleInstance) json.Append(",\"singleInstance\":true");

        var parameters = bot.Options?.Parameters ?? default;
        json.Append(",\"parameters\":{\"type\":\"object\",\"properties\":{")
            .Append(string.Join(",", parameters.Select(p => $"{JsonText.Quote(p.Name)}:{Schema(p)}")))
            .Append('}');
        var required = parameters.Where(static p => p.Required).Select(static p => JsonText.Quote(p.Name)).ToArray();
        if (required.Length > 0) json.Append(",\"required\":[").Append(string.Join(",", required)).Append(']');
        return json.Append("}}").ToString();
    }

    string Schema(ParameterModel parameter)
    {
        var members = new List<string>();
        void Add(string name, string? json)
        {
            if (json is not null) members.Add($"\"{name}\":{json}");
        }

        Add("type", TypeOf(parameter.Kind));
        if (parameter.Kind == ParameterKind.Url) Add("format", "\"uri\"");
        if (parameter.Kind == ParameterKind.Duration) Add("x-unit", "\"s\"");
        if (parameter.Kind == ParameterKind.Texts) Add("items", TextItems);
        if (parameter.Kind == ParameterKind.Map) Add("additionalProperties", TextItems);
        if (parameter.Choices.Count > 0) Add("enum", $"[{string.Join(",", parameter.Choices.Select(static c => JsonText.Quote(c.Name)))}]");
        Add("minimum", parameter.Least);
        Add("maximum", parameter.Most);
        Add("default", parameter.DefaultJson);
        if (parameter.Secret) Add("writeOnly", "true");
        if (Describe(parameter) is { Length: > 0 } text) Add("description", JsonText.Quote(text));
        return $"{{{string.Join(",", members)}}}";
    }

    string Describe(ParameterModel parameter) =>
        parameter.Summary.Length > 0 ? parameter.Summary
        : documentation.TryGetValue(parameter.DocumentationId, out var text) ? text
        : "";

    static string? TypeOf(ParameterKind kind) => kind switch
    {
        ParameterKind.Text => TextType,
        ParameterKind.Url or ParameterKind.Choice => "\"string\"",
        ParameterKind.Boolean => "\"boolean\"",
        ParameterKind.Integer32 or ParameterKind.Integer64 => "\"integer\"",
        ParameterKind.Number or ParameterKind.Duration => "\"number\"",
        ParameterKind.Texts => "[\"array\",\"string\"]",
        ParameterKind.Map => "\"object\"",
        _ => null,
    };
}
