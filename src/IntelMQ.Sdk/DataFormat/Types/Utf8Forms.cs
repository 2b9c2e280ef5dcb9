using System.Buffers;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>
/// Tells of UTF-8 that it surely is a value in form: that sanitizing would leave it as it is and that it is valid then.
/// These are the plain spellings that most feeds have nearly always; whatever else there is gets decoded and looked at
/// in full, so false means nothing.
/// </summary>
static class Utf8Forms
{
    const int MostAddressChars = 45;
    const int MostLabelBytes = 63;

    static readonly SearchValues<byte> NameBytes = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-."u8);
    static readonly SearchValues<byte> EndOfAuthority = SearchValues.Create("/?#"u8);

    // Printable ASCII without blanks and without the brackets of an IPv6 address.
    static readonly SearchValues<byte> UrlBytes = SearchValues.Create(
        "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ\\^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>Text that does not begin or end with a blank or with something beyond ASCII that may be one.</summary>
    public static bool IsText(ReadOnlySpan<byte> utf8) => !utf8.IsEmpty && utf8[0] is > (byte)' ' and < 0x80 && utf8[^1] is > (byte)' ' and < 0x80;

    public static bool IsLowerCase(ReadOnlySpan<byte> utf8) => IsText(utf8) && Ascii.IsValid(utf8) && utf8.IndexOfAnyInRange((byte)'A', (byte)'Z') < 0;

    public static bool IsUpperCase(ReadOnlySpan<byte> utf8) => IsText(utf8) && Ascii.IsValid(utf8) && utf8.IndexOfAnyInRange((byte)'a', (byte)'z') < 0;

    public static bool IsAddress(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostAddressChars) return false;
        Span<char> text = stackalloc char[MostAddressChars];
        if (Ascii.ToUtf16(utf8, text, out var length) != OperationStatus.Done) return false;
        text = text[..length];
        return IpText.TryParseV4(text, out var number) ? number != 0 : IpText.TryParseV6(text, out _, out var isCanonical) && isCanonical;
    }

    public static bool IsFqdn(ReadOnlySpan<byte> utf8)
    {
        // What ends in a digit may be an address.
        if (utf8.IsEmpty || utf8.ContainsAnyExcept(NameBytes) || utf8[^1] is not (>= (byte)'a' and <= (byte)'z')) return false;
        while (true)
        {
            var dot = utf8.IndexOf((byte)'.');
            if (dot < 0) return utf8.Length <= MostLabelBytes;
            if (dot is 0 or > MostLabelBytes) return false;
            utf8 = utf8[(dot + 1)..];
        }
    }

    public static bool IsUrl(ReadOnlySpan<byte> utf8)
    {
        var rest = utf8.StartsWith("http://"u8) ? utf8[7..] : utf8.StartsWith("https://"u8) ? utf8[8..] : default;
        return !rest.IsEmpty && !EndOfAuthority.Contains(rest[0]) && !rest.ContainsAnyExcept(UrlBytes) && rest.IndexOf("hxxp"u8) < 0;
    }

    public static bool IsDateTime(ReadOnlySpan<byte> utf8)
    {
        // A fraction is left to the full way.
        Span<char> text = stackalloc char[25];
        return utf8.Length == text.Length && Ascii.ToUtf16(utf8, text, out _) == OperationStatus.Done && IsoDate.IsCanonical(text);
    }

    /// <summary>A whole number of a few plain digits.</summary>
    public static bool TryReadNumber(ReadOnlySpan<byte> utf8, out long number)
    {
        number = 0;
        if (utf8.Length is 0 or > 18) return false;
        foreach (var c in utf8)
        {
            var digit = (uint)(c - '0');
            if (digit > 9) return false;
            number = (number * 10) + digit;
        }

        return true;
    }
}
