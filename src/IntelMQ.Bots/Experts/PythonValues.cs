namespace IntelMQ.Bots.Experts;

/// <summary>How users of the original know values: 1, 1.0 and true are equal, and true is written <c>True</c>.</summary>
static class PythonValues
{
    public static bool AreEqual(in FieldValue left, in FieldValue right) =>
        left == right || (NumberOf(left) is { } a && NumberOf(right) is { } b && a.Equals(b));

    static double? NumberOf(in FieldValue value) =>
        value.TryGetNumber(out var number) ? number
        : value.TryGetBoolean(out var boolean) ? (boolean ? 1 : 0)
        : null;

    /// <summary>The value as the text that patterns are searched in and that templates show.</summary>
    public static string ToText(in FieldValue value) =>
        value.Text ?? (value.TryGetBoolean(out var boolean) ? (boolean ? "True" : "False") : value.ToString());
}
