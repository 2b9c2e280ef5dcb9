namespace IntelMQ.Redis;

/// <summary>The answer to INFO: lines of name and value below headings.</summary>
public static class ServerInfo
{
    /// <summary>All values by name.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string text)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[0] != '#') values[line[..colon]] = line[(colon + 1)..];
        }

        return values;
    }
}
