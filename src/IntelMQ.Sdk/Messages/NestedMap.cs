namespace IntelMQ.Sdk;

/// <summary>Turns flat names with dots into nested maps, with the rules of the original.</summary>
static class NestedMap
{
    /// <summary>
    /// Puts a value at a path of names. As in the original, the first name that equals the last one of the path is
    /// where the value goes: <c>a.b.a</c> is stored as <c>a</c>.
    /// </summary>
    /// <exception cref="InvalidOperationException">A name on the way already has a plain value.</exception>
    public static void Put(OrderedDictionary<string, object?> map, ReadOnlySpan<char> path, object? value)
    {
        var last = path[(path.LastIndexOf('.') + 1)..];
        while (true)
        {
            var dot = path.IndexOf('.');
            var name = dot < 0 ? path : path[..dot];
            if (dot < 0 || name.SequenceEqual(last))
            {
                map[name.ToString()] = value;
                return;
            }

            path = path[(dot + 1)..];
            map = Below(map, name.ToString());
        }
    }

    static OrderedDictionary<string, object?> Below(OrderedDictionary<string, object?> map, string name)
    {
        if (!map.TryGetValue(name, out var below))
        {
            var created = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
            map[name] = created;
            return created;
        }

        switch (below)
        {
            case OrderedDictionary<string, object?> nested:
                return nested;
            case IReadOnlyDictionary<string, object?> foreign:
                // A value of the message itself: extend a copy, the message stays as it is.
                var copy = new OrderedDictionary<string, object?>(foreign, StringComparer.Ordinal);
                map[name] = copy;
                return copy;
            default:
                throw new InvalidOperationException($"'{name}' has a plain value and fields below it; the message cannot be written hierarchically.");
        }
    }
}
