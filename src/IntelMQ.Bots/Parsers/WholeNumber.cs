namespace IntelMQ.Bots.Parsers;

/// <summary>Whole numbers in feeds, whether they are written as numbers or as texts.</summary>
static class WholeNumber
{
    /// <exception cref="FormatException">It is none, or is too large to be meant.</exception>
    public static long Of(FieldValue value) =>
        DataType.Integer.TrySanitize(value, out var whole) && whole.TryGetInteger(out var number) ? number : throw new FormatException($"'{value}' is no whole number.");
}
