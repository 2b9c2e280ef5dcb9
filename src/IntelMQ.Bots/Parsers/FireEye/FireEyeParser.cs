using System.Xml.Linq;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Parsers.FireEye;

/// <summary>Parses the indicators of a FireEye appliance in the form OpenIOC: the hashes of a sample, and where on the network it was going.</summary>
[Bot("intelmq.bots.parsers.fireeye.parser")]
public sealed class FireEyeParser : Parser<XElement>
{
    /// <inheritdoc />
    protected override RowFormat<XElement> Format { get; } = RowFormat.Xml("criteria");

    /// <inheritdoc />
    protected override IEnumerable<Event> ParseRow(XElement row, Report report)
    {
        var sample = report.NewEvent();
        foreach (var indicator in Children(row, "Indicator"))
            foreach (var (search, content) in Items(indicator))
                AddHash(sample, search, content);
        if (!sample.Has(MalwareHashSha256))
        {
            Log.Info("The report has no indicator with a SHA-256 digest and makes no event.");
            yield break;
        }

        sample.Add(Raw, report.RawBytes.ToArray());
        var connection = sample.Clone();
        sample.Add(ClassificationType, "malware");
        yield return sample;

        foreach (var indicator in Children(row, "Indicator").SelectMany(top => Children(top, "Indicator")))
            if (AddConnection(connection.Clone(), indicator) is { } e)
                yield return e;
    }

    static IEnumerable<XElement> Children(XElement element, string name) => element.Elements().Where(child => child.Name.LocalName == name);

    static IEnumerable<(string Search, string Content)> Items(XElement indicator)
    {
        foreach (var item in Children(indicator, "IndicatorItem"))
        {
            var search = Children(item, "Context").FirstOrDefault()?.Attribute("search")?.Value;
            var content = Children(item, "Content").FirstOrDefault()?.Value;
            if (search is not null && content is not null) yield return (search, content);
        }
    }

    static void AddHash(Event e, string search, string content)
    {
        if (search == "FileItem/Md5sum") e.Add(MalwareHashMd5, content);
        else if (search == "FileItem/Sha256sum") e.Add(MalwareHashSha256, content);
    }

    /// <returns>Null when the indicator is not about the network.</returns>
    static Event? AddConnection(Event e, XElement indicator)
    {
        var items = Items(indicator).ToList();
        if (!items.Any(item => item.Search.StartsWith("Network", StringComparison.Ordinal))) return null;
        e.Add(ClassificationType, "malware-distribution");
        foreach (var (search, content) in items)
        {
            switch (search)
            {
                case "Network/HTTP/RequestURI": e.Add(Destination.Urlpath, content); break;
                case "Network/HTTP/Host" when IpText.TryParse(content, out _, out var version) && version == 4: e.Add(Destination.Ip, content); break;
                case "Network/Connection/RemotePort": e.Add(Destination.Port, content); break;
                case "Network/DNS": e.Add(Destination.Fqdn, content); break;
            }
        }

        if (e.TryGet(Destination.Fqdn, out var name) && e.TryGet(Destination.Urlpath, out var path)) e.Add(Destination.Url, $"http://{name}{path}");
        return e;
    }
}
