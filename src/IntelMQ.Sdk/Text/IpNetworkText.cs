using System.Globalization;
using System.Numerics;

namespace IntelMQ.Sdk;

/// <summary>A network as text: an address and, behind a slash, the length of its prefix or a mask.</summary>
readonly ref struct IpNetworkText
{
    UInt128 Address { get; init; }

    public int Version { get; private init; }

    /// <summary>Bits of the prefix.</summary>
    public int Prefix { get; private init; }

    ReadOnlySpan<char> Scope { get; init; }

    /// <summary>The address as it stood there, host bits included.</summary>
    public UInt128 Host => Address;

    public UInt128 Network => Address & Mask;

    public bool HasHostBits => Address != Network;

    int Bits => Version == 4 ? 32 : 128;

    UInt128 Mask => (Prefix == 0 ? UInt128.Zero : UInt128.MaxValue << (Bits - Prefix)) & (Version == 4 ? uint.MaxValue : UInt128.MaxValue);

    public bool IsSingleAddress => Prefix == Bits;

    public static bool TryParse(ReadOnlySpan<char> text, out IpNetworkText network)
    {
        network = default;
        var slash = text.IndexOf('/');
        var mask = slash < 0 ? default : text[(slash + 1)..];
        if (!IpText.TrySplitScope(slash < 0 ? text : text[..slash], out var addressText, out var scope)) return false;
        if (!IpText.TryParse(addressText, out var address, out var version) || (version == 4 && !scope.IsEmpty)) return false;

        var bits = version == 4 ? 32 : 128;
        var prefix = bits;
        if (slash >= 0 && !TryParsePrefix(mask, bits, out prefix) && !(version == 4 && TryParseMask(mask, out prefix))) return false;
        network = new IpNetworkText { Address = address, Version = version, Prefix = prefix, Scope = scope };
        return true;
    }

    static bool TryParsePrefix(ReadOnlySpan<char> text, int most, out int prefix)
    {
        prefix = 0;
        if (text.IsEmpty) return false;
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c)) return false;
            prefix = Math.Min((prefix * 10) + (c - '0'), 1000);
        }

        return prefix <= most;
    }

    // A mask of the network (255.255.255.0) or, where it is none, of the hosts (0.0.0.255).
    static bool TryParseMask(ReadOnlySpan<char> text, out int prefix)
    {
        prefix = 0;
        if (!IpText.TryParseV4(text, out var mask)) return false;
        if (!IsMask(mask)) mask = ~mask;
        prefix = BitOperations.PopCount(mask);
        return IsMask(mask);
    }

    static bool IsMask(uint mask) => (~mask & (~mask + 1)) == 0;

    /// <summary>The canonical text, host bits cleared; the given object when it is that already.</summary>
    public string Format(string original)
    {
        Span<char> text = stackalloc char[64];
        if (!Scope.IsEmpty) return FormatWithScope();

        var length = IpText.Format(Network, Version, text);
        text[length++] = '/';
        Prefix.TryFormat(text[length..], out var written, provider: CultureInfo.InvariantCulture);
        text = text[..(length + written)];
        return text.SequenceEqual(original) ? original : text.ToString();
    }

    string FormatWithScope() =>
        HasHostBits
            ? $"{IpText.Format(Network, Version)}/{Prefix.ToString(CultureInfo.InvariantCulture)}"
            : $"{IpText.Format(Network, Version)}%{Scope}/{Prefix.ToString(CultureInfo.InvariantCulture)}";
}
