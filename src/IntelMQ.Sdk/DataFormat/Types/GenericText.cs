namespace IntelMQ.Sdk;

/// <summary>What most types do first: any value to stripped text.</summary>
static class GenericText
{
    /// <summary>Text stripped, bytes decoded, other values in their text form; false for empty and zero values.</summary>
    public static bool TrySanitize(in FieldValue value, out string text)
    {
        if (value.Text is { Length: > 0 } given)
        {
            text = PythonText.Strip(given);
            return true;
        }

        text = "";
        if (IsFalsy(value)) return false;
        text = value.Bytes is { } bytes ? PythonText.Strip(Utf8Text.DecodeLenient(bytes)) : PythonText.ToText(value);
        return true;
    }

    /// <summary>Text and bytes only, not stripped.</summary>
    public static bool TryDecode(in FieldValue value, out string text)
    {
        text = value.Text ?? (value.Bytes is { } bytes ? Utf8Text.DecodeLenient(bytes) : "");
        return value.Kind is ValueKind.Text or ValueKind.Bytes;
    }

    /// <summary>None, empty, zero or false.</summary>
    public static bool IsFalsy(in FieldValue value) => value.IsFalsy;
}
