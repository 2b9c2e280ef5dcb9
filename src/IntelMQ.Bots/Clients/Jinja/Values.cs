using System.Numerics;
using System.Text;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>A name, item or member that is not there. Written it is nothing, and it counts as false; all else with it is an error.</summary>
sealed class Undefined(string why)
{
    public JinjaException Error => new($"{char.ToUpperInvariant(why[0])}{why[1..]}.");
}

/// <summary>A list that the original would show with round brackets.</summary>
class PyTuple(IEnumerable<object?> items) : List<object?>(items);

/// <summary>Something with keys and values.</summary>
interface IMapping
{
    int Count { get; }

    IEnumerable<object?> Keys { get; }

    bool TryGet(object? key, out object? value);
}

/// <summary>Something with members, such as <c>loop</c>.</summary>
interface IMembers
{
    bool TryGetMember(string name, out object? value);
}

/// <summary>Something that can be called.</summary>
interface ICallable
{
    object? Call(Arguments arguments);
}

/// <summary>What a function was called with.</summary>
sealed class Arguments(List<object?> positional, Dictionary<string, object?> named, int callsOpen)
{
    public List<object?> Positional => positional;

    public Dictionary<string, object?> Named => named;

    /// <summary>How many calls of macros are open where it is called.</summary>
    public int CallsOpen => callsOpen;

    public int Count => positional.Count;

    public object? this[int index] => index < positional.Count ? positional[index] : throw new JinjaException($"{index + 1} arguments are needed, and {positional.Count} were given.");

    /// <summary>An argument that may be left out.</summary>
    public object? Get(int index, string name, object? missing = null) =>
        index < positional.Count ? positional[index] : named.TryGetValue(name, out var value) ? value : missing;

    public bool IsTrue(int index, string name, bool missing = false) => Values.IsTrue(Get(index, name, missing));

    public string Text(int index, string name, string missing = "") => Values.ToText(Get(index, name, missing));

    public int Number(int index, string name, int missing) => Get(index, name, (long)missing) switch
    {
        long number when number is >= int.MinValue and <= int.MaxValue => (int)number,
        bool boolean => boolean ? 1 : 0,
        var other => throw new JinjaException($"{Values.Repr(other)} is no number, as '{name}' must be."),
    };
}

/// <summary>A function that templates can call.</summary>
sealed class Function(string name, Func<Arguments, object?> body) : ICallable
{
    public string Name => name;

    public object? Call(Arguments arguments) => body(arguments);
}

/// <summary>What a template made with <c>{…}</c>.</summary>
sealed class PyMap : IMapping
{
    readonly OrderedDictionary<Key, object?> _members = [];

    /// <summary>A key by what counts as the same: 1, 1.0 and true are.</summary>
    readonly record struct Key(object? Value)
    {
        public bool Equals(Key other) => Values.AreEqual(Value, other.Value);

        public override int GetHashCode() => Values.ToNumber(Value) is { } number ? number.GetHashCode() : Value is string text ? text.GetHashCode(StringComparison.Ordinal) : 0;
    }

    public int Count => _members.Count;

    public IEnumerable<object?> Keys => _members.Keys.Select(key => key.Value);

    public object? this[object? key]
    {
        set => _members[new Key(key)] = value;
    }

    public bool TryGet(object? key, out object? value) => _members.TryGetValue(new Key(key), out value);

    public void Remove(object? key) => _members.Remove(new Key(key));
}

/// <summary>An object from JSON.</summary>
sealed class JsonMap(IReadOnlyDictionary<string, object?> members) : IMapping
{
    public int Count => members.Count;

    public IEnumerable<object?> Keys => members.Keys;

    public bool TryGet(object? key, out object? value)
    {
        var isThere = members.TryGetValue(key as string ?? "", out value) && key is string;
        value = Values.Wrap(value);
        return isThere;
    }
}

/// <summary>A message: its fields are the keys.</summary>
sealed class MessageMap(Message message) : IMapping
{
    public int Count => message.Count;

    public IEnumerable<object?> Keys => message.Items.Select(item => (object?)item.Key.Name);

    public bool TryGet(object? key, out object? value)
    {
        var found = key is string name ? message.Get(name) : FieldValue.None;
        value = found.Kind switch
        {
            ValueKind.Bytes => found.ToString(),
            ValueKind.Map when key is "extra" => JsonText.Write(found),
            _ => Values.Wrap(found.ToObject()),
        };
        return !found.IsNone;
    }
}

/// <summary>What can be done with all values: null, text, bool, long, BigInteger, double, lists, mappings, functions.</summary>
static class Values
{
    public static object? Wrap(object? value) => value switch
    {
        Message message => new MessageMap(message),
        FieldValue field => Wrap(field.ToObject()),
        IReadOnlyDictionary<string, object?> map => new JsonMap(map),
        int number => (long)number,
        _ => value,
    };

