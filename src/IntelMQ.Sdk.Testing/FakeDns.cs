using System.Net;
using System.Net.Sockets;

namespace IntelMQ.Sdk.Testing;

/// <summary>A domain name system of what the test puts into it. Names that are not in it do not exist; case does not matter.</summary>
/// <example><c>new FakeDns { ["example.com"] = "192.0.2.1" }</c></example>
public sealed class FakeDns : IDnsResolver
{
    readonly Dictionary<string, List<IPAddress>> _addresses = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<string, List<string>> _texts = new(StringComparer.OrdinalIgnoreCase);
    readonly Dictionary<IPAddress, List<string>> _names = [];
    readonly HashSet<string> _silent = new(StringComparer.OrdinalIgnoreCase);
    readonly List<string> _questions = [];

    /// <summary>The names and addresses that were asked for, in order.</summary>
    public IReadOnlyList<string> Questions => _questions;

    /// <summary>Setting adds an address (IPv4 or IPv6) to a name; getting tells all of them, separated by commas.</summary>
    public string this[string name]
    {
        get => string.Join(", ", _addresses.GetValueOrDefault(name, []));
        set => Of(_addresses, name).Add(IPAddress.Parse(value));
    }

    /// <summary>Adds a text (record type TXT) to a name.</summary>
    public void AddText(string name, string text) => Of(_texts, name).Add(text);

    /// <summary>Adds a name (record type PTR) to an address.</summary>
    public void AddName(string address, string name) => Of(_names, IPAddress.Parse(address)).Add(name);

    /// <summary>Makes questions about a name or address fail, as if no server answered.</summary>
    public void Fail(string nameOrAddress) => _silent.Add(nameOrAddress);

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<IPAddress>> GetAddressesAsync(string name, AddressFamily family, CancellationToken cancellationToken)
    {
        Ask(name, cancellationToken);
        return new([.. _addresses.GetValueOrDefault(name, []).Where(a => a.AddressFamily == family)]);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> GetTextsAsync(string name, CancellationToken cancellationToken)
    {
        Ask(name, cancellationToken);
        return new([.. _texts.GetValueOrDefault(name, [])]);
    }

    /// <inheritdoc />
    public ValueTask<IReadOnlyList<string>> GetNamesAsync(IPAddress address, CancellationToken cancellationToken)
    {
        Ask(address.ToString(), cancellationToken);
        return new([.. _names.GetValueOrDefault(address, [])]);
    }

    void Ask(string what, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _questions.Add(what);
        if (_silent.Contains(what)) throw new TransientException($"No name server answers about '{what}'.");
    }

    static List<TValue> Of<TKey, TValue>(Dictionary<TKey, List<TValue>> map, TKey key) where TKey : notnull
    {
        if (!map.TryGetValue(key, out var values)) map[key] = values = [];
        return values;
    }
}
