using System.Globalization;
using System.Numerics;
using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration.Schema;

/// <summary>Holds values against a schema and tells what is wrong in the words of a user.</summary>
/// <param name="secret">No value is shown, whatever its name.</param>
internal sealed class SchemaValidator(ProblemList problems, bool secret = false)
{
    public void Check(MergedParameter value, SchemaNode node)
    {
        var hidden = secret || node.WriteOnly;
        if (value.Value is string reference && SecretReferences.IsReference(reference))
        {
            // Its value is known, and checked, when the bot is bound.
            return;
        }

        if (QuotedNumber(value.Value, node) is { } number)
        {
            Check(value with { Value = number }, node);
        }
        else if (node.Types != ValueTypes.None && (node.Types & TypesOf(value.Value)) == 0)
        {
            problems.AddValue(Severity.Error, value, $"is not {Kind(node)}", Describe(node), Fix(value.Value, node, hidden || value.Path.IsSecret), hidden);
        }
        else if (node.Values is not null && !node.Values.Any(allowed => AreEqual(allowed, value.Value)))
        {
            var nearest = value.Value is string text ? NearestName.Of(text, node.Values.OfType<string>()) : null;
            problems.AddValue(Severity.Error, value, "is none of the known values", Describe(node), nearest, hidden);
        }
        else
        {
            CheckContent(value, node, hidden);
        }
    }

    /// <summary>A number in quotes is one where a number is expected, as when the bot is bound: <c>port: "5432"</c> is in many existing files.</summary>
    static object? QuotedNumber(object? value, SchemaNode node)
    {
        if (value is not string text || (node.Types & ValueTypes.Text) != 0) return null;
        if ((node.Types & ValueTypes.Integer) != 0 && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole)) return whole;
        return (node.Types & ValueTypes.Number) != 0 && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>What is expected, with its article.</summary>
    public static string Describe(SchemaNode node)
    {
        if (node.Types == ValueTypes.Boolean)
        {
            return "true or false";
        }

        if (node.Values is not null)
        {
            return "one of " + string.Join(", ", node.Values.Select(static value => value is string text ? text : ValueText.Of(value)));
        }

        var text = node.Items is { Types: not ValueTypes.None } items && Allows(node, ValueTypes.List) ? $"{Kind(node)} (its items: {Describe(items)})" : Kind(node);
        return (node.Minimum, node.Maximum) switch
        {
            ({ } low, { } high) => string.Create(CultureInfo.InvariantCulture, $"{text} from {low} to {high}"),
            ({ } low, null) => string.Create(CultureInfo.InvariantCulture, $"{text} from {low}"),
            (null, { } high) => string.Create(CultureInfo.InvariantCulture, $"{text} up to {high}"),
            _ => text,
        };
    }

    public static bool Allows(SchemaNode node, ValueTypes type) => node.Types == ValueTypes.None || (node.Types & type) != 0;

    void CheckContent(MergedParameter value, SchemaNode node, bool hidden)
    {
        switch (value.Value)
        {
            case string text when node.IsUri && !Uri.TryCreate(text, UriKind.Absolute, out _):
                problems.AddValue(Severity.Error, value, "is not a URL", "a URL such as https://example.com/feed", secret: hidden);
                break;
            case long or double or BigInteger when IsOutside(value.Value, node):
                problems.AddValue(Severity.Error, value, "is out of range", Describe(node), secret: hidden);
                break;
            case SourceList list when node.Items is { } items:
                for (var i = 0; i < list.Count; i++)
                {
                    Inside(value.Item(i), items, hidden);
                }

                break;
            case SourceMap map:
                CheckMap(value, map, node, hidden);
                break;
            default:
                break;
        }
    }

