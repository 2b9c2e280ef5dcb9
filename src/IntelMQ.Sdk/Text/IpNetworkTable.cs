using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace IntelMQ.Sdk;

/// <summary>Networks with a value for each, asked for the smallest network that an address lies in: tables of routes, owners, private ranges.</summary>
/// <remarks>
/// The networks may come from a stream; they are taken one by one. A table of a million IPv4 networks with numbers as values
/// takes 13 MB.
/// </remarks>
/// <typeparam name="T">What a network stands for, such as the number of its autonomous system.</typeparam>
public sealed class IpNetworkTable<T>
{
    readonly Networks<uint> _v4;
    readonly Networks<UInt128> _v6;

    /// <summary>A table of these networks. One that is named twice has its last value.</summary>
    /// <param name="networks">In the form <c>192.0.2.0/24</c>, or a single address; bits behind the prefix do not count.</param>
    /// <exception cref="FormatException">A text is no network; the message says which.</exception>
    public IpNetworkTable(IEnumerable<KeyValuePair<string, T>> networks)
    {
        var (v4, v6) = (new List<(uint, byte, T)>(), new List<(UInt128, byte, T)>());
        foreach (var (text, value) in networks)
        {
            if (!IpNetworkText.TryParse(text, out var network)) throw new FormatException($"'{text}' is no network; expected one such as 192.0.2.0/24 or 2001:db8::/32.");
            if (network.Version == 4) v4.Add(((uint)network.Network, (byte)network.Prefix, value));
            else v6.Add((network.Network, (byte)network.Prefix, value));
        }

        (_v4, _v6) = (new(v4, 32), new(v6, 128));
    }

    /// <summary>How many networks there are.</summary>
    public int Count => _v4.Count + _v6.Count;

    /// <summary>The smallest network that an address lies in.</summary>
    /// <param name="address">An address, such as the value of <c>source.ip</c>.</param>
    /// <param name="network">The network, in the form <c>192.0.2.0/24</c>.</param>
    /// <param name="value">What it stands for.</param>
    /// <returns>False when the address lies in none, or the text is none.</returns>
    public bool TryFind(string? address, [NotNullWhen(true)] out string? network, [MaybeNullWhen(false)] out T value)
    {
        (network, value) = (null, default);
        if (!IpText.TryParse(address, out var number, out var version)) return false;
        if (version == 4 ? !_v4.TryFind((uint)number, out var start, out var prefix, out value) : !_v6.TryFind(number, out start, out prefix, out value)) return false;
        network = $"{IpText.Format(start, version)}/{prefix}";
        return true;
    }

    /// <summary>Whether an address lies in one of the networks.</summary>
    public bool Contains(string? address) =>
        IpText.TryParse(address, out var number, out var version)
        && (version == 4 ? _v4.TryFind((uint)number, out _, out _, out _) : _v6.TryFind(number, out _, out _, out _));

    /// <summary>The networks of one version in the order of their first addresses, in columns so that nothing is lost to alignment.</summary>
    sealed class Networks<TNumber> where TNumber : struct, IBinaryInteger<TNumber>, IUnsignedNumber<TNumber>
    {
        readonly int _bits;
        readonly TNumber[] _starts;
        readonly byte[] _prefixes;
        readonly int[] _parents;
        readonly T[] _values;

        public Networks(List<(TNumber Start, byte Prefix, T Value)> networks, int bits)
        {
            _bits = bits;
            int[] order = [.. Enumerable.Range(0, networks.Count)];
            Array.Sort(order, (a, b) => Compare(networks, a, b));

            // Of two with one name the later stays.
            var count = 0;
            foreach (var at in order)
            {
                if (count > 0 && networks[order[count - 1]] is var (start, prefix, _) && start == networks[at].Start && prefix == networks[at].Prefix) count--;
                order[count++] = at;
            }

            (_starts, _prefixes, _parents, _values) = (new TNumber[count], new byte[count], new int[count], new T[count]);
            for (var i = 0; i < count; i++) (_starts[i], _prefixes[i], _values[i]) = networks[order[i]];
            Nest();
        }

        public int Count => _starts.Length;

        static int Compare(List<(TNumber Start, byte Prefix, T Value)> networks, int a, int b)
        {
            var byStart = networks[a].Start.CompareTo(networks[b].Start);
            if (byStart != 0) return byStart;
            var byPrefix = networks[a].Prefix.CompareTo(networks[b].Prefix);
            return byPrefix != 0 ? byPrefix : a.CompareTo(b);
        }

        void Nest()
        {
            var around = new Stack<int>();
            for (var i = 0; i < _starts.Length; i++)
            {
                while (around.Count > 0 && LastOf(around.Peek()) < _starts[i]) around.Pop();
                _parents[i] = around.Count > 0 ? around.Peek() : -1;
                around.Push(i);
            }
        }

        TNumber LastOf(int at) => _prefixes[at] == 0 ? TNumber.AllBitsSet : _starts[at] | ((TNumber.One << (_bits - _prefixes[at])) - TNumber.One);

        public bool TryFind(TNumber number, out UInt128 start, out int prefix, [MaybeNullWhen(false)] out T value)
        {
            // The last network that begins at or before the address; if it ends before it, one around it may hold it.
            var found = Array.BinarySearch(_starts, number);
            if (found < 0) found = ~found - 1;
            else while (found + 1 < _starts.Length && _starts[found + 1] == number) found++;
            while (found >= 0 && number > LastOf(found)) found = _parents[found];
            (start, prefix, value) = found < 0 ? (default, 0, default(T)) : (UInt128.CreateTruncating(_starts[found]), _prefixes[found], _values[found]);
            return found >= 0;
        }
    }
}
