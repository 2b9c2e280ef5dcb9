using System.Numerics;

namespace IntelMQ.Sdk;

sealed class IpAddressType() : DataType("IPAddress")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = default;
        if (value.Kind is ValueKind.Integer or ValueKind.Boolean or ValueKind.BigInteger) return TryFormat(value, out sanitized);
        if (!GenericText.TrySanitize(value, out var text)) return false;
        if (IpText.TryParseV4(text, out _))
        {
            // A text that is an IPv4 address at all is canonical.
            sanitized = text;
            return true;
        }

        if (IpText.TryParseV6(text, out var v6, out var isCanonical))
        {
            sanitized = isCanonical ? text : IpText.Format(v6, 6);
            return true;
        }

        if (IsPlainNumber(text)) return IntegerType.TryConvert(text, out var number) && TryFormat(number, out sanitized);

        var percent = text.IndexOf('%', StringComparison.Ordinal);
        return TrySanitizeText(percent < 0 ? text : text[..percent], out sanitized);
    }

    private protected override bool IsInForm(ReadOnlySpan<byte> utf8) => Utf8Forms.IsAddress(utf8);

    static bool TrySanitizeText(string text, out FieldValue sanitized)
    {
        sanitized = default;
        if (!IpNetworkText.TryParse(text, out var network) || !network.IsSingleAddress) return false;
        Span<char> canonical = stackalloc char[45];
        canonical = canonical[..IpText.Format(network.Host, network.Version, canonical)];
        sanitized = canonical.SequenceEqual(text) ? text : canonical.ToString();
        return true;
    }

    static bool IsPlainNumber(string text) =>
        text.Length is > 0 and <= 39 && !text.AsSpan().ContainsAnyExceptInRange('0', '9') && (text[0] != '0' || text.Length == 1);

    static bool TryFormat(in FieldValue number, out FieldValue address)
    {
        var value = number.Reference is BigInteger big ? big : number.Bits;
        var fits = value.Sign >= 0 && value <= (BigInteger)UInt128.MaxValue;
        address = fits ? IpText.Format((UInt128)value, value <= uint.MaxValue ? 4 : 6) : FieldValue.None;
        return fits;
    }

    public override bool IsValid(in FieldValue value) =>
        value.Text is { } text && (IpText.TryParseV4(text, out var v4) ? v4 != 0 : IpText.TryParseV6(text, out _));
}

sealed class IpNetworkType() : DataType("IPNetwork")
{
    public override bool TrySanitize(in FieldValue value, out FieldValue sanitized)
    {
        sanitized = default;
        if (!GenericText.TrySanitize(value, out var text) || !IpNetworkText.TryParse(text, out var network)) return false;
        sanitized = network.Format(text);
        return true;
    }

    public override bool IsValid(in FieldValue value) =>
        value.Text is { } text && IpNetworkText.TryParse(text, out var network) && !network.HasHostBits;
}
