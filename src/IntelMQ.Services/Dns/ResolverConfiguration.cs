using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace IntelMQ.Services;

/// <summary>What <c>/etc/resolv.conf</c> says. Search lists are ignored: bots ask for full names.</summary>
/// <param name="Servers">Whom to ask, in order.</param>
/// <param name="Timeout">How long to wait for one answer.</param>
/// <param name="Attempts">How often to go through the servers.</param>
sealed record ResolverConfiguration(IReadOnlyList<IPEndPoint> Servers, TimeSpan Timeout, int Attempts)
{
    const int Port = 53;
    const int MostServers = 3;

    public static ResolverConfiguration Parse(string text)
    {
        var servers = new List<IPEndPoint>();
        var (timeout, attempts) = (5, 2);
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2) continue;
            if (words[0] == "nameserver" && servers.Count < MostServers && IPAddress.TryParse(words[1], out var address)) servers.Add(new IPEndPoint(address, Port));
            if (words[0] != "options") continue;
            foreach (var option in words.Skip(1))
            {
                if (Number(option, "timeout:") is { } seconds) timeout = Math.Clamp(seconds, 1, 30);
                if (Number(option, "attempts:") is { } times) attempts = Math.Clamp(times, 1, 5);
            }
        }

        // As resolv.conf(5) says: without servers the one on this machine is asked.
        if (servers.Count == 0) servers.Add(new IPEndPoint(IPAddress.Loopback, Port));
        return new ResolverConfiguration(servers, TimeSpan.FromSeconds(timeout), attempts);
    }

    static int? Number(string option, string name) =>
        option.StartsWith(name, StringComparison.Ordinal) && int.TryParse(option.AsSpan(name.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>The addresses that <c>/etc/hosts</c> gives to names.</summary>
sealed class HostsFile
{
    readonly Dictionary<string, List<IPAddress>> _addresses = new(StringComparer.OrdinalIgnoreCase);

    public static HostsFile Parse(string text)
    {
        var hosts = new HostsFile();
        foreach (var line in text.Split('\n'))
        {
            var words = line.Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || !IPAddress.TryParse(words[0], out var address)) continue;
            foreach (var name in words.Skip(1))
            {
                if (!hosts._addresses.TryGetValue(name, out var addresses)) hosts._addresses.Add(name, addresses = []);
                addresses.Add(address);
            }
        }

        return hosts;
    }

    /// <summary>The addresses of a name; null when the file does not know the name with this family.</summary>
    public IReadOnlyList<IPAddress>? Find(string name, AddressFamily family)
    {
        if (!_addresses.TryGetValue(name, out var all)) return null;
        var found = all.Where(a => a.AddressFamily == family).ToList();
        return found.Count > 0 ? found : null;
    }
}
