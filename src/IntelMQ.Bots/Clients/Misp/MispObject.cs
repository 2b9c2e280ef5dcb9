using System.Globalization;

namespace IntelMQ.Bots.Clients.Misp;

/// <summary>
/// An event of ours as MISP takes it: an object of the template <c>intelmq_event</c>, whose attributes are the fields that the template
/// knows (<c>misp_object.table.json</c>: the type of each, and what MISP does with that type by default).
/// </summary>
sealed class MispObject
{
    /// <summary>The name of the template.</summary>
    public const string Name = "intelmq_event";

    static readonly MessageJsonOptions Form = new() { JsonDictAsString = true };
    static readonly JsonRow Table = EmbeddedTable.Read<MispObject>("misp_object.table.json");
    static readonly IReadOnlyDictionary<string, string> Types = Table.Texts("fields");
    static readonly Dictionary<string, AttributeType> TypesByName = Table.Object("types").Keys.ToDictionary(name => name, name => AttributeType.Read(name, Table.Object("types").Object(name)), StringComparer.Ordinal);

    MispObject(List<MispAttribute> attributes) => Attributes = attributes;

    /// <summary>The fields, in the order of the event.</summary>
    public IReadOnlyList<MispAttribute> Attributes { get; }

    /// <summary>The object of an event.</summary>
    /// <exception cref="InvalidMessageException">The event has no field that the template knows.</exception>
    public static MispObject From(Message message)
    {
        var attributes = new List<MispAttribute>();
        foreach (var (field, raw) in message.ToMap(Form))
        {
            var value = raw is string text ? text.Trim().Trim('\0') : raw;
            if (value is null or "" || !Types.TryGetValue(field, out var type)) continue;
            attributes.Add(new MispAttribute(field, TypesByName[type], FieldValue.From(value)));
        }

        return attributes.Count > 0 ? new MispObject(attributes) : throw new InvalidMessageException("The event has no field that MISP's template of an IntelMQ event knows.");
    }

    /// <summary>The object in MISP's JSON.</summary>
    /// <param name="now">When it was made.</param>
    /// <param name="attribute">Brings an attribute into its JSON, where it is to differ from the type's default.</param>
    public OrderedDictionary<string, object?> ToMap(DateTimeOffset now, Func<MispAttribute, string, OrderedDictionary<string, object?>>? attribute = null)
    {
        var timestamp = Timestamp(now);
        var map = new OrderedDictionary<string, object?> { ["comment"] = "" };
        foreach (var (name, value) in Table.Texts("object").OrderBy(static pair => pair.Key, StringComparer.Ordinal)) map[name] = value;
        map["timestamp"] = timestamp;
        map["uuid"] = Guid.NewGuid().ToString();
        map["Attribute"] = Attributes.Select(a => (object?)(attribute?.Invoke(a, timestamp) ?? a.ToMap(timestamp))).ToList();
        return map;
    }

    /// <summary>A time as MISP writes it: seconds since 1970.</summary>
    public static string Timestamp(DateTimeOffset time) => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}

/// <summary>A type of attributes, and what MISP does with it by default.</summary>
/// <param name="Name">The type.</param>
/// <param name="Category">Where MISP shows it.</param>
/// <param name="ToIds">Whether it is exported to detection systems.</param>
/// <param name="DisableCorrelation">Whether the same value in other events does not relate them.</param>
sealed record AttributeType(string Name, string Category, bool ToIds, bool DisableCorrelation)
{
    public static AttributeType Read(string name, JsonRow row) =>
        new(name, row["category"].ToString(), row.Get("to_ids").TryGetBoolean(out var toIds) && toIds, row.Get("disable_correlation").TryGetBoolean(out var disabled) && disabled);
}

/// <summary>A field of an event as attribute of an object.</summary>
sealed record MispAttribute(string Field, AttributeType Type, FieldValue Value)
{
    /// <summary>The value as the text by which MISP looks it up. A time has a blank in it there.</summary>
    public string Text => Type.Name == "datetime" ? PythonValues.ToText(Value).Replace('T', ' ') : PythonValues.ToText(Value);

    public OrderedDictionary<string, object?> ToMap(string timestamp) => ToMap(timestamp, Type.ToIds, Type.DisableCorrelation);

    public OrderedDictionary<string, object?> ToMap(string timestamp, bool toIds, bool disableCorrelation) => new()
    {
        ["category"] = Type.Category,
        ["comment"] = "",
        ["disable_correlation"] = disableCorrelation,
        ["object_relation"] = Field,
        ["timestamp"] = timestamp,
        ["to_ids"] = toIds,
        ["type"] = Type.Name,
        ["uuid"] = Guid.NewGuid().ToString(),
        // Whole numbers go as texts, as all of MISP's own do.
        ["value"] = Value.Kind is ValueKind.Integer or ValueKind.BigInteger ? Value.ToString() : Value.ToObject(),
    };
}