    public static object? Call(object? callee, Arguments arguments) => callee switch
    {
        ICallable callable => callable.Call(arguments),
        Undefined undefined => throw undefined.Error,
        _ => throw new JinjaException($"{Repr(callee)} cannot be called."),
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool boolean => boolean,
        string text => text.Length > 0,
        long number => number != 0,
        double number => number != 0,
        BigInteger number => !number.IsZero,
        IReadOnlyList<object?> list => list.Count > 0,
        IMapping map => map.Count > 0,
        _ => true,
    };

    /// <summary>The items of a list, the keys of a mapping, the characters of a text.</summary>
    public static IEnumerable<object?> Iterate(object? value) => value switch
    {
        Undefined => [],
        string text => text.EnumerateRunes().Select(rune => (object?)rune.ToString()),
        IReadOnlyList<object?> list => list.Select(Wrap),
        IMapping map => map.Keys,
        _ => throw new JinjaException($"{Repr(value)} has no items."),
    };

    public static long LengthOf(object? value) => value switch
    {
        Undefined => 0,
        string text => text.EnumerateRunes().Count(),
        IReadOnlyList<object?> list => list.Count,
        IMapping map => map.Count,
        _ => throw new JinjaException($"{Repr(value)} has no length."),
    };

    public static double? ToNumber(object? value) => value switch
    {
        bool boolean => boolean ? 1 : 0,
        long number => number,
        double number => number,
        BigInteger number => (double)number,
        _ => null,
    };

    public static bool AreEqual(object? left, object? right)
    {
        if (ReferenceEquals(left, right)) return true;
        if (left is Undefined || right is Undefined) return left is Undefined && right is Undefined;
        if (left is string text) return right is string other && string.Equals(text, other, StringComparison.Ordinal);
        if (left is long whole && right is long number) return whole == number;
        if (ToNumber(left) is { } a && ToNumber(right) is { } b) return a.Equals(b);
        if (left is IReadOnlyList<object?> list && right is IReadOnlyList<object?> items)
            return list.Count == items.Count && list is PyTuple == items is PyTuple && list.Zip(items).All(pair => AreEqual(Wrap(pair.First), Wrap(pair.Second)));
        if (left is IMapping map && right is IMapping members)
            return map.Count == members.Count && map.Keys.All(key => map.TryGet(key, out var value) && members.TryGet(key, out var found) && AreEqual(value, found));
        return false;
    }

    public static int Compare(object? left, object? right)
    {
        if (left is Undefined undefined) throw undefined.Error;
        if (right is Undefined missing) throw missing.Error;
        if (left is long whole && right is long other) return whole.CompareTo(other);
        if (ToNumber(left) is { } a && ToNumber(right) is { } b) return a.CompareTo(b);
        if (left is string text && right is string second) return string.CompareOrdinal(text, second);
        if (left is IReadOnlyList<object?> list && right is IReadOnlyList<object?> items)
        {
            foreach (var (x, y) in list.Zip(items))
                if (!AreEqual(Wrap(x), Wrap(y)))
                    return Compare(Wrap(x), Wrap(y));
            return list.Count.CompareTo(items.Count);
        }

        throw new JinjaException($"{Repr(left)} and {Repr(right)} have no order.");
    }

    public static bool Contains(object? container, object? item) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal) : throw new JinjaException($"A text cannot contain {Repr(item)}."),
        IMapping map => map.TryGet(item, out _),
        _ => Iterate(container).Any(each => AreEqual(each, item)),
    };

    /// <summary>The value as the original writes it.</summary>
    public static string ToText(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Repr(value),
    };

    /// <summary>The value as a literal of the original's language.</summary>
    public static string Repr(object? value)
    {
        switch (value)
        {
            case null or string or bool or long or double or BigInteger: return PythonValues.Repr(FieldValue.From(value));
            case PyTuple tuple: return $"({string.Join(", ", tuple.Select(Repr))}{(tuple.Count == 1 ? "," : "")})";
            case IReadOnlyList<object?> list: return $"[{string.Join(", ", list.Select(item => Repr(Wrap(item))))}]";
            case IMapping map: return $"{{{string.Join(", ", map.Keys.Select(key => $"{Repr(key)}: {(map.TryGet(key, out var member) ? Repr(member) : "")}"))}}}";
            case Undefined: return "Undefined";
            case Function function: return $"<function {function.Name}>";
            default: return $"<{value.GetType().Name}>";
        }
    }

    /// <summary>The value as one of messages, for JSON.</summary>
    public static object? ToPlain(object? value) => value switch
    {
        null or string or bool or long or double or BigInteger => value,
        IReadOnlyList<object?> list => list.Select(item => ToPlain(Wrap(item))).ToList(),
        IMapping map => Plain(map),
        Undefined undefined => throw undefined.Error,
        _ => throw new JinjaException($"{Repr(value)} has no form in JSON."),
    };

    static OrderedDictionary<string, object?> Plain(IMapping map)
    {
        var plain = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var key in map.Keys) plain[ToText(key)] = map.TryGet(key, out var value) ? ToPlain(value) : null;
        return plain;
    }
}
