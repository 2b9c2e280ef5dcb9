using System.Globalization;

namespace IntelMQ.Bots.Experts.AsnLookup;

/// <summary>The text form of a table of routes that the Python library pyasn reads too.</summary>
static class RouteFile
{
    /// <exception cref="FormatException">A line is none of network and number; the message says which.</exception>
    public static IpNetworkTable<uint> Read(Stream file)
    {
        using var reader = new StreamReader(file);
        return new(Routes(reader));
    }

    static IEnumerable<KeyValuePair<string, uint>> Routes(TextReader reader)
    {
        for (var number = 1; reader.ReadLine() is { } line; number++)
        {
            var text = line.AsSpan().Trim();
            if (text.IsEmpty || text[0] is ';' or '#') continue;
            var gap = text.IndexOfAny('\t', ' ');
            if (gap < 0 || !uint.TryParse(text[gap..].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var asn))
                throw new FormatException($"Line {number} is '{line}'; expected a network, a tab and the number of an autonomous system.");
            if (!DataType.IpNetwork.IsValidSanitized(text[..gap].ToString()))
                throw new FormatException($"Line {number} begins with '{text[..gap]}', which is no network; expected one such as 192.0.2.0/24.");
            yield return new(text[..gap].ToString(), asn);
        }
    }

    /// <summary>Writes the form that <see cref="Read"/> reads.</summary>
    public static byte[] Write(IEnumerable<KeyValuePair<string, uint>> routes, string origin)
    {
        using var result = new MemoryStream();
        using (var writer = new StreamWriter(result, leaveOpen: true) { NewLine = "\n" })
        {
            writer.WriteLine("; IP-ASN32-DAT file");
            writer.WriteLine($"; Original file : {origin}");
            foreach (var (network, asn) in routes) writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{network}\t{asn}"));
        }

        return result.ToArray();
    }
}
