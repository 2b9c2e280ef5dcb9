using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace IntelMQ.Extensions;

/// <summary>The four kinds of bot, in the order of a pipeline.</summary>
internal enum BotGroup
{
    Collectors,
    Parsers,
    Experts,
    Outputs,
}

/// <summary>What a manifest says about one bot.</summary>
internal sealed class BotManifest
{
    readonly Lazy<IReadOnlyList<ParameterManifest>> _parameters;

    public BotManifest() => _parameters = new(() => ParameterManifest.List(Schema));

    /// <summary>The full name, as <c>module</c> in <c>runtime.yaml</c> has it.</summary>
    public required string Name { get; init; }

    public required BotGroup Group { get; init; }

    /// <summary>The class, for messages only.</summary>
    public string? Type { get; init; }

    /// <summary>One sentence.</summary>
    public string? Summary { get; init; }

    public string? Description { get; init; }

    /// <summary>The bot or its package asks for a process of its own.</summary>
    public bool OwnProcess { get; init; }

    /// <summary>It works with one instance only.</summary>
    public bool SingleInstance { get; init; }

    /// <summary>The JSON Schema of the parameters.</summary>
    public required JsonElement Schema { get; init; }

    /// <summary>The parameters as the schema lists them, in its order.</summary>
    public IReadOnlyList<ParameterManifest> Parameters => _parameters.Value;
}

/// <summary>One parameter of a bot.</summary>
/// <param name="Name">As in <c>runtime.yaml</c>.</param>
/// <param name="Schema">What JSON Schema says about it.</param>
/// <param name="Required">It must be given.</param>
internal sealed record ParameterManifest(string Name, JsonElement Schema, bool Required)
{
    /// <summary>The JSON type: <c>string</c>, <c>integer</c>, …, the first one where further ones are taken too; null when it may be anything.</summary>
    public string? Type =>
        Schema.TryGetProperty("type", out var types) && types.ValueKind == JsonValueKind.Array
            ? types.EnumerateArray().Select(type => type.ToString()).FirstOrDefault()
            : Text("type");

    public string? Description => Text("description");

    /// <summary>The format of a text, such as <c>uri</c>.</summary>
    public string? Format => Text("format");

    /// <summary>The unit of a number, such as <c>s</c>.</summary>
    public string? Unit => Text("x-unit");

    /// <summary>A password or token: its value must not be shown.</summary>
    public bool Secret => Schema.TryGetProperty("writeOnly", out var value) && value.ValueKind == JsonValueKind.True;

    /// <summary>The value when none is given; null when there is no such.</summary>
    public JsonElement? Default => Schema.TryGetProperty("default", out var value) ? value : null;

    /// <summary>The default as a plain object, as <see cref="IntelMQ.Sdk.Runtime.ParameterReader"/> takes them; null when there is none.</summary>
    public object? DefaultValue => Default is { } value ? ToObject(value) : null;

    /// <summary>A JSON value as a plain object.</summary>
    internal static object? ToObject(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.Number => ToNumber(value),
        JsonValueKind.Array => value.EnumerateArray().Select(ToObject).ToList(),
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(property => property.Name, property => ToObject(property.Value)),
        _ => null,
    };

    static object ToNumber(JsonElement value)
    {
        if (value.TryGetInt64(out var integer)) return integer;
        return BigInteger.TryParse(value.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large) ? large : value.GetDouble();
    }

    /// <summary>The allowed texts; empty when any is.</summary>
    public IReadOnlyList<string> Choices =>
        Schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(value => value.ToString())]
            : [];

    string? Text(string property) =>
        Schema.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    internal static IReadOnlyList<ParameterManifest> List(JsonElement schema)
    {
        if (!schema.TryGetProperty("properties", out var properties)) return [];
        var required = schema.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet(StringComparer.Ordinal)
            : [];
        return [.. properties.EnumerateObject().Select(property => new ParameterManifest(property.Name, property.Value, required.Contains(property.Name)))];
    }
}
