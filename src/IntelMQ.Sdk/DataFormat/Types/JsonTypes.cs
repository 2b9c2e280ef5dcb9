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

sealed class JsonDictType() : JsonType("JSONDict")
{
    private protected override bool IsMissing(in FieldValue value) => GenericText.IsFalsy(value);

    private protected override bool IsDocument(string text) => PythonJsonReader.IsJson(text, out var isFilledObject) && isFilledObject;

    // A map is taken apart as it is; writing it as JSON only to read that again would change nothing.
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        if (value.Map is not { Count: > 0 }) return base.TrySanitize(value, out sanitized);
        sanitized = value;
        return true;
    }

    public override bool IsValid(in FieldValue value) => value.Map is { Count: > 0 } || base.IsValid(value);
}
