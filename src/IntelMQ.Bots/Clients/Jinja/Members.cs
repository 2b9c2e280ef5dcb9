namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>What stands behind a dot or in brackets.</summary>
static class Members
{
    /// <summary>A member, or else an item of that name.</summary>
    public static object? Of(object? owner, string name)
    {
        if (owner is Undefined undefined) throw undefined.Error;
        if (TryGetMember(owner, name, out var member)) return member;
        return owner is IMapping map && map.TryGet(name, out var item) ? item : new Undefined($"{Values.Repr(owner)} has no member '{name}'");
    }

    /// <summary>An item, or else a member of that name.</summary>
    public static object? ItemOf(object? owner, object? index)
    {
        if (owner is Undefined undefined) throw undefined.Error;
        if (owner is IMapping map && map.TryGet(index, out var value)) return value;
        if (owner is IReadOnlyList<object?> list && index is long place) return At(list, place) is var (isThere, item) && isThere ? Values.Wrap(item) : Missing(owner, index);
        if (owner is string text && index is long character) return At([.. Values.Iterate(text)], character) is var (isInside, found) && isInside ? found : Missing(owner, index);
        return index is string name && TryGetMember(owner, name, out var member) ? member : Missing(owner, index);
    }

    static Undefined Missing(object? owner, object? index) => new($"{Values.Repr(owner)} has no item {Values.Repr(index)}");

    static (bool IsThere, object? Item) At(IReadOnlyList<object?> list, long index)
    {
        if (index < 0) index += list.Count;
        return index >= 0 && index < list.Count ? (true, list[(int)index]) : (false, null);
    }

    public static object? SliceOf(object? owner, long? start, long? end, long step)
    {
        if (owner is Undefined undefined) throw undefined.Error;
        if (step == 0) throw new JinjaException("The step of a slice cannot be 0.");
        if (owner is not (string or IReadOnlyList<object?>)) return new Undefined($"{Values.Repr(owner)} has no slices");
        List<object?> items = [.. Values.Iterate(owner)];
        var (low, high) = step > 0 ? (0, items.Count) : (-1, items.Count - 1);
        var from = Bound(start, items.Count, low, high, step > 0 ? low : high);
        var to = Bound(end, items.Count, low, high, step > 0 ? high : low);
        var sliced = new List<object?>();
        for (var i = from; step > 0 ? i < to : i > to; i += step) sliced.Add(items[(int)i]);
        return owner is string ? string.Concat(sliced) : owner is PyTuple ? new PyTuple(sliced) : sliced;
    }

    static long Bound(long? given, int count, int low, int high, int missing)
    {
        if (given is not { } bound) return missing;
        return Math.Clamp(bound < 0 ? bound + count : bound, low, high);
    }

    static bool TryGetMember(object? owner, string name, out object? member)
    {
        member = null;
        if (owner is IMembers members) return members.TryGetMember(name, out member);
        Func<Arguments, object?>? method = owner switch
        {
            string text => TextMethods.Find(text, name),
            IReadOnlyList<object?> list => ListMethods.Find(list, name),
            IMapping map => MapMethods.Find(map, name),
            _ => null,
        };
        member = method is null ? null : new Function(name, method);
        return method is not null;
    }
}

/// <summary>Methods of lists.</summary>
static class ListMethods
{
    public static Func<Arguments, object?>? Find(IReadOnlyList<object?> list, string name) => name switch
    {
        "count" => arguments => (long)list.Count(item => Values.AreEqual(Values.Wrap(item), arguments[0])),
        "index" => arguments => (long)IndexOf(list, arguments[0]),
        "copy" => _ => list.ToList(),
        _ => list is List<object?> changeable and not PyTuple ? FindChanging(changeable, name) : null,
    };

    static int IndexOf(IReadOnlyList<object?> list, object? item)
    {
        for (var i = 0; i < list.Count; i++)
            if (Values.AreEqual(Values.Wrap(list[i]), item))
                return i;
        throw new JinjaException($"{Values.Repr(item)} is not in the list.");
    }

    static Func<Arguments, object?>? FindChanging(List<object?> list, string name) => name switch
    {
        "append" => arguments => Do(() => list.Add(arguments[0])),
        "extend" => arguments => Do(() => list.AddRange([.. Values.Iterate(arguments[0])])),
        "insert" => arguments => Do(() => list.Insert(Math.Clamp(arguments.Number(0, "index", 0), 0, list.Count), arguments[1])),
        "pop" => arguments => Pop(list, arguments.Number(0, "index", -1)),
        "remove" => arguments => Do(() => list.RemoveAt(IndexOf(list, arguments[0]))),
        "reverse" => _ => Do(list.Reverse),
        "sort" => _ => Sort(list),
        "clear" => _ => Do(list.Clear),
        _ => null,
    };

    static object? Do(Action action)
    {
        action();
        return null;
    }

    static object? Sort(List<object?> list)
    {
        var sorted = (List<object?>)Filters.Find("sort")!(list, new Arguments([false, true], [], 0))!;
        list.Clear();
        list.AddRange(sorted);
        return null;
    }

    static object? Pop(List<object?> list, int index)
    {
        if (index < 0) index += list.Count;
        if (index < 0 || index >= list.Count) throw new JinjaException("There is no such item to take from the list.");
        var item = list[index];
        list.RemoveAt(index);
        return item;
    }
}

/// <summary>Methods of mappings.</summary>
static class MapMethods
{
    public static Func<Arguments, object?>? Find(IMapping map, string name) => name switch
    {
        "keys" => _ => map.Keys.ToList(),
        "values" => _ => map.Keys.Select(key => Value(map, key)).ToList(),
        "items" => _ => Items(map),
        "get" => arguments => map.TryGet(arguments[0], out var value) ? value : arguments.Get(1, "default"),
        _ => map is PyMap changeable ? FindChanging(changeable, name) : null,
    };

    public static List<object?> Items(IMapping map) => [.. map.Keys.Select(key => new PyTuple([key, Value(map, key)]))];

    static object? Value(IMapping map, object? key) => map.TryGet(key, out var value) ? value : null;

    static Func<Arguments, object?>? FindChanging(PyMap map, string name) => name switch
    {
        "update" => arguments => Update(map, arguments),
        "setdefault" => arguments => SetDefault(map, arguments),
        "pop" => arguments => Pop(map, arguments),
        _ => null,
    };

    static object? Update(PyMap map, Arguments arguments)
    {
        if (arguments.Count > 0 && arguments[0] is IMapping other)
            foreach (var key in other.Keys)
                map[key] = Value(other, key);
        foreach (var (key, value) in arguments.Named) map[key] = value;
        return null;
    }

    static object? SetDefault(PyMap map, Arguments arguments)
    {
        if (map.TryGet(arguments[0], out var value)) return value;
        map[arguments[0]] = arguments.Get(1, "default");
        return arguments.Get(1, "default");
    }

    static object? Pop(PyMap map, Arguments arguments)
    {
        if (!map.TryGet(arguments[0], out var value)) return arguments.Count > 1 ? arguments[1] : throw new JinjaException($"There is no {Values.Repr(arguments[0])} to take.");
        map.Remove(arguments[0]);
        return value;
    }
}
