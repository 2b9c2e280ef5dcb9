using System.Diagnostics.CodeAnalysis;

namespace IntelMQ.Sdk;

/// <summary>A JSON value of a report, mostly an object. Numbers keep whether they were written as whole ones.</summary>
public sealed class JsonRow
{
    /// <summary>Wraps a value.</summary>
    public JsonRow(FieldValue value) => Value = value;

    /// <summary>The value as a whole.</summary>
    public FieldValue Value { get; }

    /// <summary>The names of the object, in the order of the report; empty when the value is no object.</summary>
    public IEnumerable<string> Keys => Value.Map?.Keys ?? [];

    /// <summary>The value under a name; none when the report says null.</summary>
    /// <exception cref="KeyNotFoundException">The object has no such name.</exception>
    /// <exception cref="InvalidMessageException">The value is no object.</exception>
    public FieldValue this[string key] =>
        Members.TryGetValue(key, out var value)
            ? FieldValue.From(value)
            : throw new KeyNotFoundException($"The row has no '{key}'; it has {string.Join(", ", Keys)}.");

    IReadOnlyDictionary<string, object?> Members => Value.Map ?? throw new InvalidMessageException($"Expected a JSON object, found {PythonJson.ToText(Value, ascii: false)}.");

    /// <summary>The value under a name, when the object has it and it is not null.</summary>
    public bool TryGet(string key, out FieldValue value)
    {
        value = Value.Map is { } map && map.TryGetValue(key, out var found) ? FieldValue.From(found) : FieldValue.None;
        return !value.IsNone;
    }

    /// <summary>The text under a name, when it is one.</summary>
    public bool TryGetText(string key, [NotNullWhen(true)] out string? text)
    {
        text = TryGet(key, out var value) ? value.Text : null;
        return text is not null;
    }

    /// <summary>Whether the object has the name, also with null.</summary>
    public bool Has(string key) => Value.Map?.ContainsKey(key) ?? false;

    /// <summary>The object under a name.</summary>
    /// <exception cref="KeyNotFoundException">The object has no such name.</exception>
    public JsonRow Object(string key) => new(this[key]);

    /// <summary>The items of the list under a name; empty when there is no list.</summary>
    public IEnumerable<JsonRow> Items(string key) => TryGet(key, out var value) && value.List is { } list ? list.Select(item => new JsonRow(FieldValue.From(item))) : [];

    /// <inheritdoc />
    public override string ToString() => PythonJson.ToText(Value, ascii: false);
}
