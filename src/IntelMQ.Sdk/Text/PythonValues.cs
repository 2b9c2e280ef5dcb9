namespace IntelMQ.Sdk;

/// <summary>How users of the original know values: 1, 1.0 and true are equal, and true is written <c>True</c>.</summary>
public static class PythonValues
{
    /// <summary>Whether two values are the same in the eyes of the original: numbers and truth values by what they count.</summary>
    public static bool AreEqual(in FieldValue left, in FieldValue right) =>
        left == right || (NumberOf(left) is { } a && NumberOf(right) is { } b && a.Equals(b));

    /// <summary>The value as the text that patterns are searched in and that templates show; <c>None</c> for nothing.</summary>
    public static string ToText(in FieldValue value) => value.IsNone ? "None" : PythonText.ToText(value);

    /// <summary>The value as the original shows it in messages: texts in single quotes.</summary>
    public static string Repr(in FieldValue value) => PythonText.Repr(value);

    /// <summary>Whether the value counts as something: not none, not 0, not false, not empty.</summary>
    public static bool IsTruthy(in FieldValue value) => !JsonArrayFormat.IsEmpty(value);

    static double? NumberOf(in FieldValue value) =>
        value.TryGetNumber(out var number) ? number
        : value.TryGetBoolean(out var boolean) ? (boolean ? 1 : 0)
        : null;
}
