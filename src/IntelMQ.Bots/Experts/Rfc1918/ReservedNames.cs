using System.Collections.Frozen;

namespace IntelMQ.Bots.Experts.Rfc1918;

/// <summary>Networks, domains and numbers of systems that are set aside.</summary>
static class ReservedNames
{
    static readonly JsonRow Table = EmbeddedTable.Read<Rfc1918Expert>("reserved.table.json");
    static readonly IpNetworkTable<bool> Networks = new(Texts("networks").Select(network => KeyValuePair.Create(network, true)));
    static readonly FrozenSet<string> Domains = Texts("domains").ToFrozenSet(StringComparer.Ordinal);
    static readonly string[] Suffixes = [.. Texts("suffixes")];
    static readonly (long First, long Last)[] Systems = [.. Table.Items("systems").Select(range => (Number(range, "first"), Number(range, "last")))];

    /// <summary>Whether a value of a field is set aside; what it is tested for says the end of the field's name.</summary>
    public static bool Has(Field field, in FieldValue value)
    {
        if (value.IsNone) return false;
        if (field.Name.EndsWith(".ip", StringComparison.Ordinal)) return Networks.Contains(value.Text);
        if (field.Name.EndsWith(".fqdn", StringComparison.Ordinal)) return value.Text is { } name && IsDomain(name);
        if (field.Name.EndsWith(".url", StringComparison.Ordinal)) return value.Text is { } url && UrlText.TrySplit(url, out var parts) && IsHost(parts.Authority.ToString());
        return field.Name.EndsWith(".asn", StringComparison.Ordinal) && value.TryGetInteger(out var number) && IsSystem(number);
    }

    // As the original has it, a port or user in the URL keeps the host from being found.
    static bool IsHost(string authority) => Networks.Contains(authority) || IsDomain(authority);

    static bool IsDomain(string name)
    {
        if (Domains.Contains(name)) return true;
        foreach (var suffix in Suffixes)
            if (name.EndsWith(suffix, StringComparison.Ordinal))
                return true;
        return false;
    }

    static bool IsSystem(long number)
    {
        foreach (var (first, last) in Systems)
            if (number >= first && number <= last)
                return true;
        return false;
    }

    static IEnumerable<string> Texts(string key) => Table.Items(key).Select(item => item.Value.Text!);

    static long Number(JsonRow range, string key) => range[key].TryGetInteger(out var number) ? number : throw new InvalidOperationException($"'{key}' is no number.");
}
