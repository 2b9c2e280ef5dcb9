namespace IntelMQ.Sdk;

/// <summary>Raw data. Sanitizing always makes bytes of what is given; only text from the wire is Base64 already.</summary>
sealed class Base64Type() : DataType("Base64")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = value.Text is { } text ? Utf8Text.EncodeLenient(text) : value;
        return value.Kind is ValueKind.Text or ValueKind.Bytes;
    }

    public override bool IsValid(in FieldValue value) => value.Kind switch
    {
        ValueKind.Bytes => value.ByteCount > 0,
        ValueKind.Text => value.Text!.Length > 0 && Base64Text.IsWellPadded(value.Text),
        _ => false,
    };
}
