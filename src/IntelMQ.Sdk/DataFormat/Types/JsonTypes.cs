namespace IntelMQ.Sdk;

class JsonType(string name) : DataType(name)
{
    public JsonType() : this("JSON")
    {
    }

    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = default;
        if (IsMissing(value)) return false;
        if (GenericText.TryDecode(value, out var text))
        {
            var stripped = PythonText.Strip(text);
            sanitized = stripped;
            if (IsDocument(stripped)) return true;
            if (value.Kind == ValueKind.Bytes) return false;
        }

        sanitized = PythonJson.ToText(value, ascii: true, sorted: true);
        return true;
    }

    public override bool IsValid(in FieldValue value) => value.Text is { Length: > 0 } text && IsDocument(text);

    private protected virtual bool IsMissing(in FieldValue value) => value.IsNone;

    private protected virtual bool IsDocument(string text) => PythonJsonReader.IsJson(text, out _);
}

/// <summary>A JSON object whose members become fields. As in the original, the members of a map that a bot gives are sorted, those of a text keep their order.</summary>
sealed class JsonDictType() : JsonType("JSONDict")
{
    private protected override bool IsMissing(in FieldValue value) => GenericText.IsFalsy(value);

    private protected override bool IsDocument(string text) => PythonJsonReader.IsJson(text, out var isFilledObject) && isFilledObject;

    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        if (value.Map is not { Count: > 0 } map) return base.TrySanitize(value, out sanitized);
        sanitized = FieldValue.From(map as SortedMap ?? new SortedMap(map));
        return true;
    }

    public override bool IsValid(in FieldValue value) => value.Reference is SortedMap || base.IsValid(value);

    /// <summary>A map in the form of this type: what the original would write as JSON and read again.</summary>
    sealed class SortedMap : OrderedDictionary<string, object?>
    {
        public SortedMap(IReadOnlyDictionary<string, object?> from) : base(from.Count, StringComparer.Ordinal)
        {
            foreach (var (key, item) in from.OrderBy(pair => pair.Key, CodePointOrder.Comparer)) Add(key, Sorted(item));
        }

        static object? Sorted(object? item) => item switch
        {
            IReadOnlyDictionary<string, object?> map => new SortedMap(map),
            IReadOnlyList<object?> list => list.Select(Sorted).ToList(),
            _ => item,
        };
    }
}
