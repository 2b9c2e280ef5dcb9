namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Filters for lists and mappings.</summary>
static class ListFilters
{
    public static Dictionary<string, Filter> All { get; } = new(StringComparer.Ordinal)
    {
        ["length"] = static (value, _) => Values.LengthOf(value),
        ["count"] = static (value, _) => Values.LengthOf(value),
        ["list"] = static (value, _) => Values.Iterate(value).ToList(),
        ["first"] = static (value, _) => Values.Iterate(value).DefaultIfEmpty(new Undefined("there is no first item")).First(),
        ["last"] = static (value, _) => Values.Iterate(value).DefaultIfEmpty(new Undefined("there is no last item")).Last(),
        ["reverse"] = static (value, _) => value is string text ? string.Concat(Values.Iterate(text).Reverse()) : Values.Iterate(value).Reverse().ToList(),
        ["join"] = static (value, arguments) => string.Join(arguments.Text(0, "d"), Values.Iterate(value).Select(Getter(arguments.Get(1, "attribute"))).Select(Values.ToText)),
        ["items"] = static (value, _) => value is Undefined ? new List<object?>() : value is IMapping map ? MapMethods.Items(map) : throw new JinjaException($"{Values.Repr(value)} is no mapping."),
        ["sort"] = static (value, arguments) => Sort(Values.Iterate(value), arguments.IsTrue(0, "reverse"), arguments.IsTrue(1, "case_sensitive"), Getter(arguments.Get(2, "attribute"))),
        ["dictsort"] = DictSort,
        ["unique"] = static (value, arguments) => Unique(Values.Iterate(value), arguments.IsTrue(0, "case_sensitive"), Getter(arguments.Get(1, "attribute"))),
        ["min"] = static (value, arguments) => Extreme(value, arguments, isLargest: false),
        ["max"] = static (value, arguments) => Extreme(value, arguments, isLargest: true),
        ["sum"] = static (value, arguments) => Values.Iterate(value).Select(Getter(arguments.Get(0, "attribute"))).Aggregate(arguments.Get(1, "start", 0L), static (sum, item) => Arithmetic.Calculate("+", sum, item)),
        ["map"] = static (value, arguments) => Map(value, arguments),
        ["select"] = static (value, arguments) => Select(value, arguments, skipped: 0, static _ => static item => item, isWanted: true),
        ["reject"] = static (value, arguments) => Select(value, arguments, skipped: 0, static _ => static item => item, isWanted: false),
        ["selectattr"] = static (value, arguments) => Select(value, arguments, skipped: 1, static a => Getter(a[0]), isWanted: true),
        ["rejectattr"] = static (value, arguments) => Select(value, arguments, skipped: 1, static a => Getter(a[0]), isWanted: false),
        ["groupby"] = static (value, arguments) => GroupBy(value, Getter(arguments.Get(0, "attribute")), arguments),
        ["batch"] = static (value, arguments) => Batch([.. Values.Iterate(value)], arguments.Number(0, "linecount", 1), arguments.Get(1, "fill_with")),
        ["slice"] = static (value, arguments) => Slices([.. Values.Iterate(value)], arguments.Number(0, "slices", 1), arguments.Get(1, "fill_with")),
    };

    /// <summary>A member of each item, also one of a member: <c>a.b</c>; without a name the item itself.</summary>
    static Func<object?, object?> Getter(object? attribute) => attribute switch
    {
        null => static item => item,
        long index => item => Members.ItemOf(item, index),
        _ => item => Values.ToText(attribute).Split('.').Aggregate(item, static (owner, name) => long.TryParse(name, System.Globalization.CultureInfo.InvariantCulture, out var index) ? Members.ItemOf(owner, index) : Members.ItemOf(owner, name)),
    };

    static object? Folded(object? value, bool isCaseSensitive) => value is string text && !isCaseSensitive ? text.ToLowerInvariant() : value;

    static List<object?> Sort(IEnumerable<object?> items, bool isReverse, bool isCaseSensitive, Func<object?, object?> by)
    {
        var order = Comparer<object?>.Create(Values.Compare);
        try
        {
            return isReverse
                ? [.. items.OrderByDescending(item => Folded(by(item), isCaseSensitive), order)]
                : [.. items.OrderBy(item => Folded(by(item), isCaseSensitive), order)];
        }
        catch (InvalidOperationException e) when (e.InnerException is JinjaException problem)
        {
            throw new JinjaException(problem.Message, e);
        }
    }

