namespace IntelMQ.Sdk;

sealed class DateTimeType() : DataType("DateTime")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = value;
        if (value.Text is not { Length: > 0 } text) return false;
        if (IsoDate.IsCanonical(text)) return true;
        var understood = FuzzyDate.TryParse(text, DataFormatClock.Current, out var utc, out _);
        sanitized = understood ? IsoDate.Format(utc) : FieldValue.None;
        return understood;
    }

    public override bool IsValid(in FieldValue value) => value.Text is { } text && IsoDate.IsCanonical(text);

    private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => Utf8Forms.IsDateTime(utf8);
}
