using System.Collections.Frozen;
using System.Numerics;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>What stands behind <c>is</c>.</summary>
delegate bool JinjaTest(object? value, Arguments arguments);

/// <summary>All tests by name.</summary>
static class Tests
{
    static readonly FrozenDictionary<string, JinjaTest> ByName = new Dictionary<string, JinjaTest>(StringComparer.Ordinal)
    {
        ["defined"] = (value, _) => value is not Undefined,
        ["undefined"] = (value, _) => value is Undefined,
        ["none"] = (value, _) => value is null,
        ["boolean"] = (value, _) => value is bool,
        ["true"] = (value, _) => value is true,
        ["false"] = (value, _) => value is false,
        ["integer"] = (value, _) => value is long or BigInteger,
        ["float"] = (value, _) => value is double,
        ["number"] = (value, _) => value is long or BigInteger or double or bool,
        ["string"] = (value, _) => value is string,
        ["mapping"] = (value, _) => value is IMapping,
        ["sequence"] = (value, _) => value is string or IMapping or IReadOnlyList<object?> or Undefined,
        ["iterable"] = (value, _) => value is string or IMapping or IReadOnlyList<object?> or Undefined,
        ["callable"] = (value, _) => value is ICallable or Undefined,
        ["sameas"] = (value, arguments) => ReferenceEquals(value, arguments[0]) || (value is null or bool or string && Equals(value, arguments[0])),
        ["even"] = (value, _) => Rest(value, 2L) == 0,
        ["odd"] = (value, _) => Rest(value, 2L) == 1,
        ["divisibleby"] = (value, arguments) => Rest(value, arguments[0]) == 0,
        ["lower"] = (value, _) => Values.ToText(value) is var text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        ["upper"] = (value, _) => Values.ToText(value) is var text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        ["in"] = (value, arguments) => Values.Contains(arguments[0], value),
        ["eq"] = (value, arguments) => Values.AreEqual(value, arguments[0]),
        ["equalto"] = (value, arguments) => Values.AreEqual(value, arguments[0]),
        ["=="] = (value, arguments) => Values.AreEqual(value, arguments[0]),
        ["ne"] = (value, arguments) => !Values.AreEqual(value, arguments[0]),
        ["!="] = (value, arguments) => !Values.AreEqual(value, arguments[0]),
        ["lt"] = (value, arguments) => Values.Compare(value, arguments[0]) < 0,
        ["lessthan"] = (value, arguments) => Values.Compare(value, arguments[0]) < 0,
        ["<"] = (value, arguments) => Values.Compare(value, arguments[0]) < 0,
        ["le"] = (value, arguments) => Values.Compare(value, arguments[0]) <= 0,
        ["<="] = (value, arguments) => Values.Compare(value, arguments[0]) <= 0,
        ["gt"] = (value, arguments) => Values.Compare(value, arguments[0]) > 0,
        ["greaterthan"] = (value, arguments) => Values.Compare(value, arguments[0]) > 0,
        [">"] = (value, arguments) => Values.Compare(value, arguments[0]) > 0,
        ["ge"] = (value, arguments) => Values.Compare(value, arguments[0]) >= 0,
        [">="] = (value, arguments) => Values.Compare(value, arguments[0]) >= 0,
        ["filter"] = (value, _) => Filters.Find(Values.ToText(value)) is not null,
        ["test"] = (value, _) => Find(Values.ToText(value)) is not null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static JinjaTest? Find(string name) => ByName.GetValueOrDefault(name);

    static double Rest(object? value, object? by) => Values.ToNumber(Arithmetic.Calculate("%", value, by)) ?? throw new JinjaException($"{Values.Repr(value)} is no number.");
}