    static List<object?> DictSort(object? value, Arguments arguments)
    {
        if (value is not IMapping map) throw new JinjaException($"{Values.Repr(value)} is no mapping.");
        var by = arguments.Text(1, "by", "key") == "value" ? 1L : 0L;
        return Sort(MapMethods.Items(map), arguments.IsTrue(2, "reverse"), arguments.IsTrue(0, "case_sensitive"), pair => Members.ItemOf(pair, by));
    }

    static List<object?> Unique(IEnumerable<object?> items, bool isCaseSensitive, Func<object?, object?> by)
    {
        var (seen, unique) = (new PyMap(), new List<object?>());
        foreach (var item in items)
        {
            var key = Folded(by(item), isCaseSensitive);
            if (seen.TryGet(key, out _)) continue;
            seen[key] = null;
            unique.Add(item);
        }

        return unique;
    }

    static object? Extreme(object? value, Arguments arguments, bool isLargest)
    {
        var sorted = Sort(Values.Iterate(value), isReverse: isLargest, arguments.IsTrue(0, "case_sensitive"), Getter(arguments.Get(1, "attribute")));
        return sorted.Count > 0 ? sorted[0] : new Undefined("there are no items");
    }

    static List<object?> Map(object? value, Arguments arguments)
    {
        if (!Values.IsTrue(value)) return [];
        if (arguments.Named.TryGetValue("attribute", out var attribute))
        {
            var get = Getter(attribute);
            var missing = arguments.Named.GetValueOrDefault("default");
            return [.. Values.Iterate(value).Select(get).Select(item => item is Undefined && missing is not null ? missing : item)];
        }

        var name = arguments.Text(0, "filter");
        var filter = Filters.Find(name) ?? throw new JinjaException($"There is no filter '{name}'.");
        var rest = new Arguments(arguments.Positional[1..], arguments.Named, arguments.CallsOpen);
        return [.. Values.Iterate(value).Select(item => filter(item, rest))];
    }

    static List<object?> Select(object? value, Arguments arguments, int skipped, Func<Arguments, Func<object?, object?>> getter, bool isWanted)
    {
        var get = getter(arguments);
        if (!Values.IsTrue(value)) return [];
        if (arguments.Count <= skipped) return [.. Values.Iterate(value).Where(item => Values.IsTrue(get(item)) == isWanted)];
        var name = Values.ToText(arguments[skipped]);
        var test = Tests.Find(name) ?? throw new JinjaException($"There is no test '{name}'.");
        var rest = new Arguments(arguments.Positional[(skipped + 1)..], arguments.Named, arguments.CallsOpen);
        return [.. Values.Iterate(value).Where(item => test(get(item), rest) == isWanted)];
    }

    static List<object?> GroupBy(object? value, Func<object?, object?> by, Arguments arguments)
    {
        var isCaseSensitive = arguments.IsTrue(2, "case_sensitive");
        var groups = new List<object?>();
        foreach (var item in Sort(Values.Iterate(value), isReverse: false, isCaseSensitive, by))
        {
            if (groups.Count > 0 && groups[^1] is Group last && Values.AreEqual(Folded(last.Key, isCaseSensitive), Folded(by(item), isCaseSensitive))) last.Items.Add(item);
            else groups.Add(new Group(by(item), [item]));
        }

        return groups;
    }

    /// <summary>Both a pair and something with the members <c>grouper</c> and <c>list</c>.</summary>
    sealed class Group(object? key, List<object?> items) : PyTuple([key, items]), IMembers
    {
        public object? Key => key;

        public List<object?> Items => items;

        public bool TryGetMember(string name, out object? value)
        {
            value = name == "grouper" ? key : name == "list" ? items : null;
            return name is "grouper" or "list";
        }
    }

    static List<object?> Batch(List<object?> items, int size, object? fill)
    {
        var rows = new List<object?>();
        foreach (var chunk in items.Chunk(Math.Max(1, size)))
            rows.Add(fill is null ? chunk.ToList() : [.. chunk, .. Enumerable.Repeat(fill, size - chunk.Length)]);
        return rows;
    }

    static List<object?> Slices(List<object?> items, int count, object? fill)
    {
        if (count < 1) throw new JinjaException("There must be at least one slice.");
        var (each, larger) = (items.Count / count, items.Count % count);
        var rows = new List<object?>();
        for (int i = 0, at = 0; i < count; i++)
        {
            var length = each + (i < larger ? 1 : 0);
            var row = items.GetRange(at, length);
            if (fill is not null && i >= larger) row.Add(fill);
            rows.Add(row);
            at += length;
        }

        return rows;
    }
}
