using System.Collections.Frozen;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Functions that every template knows.</summary>
static class Globals
{
    const int MostNumbers = 1_000_000;

    public static FrozenDictionary<string, object?> All { get; } = new Function[]
    {
        new("range", Range),
        new("dict", static arguments => Dict(arguments)),
        new("namespace", static arguments => new Namespace(arguments)),
        new("joiner", static arguments => Joiner(arguments.Text(0, "sep", ", "))),
        new("cycler", static arguments => new Cycler(arguments.Positional)),
    }.ToFrozenDictionary(static function => function.Name, static function => (object?)function, StringComparer.Ordinal);

    static List<object?> Range(Arguments arguments)
    {
        var (start, stop, step) = arguments.Count switch
        {
            0 or 1 => (0, arguments.Number(0, "stop", 0), 1),
            _ => (arguments.Number(0, "start", 0), arguments.Number(1, "stop", 0), arguments.Number(2, "step", 1)),
        };
        if (step == 0) throw new JinjaException("The step of a range cannot be 0.");
        if (Math.Abs(((long)stop - start) / step) > MostNumbers) throw new JinjaException($"A range of more than {MostNumbers} numbers is too long.");
        var numbers = new List<object?>();
        for (long i = start; step > 0 ? i < stop : i > stop; i += step) numbers.Add(i);
        return numbers;
    }

    static PyMap Dict(Arguments arguments)
    {
        var map = new PyMap();
        if (arguments.Count > 0)
        {
            if (arguments[0] is IMapping other)
            {
                foreach (var key in other.Keys) map[key] = Members.ItemOf(other, key);
            }
            else
            {
                foreach (var pair in Values.Iterate(arguments[0])) map[Members.ItemOf(pair, 0L)] = Members.ItemOf(pair, 1L);
            }
        }

        foreach (var (key, value) in arguments.Named) map[key] = value;
        return map;
    }

    /// <summary>Gives nothing when it is called for the first time, and then the separator.</summary>
    static Function Joiner(string separator)
    {
        var isUsed = false;
        return new Function("joiner", _ =>
        {
            if (isUsed) return separator;
            isUsed = true;
            return "";
        });
    }
}

/// <summary>Values that a loop can set and that are still there behind it.</summary>
sealed class Namespace : IMembers
{
    readonly Dictionary<string, object?> _values;

    public Namespace(Arguments arguments)
    {
        _values = new(arguments.Named, StringComparer.Ordinal);
        if (arguments.Count > 0 && arguments[0] is IMapping map)
            foreach (var key in map.Keys)
                _values.TryAdd(Values.ToText(key), Members.ItemOf(map, key));
    }

    public object? this[string name]
    {
        set => _values[name] = value;
    }

    public bool TryGetMember(string name, out object? value) => _values.TryGetValue(name, out value);
}

/// <summary>Gives its values in turn.</summary>
sealed class Cycler(List<object?> values) : IMembers
{
    int _at;

    public bool TryGetMember(string name, out object? value)
    {
        value = name switch
        {
            "current" => Current(),
            "next" => new Function("next", _ => Next()),
            "reset" => new Function("reset", _ => _at = 0),
            _ => null,
        };
        return name is "current" or "next" or "reset";
    }

    object? Current() => values.Count > 0 ? values[_at % values.Count] : throw new JinjaException("A cycler without values has no current one.");

    object? Next()
    {
        var current = Current();
        _at = (_at + 1) % values.Count;
        return current;
    }
}