    void CheckMap(MergedParameter value, SourceMap map, SchemaNode node, bool hidden)
    {
        foreach (var entry in map.Entries)
        {
            var child = value.Child(entry);
            if ((node.Properties.GetValueOrDefault(entry.Key) ?? node.AdditionalProperties) is { } known)
            {
                Inside(child, known, hidden);
            }
            else if (node.AllowsAdditional == false)
            {
                problems.Add(Severity.Warning, entry.KeySpan, child.Path, $"The name '{entry.Key}' is not known here", null, NearestName.Of(entry.Key, node.Properties.Keys));
            }
        }

        foreach (var name in node.Required.Where(name => !map.ContainsKey(name)))
        {
            problems.Add(Severity.Error, value.Span, value.Path.Child(name), $"The value '{name}' is missing",
                node.Properties.TryGetValue(name, out var missing) ? Describe(missing) : null);
        }
    }

    void Inside(MergedParameter value, SchemaNode node, bool hidden) =>
        (hidden == secret ? this : new SchemaValidator(problems, hidden)).Check(value, node);

    static ValueTypes TypesOf(object? value) =>
        value switch
        {
            null => ValueTypes.Null,
            bool => ValueTypes.Boolean,
            long or BigInteger => ValueTypes.Integer | ValueTypes.Number,
            double number => double.IsInteger(number) ? ValueTypes.Integer | ValueTypes.Number : ValueTypes.Number,
            string => ValueTypes.Text,
            IReadOnlyDictionary<string, object?> => ValueTypes.Map,
            _ => ValueTypes.List,
        };

    static string Kind(SchemaNode node)
    {
        if (node.Types == ValueTypes.None)
        {
            return "any value";
        }

        var kinds = new List<string>();
        foreach (var (type, kind) in Kinds)
        {
            if ((node.Types & type) != 0)
            {
                kinds.Add(type == ValueTypes.Number && node.InSeconds ? "a number of seconds" : type == ValueTypes.Text && node.IsUri ? "a URL" : kind);
            }
        }

        return string.Join(" or ", kinds);
    }

    static readonly (ValueTypes Type, string Kind)[] Kinds =
    [
        (ValueTypes.Boolean, "a boolean"),
        (ValueTypes.Integer, "a whole number"),
        (ValueTypes.Number, "a number"),
        (ValueTypes.Text, "a text"),
        (ValueTypes.List, "a list"),
        (ValueTypes.Map, "a map"),
        (ValueTypes.Null, "null"),
    ];

    // How to write what is probably meant; a secret must not come to light this way.
    static string? Fix(object? value, SchemaNode node, bool hidden)
    {
        switch (value)
        {
            case bool or long or double or BigInteger when hidden:
                return Allows(node, ValueTypes.Text) ? "the same in quotes" : null;
            case not null when hidden:
                return null;
            case string text when Allows(node, ValueTypes.Boolean) && bool.TryParse(text, out var flag):
                return flag ? "true without quotes" : "false without quotes";
            case string text when (node.Types & (ValueTypes.Number | ValueTypes.Integer)) != 0 && CoreSchema.Number(text) is { } number && (node.Types & TypesOf(number)) != 0:
                return $"{ValueText.Of(number)} without quotes";
            case bool or long or double or BigInteger when Allows(node, ValueTypes.Text):
                return $"\"{ValueText.Of(value)}\" in quotes";
            case string or long when Allows(node, ValueTypes.List):
                return "a list with this one item";
            default:
                return null;
        }
    }

    static bool IsOutside(object value, SchemaNode node)
    {
        var number = value switch
        {
            long whole => whole,
            BigInteger whole => (double)whole,
            _ => (double)value,
        };
        return double.IsNaN(number) || number < node.Minimum || number > node.Maximum;
    }

    static bool AreEqual(object? left, object? right) =>
        (left, right) switch
        {
            (long a, double b) => a == b,
            (double a, long b) => a == b,
            // As the host binds names: case and the difference between - and _ do not matter.
            (string a, string b) => string.Equals(a.Replace('-', '_'), b.Trim().Replace('-', '_'), StringComparison.OrdinalIgnoreCase),
            _ => Equals(left, right),
        };
}
