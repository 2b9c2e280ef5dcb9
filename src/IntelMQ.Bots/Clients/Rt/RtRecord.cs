namespace IntelMQ.Bots.Clients.Rt;

/// <summary>A record of Request Tracker: lines <c>Name: value</c>, longer values go on in lines that begin with blanks; records are parted by <c>--</c>.</summary>
sealed class RtRecord
{
    readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public bool Has(string name) => _values.ContainsKey(name);

    public string? Get(string name) => _values.GetValueOrDefault(name);

    public static IEnumerable<RtRecord> ReadAll(string text)
    {
        var record = new RtRecord();
        string? name = null;
        foreach (var line in text.Split('\n').Select(static line => line.TrimEnd('\r')))
        {
            if (line == "--")
            {
                record.TrimEnds();
                if (record._values.Count > 0) yield return record;
                (record, name) = (new RtRecord(), null);
            }
            else if (name is not null && (line.Length == 0 || line[0] == ' ')) record.Continue(name, line);
            else if (NameIn(line) is { } found) record._values[name = found] = line[(found.Length + 1)..].TrimStart(' ');
        }

        record.TrimEnds();
        if (record._values.Count > 0) yield return record;
    }

    // Lines that begin with # are remarks of the server, such as "# Ticket 7 does not exist."
    static string? NameIn(string line)
    {
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && line[0] is not ('#' or ' ') && !line.AsSpan(0, colon).Contains(' ') ? line[..colon] : null;
    }

    // Further lines stand below the value, as far in as "Name: " is long.
    void Continue(string name, string line)
    {
        var depth = Math.Min(name.Length + 2, line.Length - line.TrimStart(' ').Length);
        _values[name] += "\n" + line[depth..];
    }

    void TrimEnds()
    {
        foreach (var name in _values.Keys.ToList()) _values[name] = _values[name].TrimEnd('\n');
    }
}
