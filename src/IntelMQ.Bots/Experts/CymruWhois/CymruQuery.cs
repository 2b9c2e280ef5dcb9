using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Bots.Experts.CymruWhois;

/// <summary>Asks the DNS service of Team Cymru: first for the announcement of an address, then for the name of its origin.</summary>
sealed class CymruQuery(IDnsResolver dns)
{
    /// <exception cref="TransientException">No server answered.</exception>
    public async ValueTask<CymruAnswer?> AskAsync(string address, CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(address, out var parsed)) return null;

        CymruAnswer? best = null;
        foreach (var record in await dns.GetTextsAsync(OriginName(parsed), cancellationToken))
        {
            var answer = ParseOrigin(record);
            if (best is null || PrefixLength(answer) < PrefixLength(best)) best = answer;
        }

        if (best?.Asn is null) return best;
        var names = await dns.GetTextsAsync($"AS{best.Asn}.asn.cymru.com", cancellationToken);
        return names.Count == 0 ? best : best with { AsName = Cell(Cells(names[0]), 4) };
    }

    static string OriginName(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var name = new StringBuilder(90);
        for (var i = bytes.Length - 1; i >= 0; i--)
        {
            if (address.AddressFamily == AddressFamily.InterNetwork) name.Append(CultureInfo.InvariantCulture, $"{bytes[i]}.");
            else name.Append(CultureInfo.InvariantCulture, $"{bytes[i] & 15:x}.{bytes[i] >> 4:x}.");
        }

        return name.Append(address.AddressFamily == AddressFamily.InterNetwork ? "origin.asn.cymru.com" : "origin6.asn.cymru.com").ToString();
    }

    // 8447 8451 | 2a01:190::/32 | AT | ripencc | 2007-06-14
    static CymruAnswer ParseOrigin(string record)
    {
        var cells = Cells(record);
        return new CymruAnswer(
            Cell(cells, 0)?.Split(' ')[0],
            Cell(cells, 1),
            Cell(cells, 2),
            Cell(cells, 3),
            Cell(cells, 4) is { } date ? date + "T00:00:00+00:00" : null,
            null);
    }

    static string[] Cells(string record) => record.Trim('"').Split('|', StringSplitOptions.TrimEntries);

    static string? Cell(string[] cells, int number) => number < cells.Length && cells[number] is not ("" or "NA") ? cells[number] : null;

    static int PrefixLength(CymruAnswer answer) =>
        answer.Network is { } network && int.TryParse(network.AsSpan(network.IndexOf('/', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : int.MaxValue;
}
