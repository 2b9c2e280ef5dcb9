using System.Globalization;

namespace IntelMQ.Sdk;

/// <summary>IP addresses as text, read as strictly as the original does: no leading zeros, no missing parts, no blanks.</summary>
public static class IpText
{
    const int MostAddressChars = 45;

    /// <summary>Reads an address without scope.</summary>
    /// <param name="text">Such as <c>192.0.2.1</c> or <c>2001:db8::1</c>.</param>
    /// <param name="number">The address as a number.</param>
    /// <param name="version">4 or 6.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out UInt128 number, out int version)
    {
        if (TryParseV4(text, out var v4))
        {
            number = v4;
            version = 4;
            return true;
        }

        version = 6;
        return TryParseV6(text, out number);
    }

    /// <summary>The canonical text of an address: dotted, or lower-case and compressed.</summary>
    public static string Format(UInt128 number, int version)
    {
        Span<char> text = stackalloc char[MostAddressChars];
        return text[..Format(number, version, text)].ToString();
    }

    /// <summary>The name of an address in the reverse DNS, with a final dot; null for a text that is no address.</summary>
    public static string? ToReverse(ReadOnlySpan<char> text)
    {
        if (!TryParse(text, out var number, out var version)) return null;
        // An IPv4 address within IPv6 (::ffff:0:0/96) has the name of the IPv4 address.
        if (version == 4 || number >> 32 == 0xffff)
        {
            var v4 = (uint)number;
            return string.Create(CultureInfo.InvariantCulture, $"{v4 & 255}.{(v4 >> 8) & 255}.{(v4 >> 16) & 255}.{v4 >> 24}.in-addr.arpa.");
        }

        return string.Create(32 * 2 + "ip6.arpa.".Length, number, static (name, number) =>
        {
            for (var i = 0; i < 32; i++, number >>= 4)
            {
                name[2 * i] = "0123456789abcdef"[(int)((ulong)number & 15)];
                name[(2 * i) + 1] = '.';
            }

            "ip6.arpa.".CopyTo(name[64..]);
        });
    }

    /// <summary>Splits <c>fe80::1%eth0</c>; false when the scope is empty or has another <c>%</c>.</summary>
    internal static bool TrySplitScope(ReadOnlySpan<char> text, out ReadOnlySpan<char> address, out ReadOnlySpan<char> scope)
    {
        address = text;
        scope = default;
        var percent = text.IndexOf('%');
        if (percent < 0) return true;
        address = text[..percent];
        scope = text[(percent + 1)..];
        return !scope.IsEmpty && !scope.Contains('%');
    }

    internal static bool TryParseV4(ReadOnlySpan<char> text, out uint number)
    {
        number = 0;
        if (text.Length is < 7 or > 15) return false;
        var octet = 0;
        var digits = 0;
        var dots = 0;
        foreach (var c in text)
        {
            var digit = (uint)(c - '0');
            if (digit <= 9)
            {
                // A second digit after a zero is a leading zero.
                if (digits > 0 && octet == 0) return false;
                octet = (octet * 10) + (int)digit;
                digits++;
                if (octet > 255) return false;
            }
            else if (c == '.' && digits > 0 && dots < 3)
            {
                number = (number << 8) | (uint)octet;
                octet = 0;
                digits = 0;
                dots++;
            }
            else
            {
                return false;
            }
        }

        number = (number << 8) | (uint)octet;
        return dots == 3 && digits > 0;
    }

    internal static bool TryParseV6(ReadOnlySpan<char> text, out UInt128 number) => TryParseV6(text, out number, out _);

