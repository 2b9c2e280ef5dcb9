using System.Diagnostics.CodeAnalysis;

namespace IntelMQ.Sdk;

/// <summary>Networks with a value for each, asked for the smallest network that an address lies in: tables of routes, owners, private ranges.</summary>
/// <typeparam name="T">What a network stands for, such as the number of its autonomous system.</typeparam>
public sealed class IpNetworkTable<T>
{
    readonly Entry[] _v4;
    readonly Entry[] _v6;

    /// <summary>A table of these networks. One that is named twice has its last value.</summary>
    /// <param name="networks">In the form <c>192.0.2.0/24</c>, or a single address; bits behind the prefix do not count.</param>
    /// <exception cref="FormatException">A text is no network; the message says which.</exception>
    public IpNetworkTable(IEnumerable<KeyValuePair<string, T>> networks)
    {
        var (v4, v6) = (new List<Entry>(), new List<Entry>());
        foreach (var (text, value) in networks)
        {
            if (!IpNetworkText.TryParse(text, out var network)) throw new FormatException($"'{text}' is no network; expected one such as 192.0.2.0/24 or 2001:db8::/32.");
            (network.Version == 4 ? v4 : v6).Add(new Entry(network.Network, network.Prefix, value));
        }

        (_v4, _v6) = (Nest(v4, 32), Nest(v6, 128));
    }

    /// <summary>How many networks there are.</summary>
    public int Count => _v4.Length + _v6.Length;

    /// <summary>The smallest network that an address lies in.</summary>
    /// <param name="address">An address, such as the value of <c>source.ip</c>.</param>
    /// <param name="network">The network, in the form <c>192.0.2.0/24</c>.</param>
    /// <param name="value">What it stands for.</param>
    /// <returns>False when the address lies in none, or the text is none.</returns>
    public bool TryFind(string? address, [NotNullWhen(true)] out string? network, [MaybeNullWhen(false)] out T value)
    {
        (network, value) = (null, default);
        if (!IpText.TryParse(address, out var number, out var version)) return false;
        var entries = version == 4 ? _v4 : _v6;
        var at = IndexOf(entries, number, version == 4 ? 32 : 128);
        if (at < 0) return false;
        value = entries[at].Value;
        network = $"{IpText.Format(entries[at].Start, version)}/{entries[at].Prefix}";
        return true;
    }

    /// <summary>Whether an address lies in one of the networks.</summary>
    public bool Contains(string? address) =>
        IpText.TryParse(address, out var number, out var version) && IndexOf(version == 4 ? _v4 : _v6, number, version == 4 ? 32 : 128) >= 0;

    static int IndexOf(Entry[] entries, UInt128 number, int bits)
    {
        // The last network that begins at or before the address; if it ends before it, one around it may hold it.
        var (low, high) = (0, entries.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (entries[middle].Start <= number) low = middle + 1;
            else high = middle;
        }

        var at = low - 1;
        while (at >= 0 && number > entries[at].LastOf(bits)) at = entries[at].Parent;
        return at;
    }

    static Entry[] Nest(List<Entry> entries, int bits)
    {
        // Stable, so that of two with one name the later stays.
        var sorted = entries.OrderBy(e => e.Start).ThenBy(e => e.Prefix).ToList();
        var count = 0;
        for (var i = 0; i < sorted.Count; i++)
        {
            if (count > 0 && sorted[count - 1].Start == sorted[i].Start && sorted[count - 1].Prefix == sorted[i].Prefix) count--;
            sorted[count++] = sorted[i];
        }

        var nested = sorted.Take(count).ToArray();
        var around = new Stack<int>();
        for (var i = 0; i < nested.Length; i++)
        {
            while (around.Count > 0 && nested[around.Peek()].LastOf(bits) < nested[i].Start) around.Pop();
            nested[i].Parent = around.Count > 0 ? around.Peek() : -1;
            around.Push(i);
        }

        return nested;
    }

    struct Entry(UInt128 start, int prefix, T value)
    {
        public readonly UInt128 Start = start;
        public readonly T Value = value;
        public readonly byte Prefix = (byte)prefix;
        public int Parent = -1;

        public readonly UInt128 LastOf(int bits) => Start | (Prefix == 0 && bits == 128 ? UInt128.MaxValue : (UInt128.One << (bits - Prefix)) - 1);
    }
}
