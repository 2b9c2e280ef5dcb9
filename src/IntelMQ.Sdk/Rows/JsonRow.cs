using System.Collections.Frozen;
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

    /// <summary>The value under a name; none when the object lacks it or says null. Adding none to an event adds nothing.</summary>
    public FieldValue Get(string key) => Value.Map is { } map && map.TryGetValue(key, out var value) ? FieldValue.From(value) : FieldValue.None;

    /// <summary>The value at a path of names, <c>Get("env", "remote_addr")</c>; none when one of them is missing.</summary>
    public FieldValue Get(string key, params ReadOnlySpan<string> below)
    {
        var value = Get(key);
        foreach (var name in below) value = value.Map is { } map && map.TryGetValue(name, out var next) ? FieldValue.From(next) : FieldValue.None;
        return value;
    }

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

    /// <summary>The members of the object under a name as texts, such as a table of types; empty when there is none.</summary>
    public IReadOnlyDictionary<string, string> Texts(string key) => new JsonRow(Get(key)).Texts();

    /// <summary>The members of the object as texts.</summary>
    public IReadOnlyDictionary<string, string> Texts() =>
        Keys.ToFrozenDictionary(key => key, key => PythonText.ToText(Get(key)), StringComparer.Ordinal);

    /// <summary>The object as a JSON text with sorted names and escapes for all beyond ASCII, as several parsers give their events as <c>raw</c>.</summary>
    public string ToSortedText() => PythonJson.ToText(Value, ascii: true, sorted: true);

    /// <summary>The items of the list under a name; empty when there is no list.</summary>
    public IEnumerable<JsonRow> Items(string key) => TryGet(key, out var value) && value.List is { } list ? list.Select(item => new JsonRow(FieldValue.From(item))) : [];

    /// <inheritdoc />
    public override string ToString() => PythonJson.ToText(Value, ascii: false);
}
