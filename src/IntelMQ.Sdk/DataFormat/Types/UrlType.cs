namespace IntelMQ.Sdk;

sealed class UrlType() : DataType("URL")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = default;
        if (!GenericText.TrySanitize(value, out var text) || text.Length == 0) return false;
        // Links are often made harmless by this spelling.
        if (text.Contains("hxxp", StringComparison.Ordinal))
            text = text.Replace("hxxp://", "http://", StringComparison.Ordinal).Replace("hxxps://", "https://", StringComparison.Ordinal);

        if (!UrlText.TrySplit(text, out var url)) return false;
        if (!url.Authority.IsEmpty)
        {
            sanitized = text;
            return true;
        }

        if (!url.Scheme.Equals("file", StringComparison.OrdinalIgnoreCase)) return false;
        sanitized = url.WithAuthority("localhost");
        return true;
    }

    private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => Utf8Forms.IsUrl(utf8);

    public override bool IsValid(in FieldValue value) =>
        value.Text is { Length: > 0 } text && text[0] is not (' ' or (>= '\t' and <= '\r')) && UrlText.TrySplit(text, out var url) && !url.Authority.IsEmpty;
}