    /// <param name="text">An address without scope.</param>
    /// <param name="number">The address as a number.</param>
    /// <param name="isCanonical">Whether the text is exactly what <see cref="FormatV6"/> writes.</param>
    internal static bool TryParseV6(ReadOnlySpan<char> text, out UInt128 number, out bool isCanonical)
    {
        number = default;
        isCanonical = false;
        if (text.Length is < 2 or > MostAddressChars) return false;

        Span<ushort> groups = stackalloc ushort[8];
        int count = 0, gap = -1, at = 0;
        var isPlain = true;
        if (text[0] == ':')
        {
            if (text[1] != ':') return false;
            gap = 0;
            at = 2;
        }

        while (at < text.Length)
        {
            var start = at;
            if (count == 8 || !TryReadGroup(text, ref at, out groups[count], ref isPlain)) return false;
            if (at < text.Length && text[at] == '.')
            {
                if (count > 6 || !TryParseV4(text[start..], out var v4)) return false;
                groups[count++] = (ushort)(v4 >> 16);
                groups[count++] = (ushort)v4;
                isPlain = false;
                break;
            }

            count++;
            if (at == text.Length) break;
            if (text[at] != ':' || ++at == text.Length) return false;
            if (text[at] != ':') continue;
            if (gap >= 0) return false;
            gap = count;
            at++;
        }

        if (gap < 0 ? count != 8 : count > 7) return false;
        if (gap >= 0) Spread(groups, count, gap);
        isCanonical = isPlain && LongestZeros(groups) is var (zeros, length) && zeros == gap && (gap < 0 || length == 8 - count);
        number = Join(groups);
        return true;
    }

    static bool TryReadGroup(ReadOnlySpan<char> text, ref int at, out ushort group, ref bool isPlain)
    {
        var start = at;
        var value = 0;
        for (; at < text.Length; at++)
        {
            var c = text[at];
            int digit;
            if (char.IsAsciiDigit(c)) digit = c - '0';
            else if (c is >= 'a' and <= 'f') digit = c - 'a' + 10;
            else if (c is >= 'A' and <= 'F')
            {
                digit = c - 'A' + 10;
                isPlain = false;
            }
            else
            {
                break;
            }

            value = (value << 4) | digit;
            if (at - start == 4)
            {
                group = 0;
                return false;
            }
        }

        var digits = at - start;
        if (digits > 1 && text[start] == '0') isPlain = false;
        group = (ushort)value;
        return digits > 0;
    }

    static void Spread(Span<ushort> groups, int count, int gap)
    {
        var behind = count - gap;
        groups[gap..count].CopyTo(groups[(8 - behind)..]);
        groups[gap..(8 - behind)].Clear();
    }

    static UInt128 Join(ReadOnlySpan<ushort> groups)
    {
        ulong upper = 0, lower = 0;
        for (var i = 0; i < 4; i++)
        {
            upper = (upper << 16) | groups[i];
            lower = (lower << 16) | groups[i + 4];
        }

        return new UInt128(upper, lower);
    }

    internal static int Format(UInt128 number, int version, Span<char> to) => version == 4 ? FormatV4((uint)number, to) : FormatV6(number, to);

    internal static int FormatV4(uint number, Span<char> to)
    {
        var at = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            var octet = (number >> shift) & 255;
            if (octet >= 100) to[at++] = (char)('0' + (octet / 100));
            if (octet >= 10) to[at++] = (char)('0' + (octet / 10 % 10));
            to[at++] = (char)('0' + (octet % 10));
            if (shift > 0) to[at++] = '.';
        }

        return at;
    }

    internal static int FormatV6(UInt128 number, Span<char> to)
    {
        Span<ushort> groups = stackalloc ushort[8];
        for (var i = 7; i >= 0; i--, number >>= 16) groups[i] = (ushort)(ulong)number;
        var (gapStart, gapLength) = LongestZeros(groups);

        var at = 0;
        for (var i = 0; i < 8; i++)
        {
            if (i == gapStart)
            {
                if (i == 0) to[at++] = ':';
                to[at++] = ':';
                i += gapLength - 1;
                continue;
            }

            at += FormatGroup(groups[i], to[at..]);
            if (i < 7) to[at++] = ':';
        }

        return at;
    }

    // One zero group alone is not abbreviated; of equally long runs the first is.
    static (int Start, int Length) LongestZeros(ReadOnlySpan<ushort> groups)
    {
        var best = (Start: -1, Length: 1);
        for (var i = 0; i < 8; i++)
        {
            var start = i;
            while (i < 8 && groups[i] == 0) i++;
            if (i - start > best.Length) best = (start, i - start);
        }

        return best;
    }

    static int FormatGroup(ushort group, Span<char> to)
    {
        var digits = group >= 0x1000 ? 4 : group >= 0x100 ? 3 : group >= 0x10 ? 2 : 1;
        for (var i = digits - 1; i >= 0; i--, group >>= 4) to[i] = "0123456789abcdef"[group & 15];
        return digits;
    }
}
