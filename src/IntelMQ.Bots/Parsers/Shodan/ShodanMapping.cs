using System.Collections.Frozen;

namespace IntelMQ.Bots.Parsers.Shodan;

/// <summary>Which value of the nested objects of Shodan belongs to which field.</summary>
sealed class ShodanMapping
{
    /// <summary>Where the name of an item is kept, when a map becomes a list.</summary>
    public const string Identifier = "identifier";

    static readonly FrozenDictionary<string, Func<FieldValue, FieldValue>> Conversions = new Dictionary<string, Func<FieldValue, FieldValue>>
    {
        ["append_zone"] = static value => WithZone(value),
        ["dict_of_dicts_to_object_list"] = ToList,
        ["first_valid_fqdn"] = FirstName,
        ["object_keys_as_list"] = static value => value.Map is { } map ? FieldValue.From(map.Keys) : FieldValue.None,
        ["to_string"] = static value => PythonValues.ToText(value),
        ["wrap_scalar_in_list"] = static value => value.List is null ? FieldValue.From(new List<object?> { value.ToObject() }) : value,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    readonly Node[] _nodes;

    public ShodanMapping(JsonRow table) => _nodes = Read(table.Get("fields").Map!, table.Texts("conversions"), "");

    static Node[] Read(IReadOnlyDictionary<string, object?> map, IReadOnlyDictionary<string, string> conversions, string prefix) =>
    [
        .. map.Select(entry => entry.Value is string field
            ? new Node(entry.Key, Field.Named(field), conversions.TryGetValue(prefix + entry.Key, out var name) ? Conversions[name] : null, [])
            : new Node(entry.Key, null, null, Read((IReadOnlyDictionary<string, object?>)entry.Value!, conversions, $"{prefix}{entry.Key}."))),
    ];

    /// <summary>Adds all values that have a field; each replaces what the event has.</summary>
    /// <exception cref="InvalidMessageException">Something is no object where one is expected.</exception>
    public void AddTo(Event e, IReadOnlyDictionary<string, object?> data) => Add(e, _nodes, data);

    static void Add(Event e, Node[] nodes, IReadOnlyDictionary<string, object?> data)
    {
        foreach (var node in nodes)
        {
            if (!data.TryGetValue(node.Key, out var found) || found is null) continue;
            if (node.Field is null)
            {
                Add(e, node.Below, found as IReadOnlyDictionary<string, object?> ?? throw new InvalidMessageException($"'{node.Key}' is {FieldValue.From(found)}; expected an object."));
                continue;
            }

            var value = node.Convert is null ? FieldValue.From(found) : node.Convert(FieldValue.From(found));
            if (!value.IsNone) e.Update(node.Field, value);
        }
    }

    /// <summary>Times of Shodan are without a zone, which is UTC.</summary>
    public static string WithZone(FieldValue time) => time + "+00";

    static FieldValue FirstName(FieldValue names)
    {
        foreach (var name in names.List ?? [])
            if (name is string text && DataType.Fqdn.IsValidSanitized(text))
                return text;
        return FieldValue.None;
    }

    /// <summary><c>{"A": {"x": 1}}</c> becomes <c>[{"x": 1, "identifier": "A"}]</c>.</summary>
    static FieldValue ToList(FieldValue value)
    {
        var map = value.Map ?? throw new InvalidMessageException($"Expected an object of objects, found {value}.");
        var list = new List<object?>();
        foreach (var (name, item) in map)
        {
            var members = item as IReadOnlyDictionary<string, object?> ?? throw new InvalidMessageException($"'{name}' is {FieldValue.From(item)}; expected an object.");
            list.Add(new OrderedDictionary<string, object?>(members, StringComparer.Ordinal) { [Identifier] = name });
        }

        return FieldValue.From(list);
    }

    /// <summary>A key, and its field or what is below it.</summary>
    sealed record Node(string Key, Field? Field, Func<FieldValue, FieldValue>? Convert, Node[] Below);
}
