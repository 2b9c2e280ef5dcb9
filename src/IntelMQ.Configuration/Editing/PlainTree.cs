using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace IntelMQ.Configuration.Editing;

/// <summary>Compares and changes trees of plain values; a change makes a new tree.</summary>
internal static class PlainTree
{
    /// <summary>The value in the types that the reader gives: texts, long, BigInteger, double, bool, null, lists, maps.</summary>
    /// <exception cref="ArgumentException">The value is of another type.</exception>
    public static object? Normalize(object? value) =>
        value switch
        {
            null or string or bool or long or double or BigInteger => value,
            int or short or byte or uint or ushort or sbyte => Convert.ToInt64(value, CultureInfo.InvariantCulture),
            ulong number => number <= long.MaxValue ? (long)number : (object)new BigInteger(number),
            float or decimal => Convert.ToDouble(value, CultureInfo.InvariantCulture),
            JsonElement json => Normalize(json),
            IReadOnlyDictionary<string, object?> map => Map(map),
            IEnumerable<KeyValuePair<string, object?>> map => Map(map),
            System.Collections.IEnumerable list => list.Cast<object?>().Select(Normalize).ToList(),
            _ => throw new ArgumentException($"A value of the type {value.GetType().Name} cannot be written into a configuration file", nameof(value)),
        };

    /// <summary>Whether two trees say the same; the order of keys does not count.</summary>
    public static bool AreEqual(object? left, object? right) =>
        (left, right) switch
        {
            (IReadOnlyDictionary<string, object?> a, IReadOnlyDictionary<string, object?> b) =>
                a.Count == b.Count && a.All(entry => b.TryGetValue(entry.Key, out var other) && AreEqual(entry.Value, other)),
            (IReadOnlyList<object?> a, IReadOnlyList<object?> b) =>
                a.Count == b.Count && a.Zip(b).All(static pair => AreEqual(pair.First, pair.Second)),
            _ => Equals(left, right),
        };

    /// <summary>The tree with another value at the end of a way of keys; what is missing on the way, or no map, becomes one.</summary>
    public static object? With(object? root, ReadOnlySpan<string> way, object? value)
    {
        if (way.IsEmpty)
        {
            return value;
        }

        var map = root as IReadOnlyDictionary<string, object?>;
        var copy = Copy(map);
        copy[way[0]] = With(map?.GetValueOrDefault(way[0]), way[1..], value);
        return copy;
    }

    /// <summary>The tree without the entry at the end of a way of keys.</summary>
    public static object? Without(object? root, ReadOnlySpan<string> way)
    {
        if (root is not IReadOnlyDictionary<string, object?> map || !map.TryGetValue(way[0], out var child))
        {
            return root;
        }

        var copy = Copy(map);
        if (way.Length == 1)
        {
            copy.Remove(way[0]);
        }
        else
        {
            copy[way[0]] = Without(child, way[1..]);
        }

        return copy;
    }

    static object? Normalize(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.String => json.GetString(),
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            JsonValueKind.Number => Yaml.CoreSchema.Number(json.GetRawText()),
            JsonValueKind.Array => json.EnumerateArray().Select(static item => Normalize(item)).ToList(),
            JsonValueKind.Object => Map(json.EnumerateObject().Select(static property => KeyValuePair.Create(property.Name, (object?)property.Value))),
            _ => null,
        };

    static OrderedDictionary<string, object?> Map(IEnumerable<KeyValuePair<string, object?>> entries) =>
        new(entries.Select(static entry => KeyValuePair.Create(entry.Key, Normalize(entry.Value))), StringComparer.Ordinal);

    static OrderedDictionary<string, object?> Copy(IReadOnlyDictionary<string, object?>? map) =>
        map is null ? new OrderedDictionary<string, object?>(StringComparer.Ordinal) : new OrderedDictionary<string, object?>(map, StringComparer.Ordinal);
}
