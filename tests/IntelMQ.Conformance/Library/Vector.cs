namespace IntelMQ.Conformance.Library;

/// <summary>One recorded call of the original: what went in and what came out.</summary>
sealed class Vector(IReadOnlyDictionary<string, object?> record)
{
    public IReadOnlyDictionary<string, object?> Record => record;

    public object? this[string key] => record.TryGetValue(key, out var value) ? value : null;

    public bool Has(string key) => record.ContainsKey(key);

    public string? Text(string key) => this[key] as string;

    public IReadOnlyList<object?> List(string key) => (IReadOnlyList<object?>)this[key]!;

    public IReadOnlyDictionary<string, object?> Map(string key) => (IReadOnlyDictionary<string, object?>)this[key]!;

    public IReadOnlyList<object?> ListOrEmpty(string key) => this[key] as IReadOnlyList<object?> ?? [];

    public IReadOnlyDictionary<string, object?> MapOrEmpty(string key) => this[key] as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>();

    /// <summary>The objects of a list; none where there is no such list.</summary>
    public IEnumerable<Vector> Records(string key) => ListOrEmpty(key).Select(static item => new Vector((IReadOnlyDictionary<string, object?>)item!));

    /// <summary>Whether the original raised an exception instead of giving a result.</summary>
    public static bool IsError(object? result) => result is IReadOnlyDictionary<string, object?> map && map.ContainsKey("$raises");

    public static string ErrorType(object? result) => (string)((IReadOnlyDictionary<string, object?>)result!)["$raises"]!;

    public static string ErrorText(object? result) => (string)((IReadOnlyDictionary<string, object?>)result!)["text"]!;

    /// <summary>Whether a value is an object of the original's language that stands for a text here.</summary>
    public static bool IsObject(object? written) =>
        written is IReadOnlyDictionary<string, object?> { Count: 1 } map && map.Keys.First() is "$ipaddress" or "$ipnetwork" or "$datetime";

    /// <summary>A value that JSON cannot spell is written as an object with one special key.</summary>
    /// <returns>False for objects of the original's language that have no counterpart here.</returns>
    public static bool TryDecode(object? written, out FieldValue value)
    {
        value = default;
        if (written is IReadOnlyDictionary<string, object?> { Count: 1 } map && map.Keys.First() is ['$', ..] key)
        {
            switch (key)
            {
                case "$bytes": value = Convert.FromBase64String((string)map[key]!); return true;
                case "$float": value = (string)map[key]! switch { "nan" => double.NaN, "inf" => double.PositiveInfinity, _ => double.NegativeInfinity }; return true;
                // Objects of the original's language whose text says the same.
                case "$ipaddress" or "$ipnetwork" or "$datetime": value = (string)map[key]!; return true;
                default: return false;
            }
        }

        return TryDecodeMembers(written, out var plain) && (value = FieldValue.From(plain)) is var _;
    }

    static bool TryDecodeMembers(object? written, out object? plain)
    {
        plain = written;
        switch (written)
        {
            case IReadOnlyDictionary<string, object?> nested:
                var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
                plain = map;
                foreach (var (key, member) in nested)
                {
                    if (!TryDecode(member, out var value) || value.Kind == ValueKind.Bytes) return false;
                    map[key] = value.ToObject();
                }

                return true;
            case IReadOnlyList<object?> list:
                var items = new List<object?>();
                plain = items;
                foreach (var member in list)
                {
                    if (!TryDecode(member, out var value) || value.Kind == ValueKind.Bytes) return false;
                    items.Add(value.ToObject());
                }

                return true;
            default: return true;
        }
    }

    /// <summary>The text of a value for comparison and for messages: numbers keep their kind, bytes are Base64.</summary>
    public static string Show(in FieldValue value) => value.Kind == ValueKind.Bytes ? $"\"{value}\"" : PythonJson.ToText(value, ascii: true, sorted: true);

    public static string Show(object? value) => Show(TryDecode(value, out var decoded) ? decoded : FieldValue.From(value));

    public override string ToString() => PythonJson.ToText(FieldValue.From(record), ascii: true) is { Length: > 400 } text ? text[..400] : PythonJson.ToText(FieldValue.From(record), ascii: true);
}
