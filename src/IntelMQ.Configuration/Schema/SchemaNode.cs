using System.Text.Json;

namespace IntelMQ.Configuration.Schema;

/// <summary>The kinds of values that a schema may allow.</summary>
[Flags]
internal enum ValueTypes
{
    None = 0,
    Null = 1,
    Boolean = 2,
    Integer = 4,
    Number = 8,
    Text = 16,
    List = 32,
    Map = 64,
}

/// <summary>What one value may be: the part of JSON Schema that manifests of bots use. Other keywords are ignored.</summary>
internal sealed class SchemaNode
{
    SchemaNode()
    {
    }

    /// <summary>Allowed kinds; <see cref="ValueTypes.None"/> for any.</summary>
    public ValueTypes Types { get; private init; }

    /// <summary>The only values allowed; null for no limit.</summary>
    public IReadOnlyList<object?>? Values { get; private init; }

    public SchemaNode? Items { get; private init; }

    public IReadOnlyDictionary<string, SchemaNode> Properties { get; private init; } = new Dictionary<string, SchemaNode>();

    /// <summary>What values of unknown names must be; null where nothing is said.</summary>
    public SchemaNode? AdditionalProperties { get; private init; }

    /// <summary>Whether unknown names are allowed; null where nothing is said.</summary>
    public bool? AllowsAdditional { get; private init; }

    public IReadOnlyList<string> Required { get; private init; } = [];

    public bool IsUri { get; private init; }

    /// <summary>The value is a secret.</summary>
    public bool WriteOnly { get; private init; }

    /// <summary>The number is one of seconds.</summary>
    public bool InSeconds { get; private init; }

    public double? Minimum { get; private init; }

    public double? Maximum { get; private init; }

    public bool HasDefault { get; private init; }

    public object? Default { get; private init; }

    /// <exception cref="FormatException">The schema is malformed.</exception>
    public static SchemaNode Parse(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            return new SchemaNode();
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"A schema is an object, not {schema.ValueKind}");
        }

        var additional = Child(schema, "additionalProperties");
        var fallback = Child(schema, "default");
        return new SchemaNode
        {
            Types = Child(schema, "type") is { } type ? ParseTypes(type) : ValueTypes.None,
            Values = Child(schema, "enum") is { } values ? [.. values.EnumerateArray().Select(ToPlain)] : null,
            Items = Child(schema, "items") is { } items ? Parse(items) : null,
            Properties = Child(schema, "properties") is { } properties
                ? properties.EnumerateObject().ToDictionary(static property => property.Name, static property => Parse(property.Value), StringComparer.Ordinal)
                : new Dictionary<string, SchemaNode>(),
            AdditionalProperties = additional is { ValueKind: JsonValueKind.Object } ? Parse(additional.Value) : null,
            AllowsAdditional = additional is null ? null : additional.Value.ValueKind != JsonValueKind.False,
            Required = Child(schema, "required") is { } required ? [.. required.EnumerateArray().Select(static name => name.GetString() ?? "")] : [],
            IsUri = Child(schema, "format") is { ValueKind: JsonValueKind.String } format && format.ValueEquals("uri"),
            WriteOnly = Child(schema, "writeOnly") is { ValueKind: JsonValueKind.True },
            InSeconds = Child(schema, "x-unit") is { ValueKind: JsonValueKind.String } unit && unit.ValueEquals("s"),
            Minimum = Child(schema, "minimum")?.GetDouble(),
            Maximum = Child(schema, "maximum")?.GetDouble(),
            HasDefault = fallback is not null,
            Default = fallback is null ? null : ToPlain(fallback.Value),
        };
    }

    static JsonElement? Child(JsonElement schema, string name) => schema.TryGetProperty(name, out var child) ? child : null;

    static ValueTypes ParseTypes(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array
            ? type.EnumerateArray().Aggregate(ValueTypes.None, static (types, one) => types | ParseType(one))
            : ParseType(type);

    static ValueTypes ParseType(JsonElement type) =>
        type.GetString() switch
        {
            "null" => ValueTypes.Null,
            "boolean" => ValueTypes.Boolean,
            "integer" => ValueTypes.Integer,
            "number" => ValueTypes.Number,
            "string" => ValueTypes.Text,
            "array" => ValueTypes.List,
            "object" => ValueTypes.Map,
            var other => throw new FormatException($"\"{other}\" is not a type of JSON Schema"),
        };

    static object? ToPlain(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : (object)value.GetDouble(),
            JsonValueKind.Array => value.EnumerateArray().Select(ToPlain).ToList(),
            JsonValueKind.Object => new OrderedDictionary<string, object?>(
                value.EnumerateObject().Select(static property => KeyValuePair.Create(property.Name, ToPlain(property.Value))), StringComparer.Ordinal),
            _ => null,
        };
}
