using System.Globalization;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Networks of both versions, in which an address is found in the logarithm of their number.</summary>
sealed class NetworkSet
{
    readonly record struct Range(UInt128 First, UInt128 Last);

    readonly Range[] _v4;
    readonly Range[] _v6;

    NetworkSet(Range[] v4, Range[] v6) => (_v4, _v6) = (v4, v6);

    /// <summary>The set of these networks or addresses; host bits do not count.</summary>
    /// <param name="texts">Such as <c>192.0.2.0/24</c> or <c>2001:db8::1</c>.</param>
    /// <param name="refuse">Is given those that are none.</param>
    public static NetworkSet Of(IEnumerable<string> texts, Action<string> refuse)
    {
        var (v4, v6) = (new List<Range>(), new List<Range>());
        foreach (var text in texts)
        {
            if (TryRead(text, out var range, out var version)) (version == 4 ? v4 : v6).Add(range);
            else refuse(text);
        }

        return new NetworkSet(Merge(v4), Merge(v6));
    }

    public bool Contains(UInt128 address, int version)
    {
        var ranges = version == 4 ? _v4 : _v6;
        var (low, high) = (0, ranges.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (address < ranges[middle].First) high = middle - 1;
            else if (address > ranges[middle].Last) low = middle + 1;
            else return true;
        }

        return false;
    }

    static bool TryRead(string text, out Range range, out int version)
    {
        range = default;
        version = 0;
        if (!DataType.IpNetwork.TrySanitize(text, out var network) || network.Text is not { } canonical) return false;
        var slash = canonical.LastIndexOf('/');
        var address = canonical.AsSpan(0, slash);
        if (address.IndexOf('%') is >= 0 and var scope) address = address[..scope];
        if (!IpText.TryParse(address, out var first, out version)) return false;
        var hostBits = (version == 4 ? 32 : 128) - int.Parse(canonical.AsSpan(slash + 1), CultureInfo.InvariantCulture);
        range = new Range(first, first | (hostBits == 128 ? UInt128.MaxValue : (UInt128.One << hostBits) - 1));
        return true;
    }

    static Range[] Merge(List<Range> ranges)
    {
        var merged = new List<Range>();
        foreach (var range in ranges.OrderBy(r => r.First))
        {
            if (merged.Count > 0 && range.First <= merged[^1].Last) merged[^1] = merged[^1] with { Last = UInt128.Max(merged[^1].Last, range.Last) };
            else merged.Add(range);
        }

        return [.. merged];
    }
}
