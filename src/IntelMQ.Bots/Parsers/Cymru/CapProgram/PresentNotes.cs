using System.Text.RegularExpressions;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.Cymru.CapProgram;

/// <summary>The present form: <c>category|address|asn|timestamp|notes|asninfo</c>, where notes are <c>key: value;</c>.</summary>
static partial class PresentNotes
{
    // Numbers from here on have no name yet.
    const long FirstUnassignedProtocol = 143;

    static readonly Field AsNumbers = Field.Named("extra.source.asns");
    static readonly Field ProtocolNumber = Field.Named("extra.protocol.transport");

    public static IEnumerable<Event> Parse(Event e, string[] cells)
    {
        var (category, notes, asInfo) = (cells[0], cells[4], cells[5]);
        AddAutonomousSystem(e, asInfo);
        CapTables.AddCategory(e, category);

        var ports = new List<string>();
        var items = JoinedHostAndPort.Replace(notes, "hostname: $1;port: $2").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var item in items)
        {
            var isPair = item.Contains(':', StringComparison.Ordinal) && !item.StartsWith("http", StringComparison.Ordinal);
            if (isPair) AddPair(e, item, ports);
            else if (category == "proxy") AddProxy(e, item);
            else
            {
                AddFreeText(e, category, item, notes);
                break;
            }
        }

        return ports.Count == 0 ? [e] : [.. ports.Select(port => WithPort(e.Clone(), port))];
    }

    static void AddAutonomousSystem(Event e, string info)
    {
        var end = info.LastIndexOf(", ", StringComparison.Ordinal);
        e.Add(Source.GeolocationCc, end < 0 ? info : info[(end + 2)..]);
        if (end > 0) e.Add(Source.AsName, info[..end]);
    }

    static Event WithPort(Event e, string port)
    {
        e.Add(Destination.Port, port);
        return e;
    }

    [GeneratedRegex("hostname: ([^:]+)port: ([0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex JoinedHostAndPort { get; }

    [GeneratedRegex(@" \(total_count:[0-9]+\)$", RegexOptions.NonBacktracking)]
    private static partial Regex TotalCount { get; }

    static void AddFreeText(Event e, string category, string item, string notes)
    {
        switch (category)
        {
            case "bruteforce":
                e.Add(ClassificationIdentifier, item);
                e.Add(ProtocolApplication, item);
                break;
            case "phishing":
                e.Add(Source.Url, item);
                break;
            case "bot":
                FormerComments.AddBot(e, notes);
                break;
            default:
                throw new InvalidMessageException($"The note '{item}' is not understood; expected a key and a value with a colon between.");
        }
    }

    static void AddPair(Event e, string item, List<string> ports)
    {
        var colon = item.IndexOf(':', StringComparison.Ordinal);
        var (key, value) = (item[..colon].Trim(), item[(colon + 1)..].Trim());
        switch (key)
        {
            case "family":
                e.Add(MalwareName, value);
                e.Add(ClassificationIdentifier, value.ToLowerInvariant());
                break;
            case "dest_addr" or "destaddr": e.Add(Destination.Ip, value); break;
            case "dest_port" or "ports_scanned" or "honeypot_port" or "darknet_port" or "destination_port_numbers":
                ports.AddRange(TotalCount.Replace(value, "").Split(',', StringSplitOptions.TrimEntries));
                break;
            case "protocol": AddProtocol(e, value); break;
            case "hostname": if (value != e.Get(Source.Ip).Text) e.Add(Source.Fqdn, value); break;
            case "proxy_type": AddProxy(e, value); break;
            case "port" or "srcport": e.Add(Source.Port, value); break;
            case "username": e.Add(Source.Account, value); break;
            case "additional_asns": AddAsNumbers(e, value); break;
            default: throw new InvalidMessageException($"The note '{key}' is not known.");
        }
    }

    static void AddProtocol(Event e, string number)
    {
        if (CapTables.Protocols.TryGetValue(number, out var name)) e.Add(ProtocolTransport, name);
        else if (WholeNumber.Of(number) is >= FirstUnassignedProtocol and var unassigned) e.Add(ProtocolNumber, unassigned);
        else throw new InvalidMessageException($"The protocol {number} is not known; expected one of {string.Join(", ", CapTables.Protocols.Keys)}, or {FirstUnassignedProtocol} and above.");
    }

    static void AddProxy(Event e, string type)
    {
        var dash = type.IndexOf('-', StringComparison.Ordinal);
        e.Add(ProtocolApplication, dash < 0 ? type : type[..dash]);
        if (dash >= 0) e.Add(Source.Port, type[(dash + 1)..]);
    }

    static void AddAsNumbers(Event e, string numbers)
    {
        var all = new List<object?>();
        if (e.TryGet(Source.Asn, out var asn)) all.Add(asn);
        all.AddRange(numbers.Split(',').Select(static number => (object?)WholeNumber.Of(number)));
        e.Add(AsNumbers, FieldValue.From(all));
    }
}
