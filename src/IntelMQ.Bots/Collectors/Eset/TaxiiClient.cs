using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace IntelMQ.Bots.Collectors.Eset;

/// <summary>As much of TAXII 1.1 (XML over HTTP) as polling a collection takes: finding the service, asking, and fetching further parts.</summary>
sealed class TaxiiClient(HttpClient client)
{
    const string XmlBinding = "urn:taxii.mitre.org:message:xml:1.1";

    static readonly XNamespace Taxii = "http://taxii.mitre.org/messages/taxii_xml_binding-1.1";

    /// <summary>The URL of the service that a discovery service names for polling.</summary>
    public async Task<string> DiscoverPollServiceAsync(string url, CancellationToken cancellationToken)
    {
        var services = await ExchangeAsync(url, new XElement(Taxii + "Discovery_Request", MessageId()), cancellationToken);
        var poll = services.Elements(Taxii + "Service_Instance").FirstOrDefault(static service => service.Attribute("service_type")?.Value == "POLL");
        var address = poll?.Element(Taxii + "Address")?.Value.Trim() ?? throw new InvalidDataException($"'{url}' names no service for polling.");
        // Credentials go where the operator has sent them, not where an answer does.
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.Host == new Uri(url).Host
            ? address
            : throw new InvalidDataException($"'{url}' names '{address}' for polling; expected a URL with https:// on the same server.");
    }

    /// <summary>The contents of the blocks that came into a collection between two times.</summary>
    public async IAsyncEnumerable<string> PollAsync(string url, string collection, DateTimeOffset begin, DateTimeOffset end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new XElement(Taxii + "Poll_Request", MessageId(), new XAttribute("collection_name", collection),
            new XElement(Taxii + "Exclusive_Begin_Timestamp", Time(begin)),
            new XElement(Taxii + "Inclusive_End_Timestamp", Time(end)),
            new XElement(Taxii + "Poll_Parameters", new XAttribute("allow_asynch", "false"), new XElement(Taxii + "Response_Type", "FULL")));
        while (true)
        {
            var response = await ExchangeAsync(url, request, cancellationToken);
            foreach (var content in response.Elements(Taxii + "Content_Block").Elements(Taxii + "Content")) yield return TextOf(content);
            if (response.Attribute("more")?.Value is not ("true" or "1")) yield break;
            var part = int.Parse(response.Attribute("result_part_number")?.Value ?? "1", CultureInfo.InvariantCulture);
            request = new XElement(Taxii + "Poll_Fulfillment", MessageId(), new XAttribute("collection_name", collection),
                new XAttribute("result_id", response.Attribute("result_id")?.Value ?? throw new InvalidDataException($"'{url}' announces more parts of a result without an id.")),
                new XAttribute("result_part_number", part + 1));
        }
    }

    // A block is text (the JSON of ESET), or XML that is taken as it stands.
    static string TextOf(XElement content) =>
        content.HasElements ? string.Concat(content.Nodes().Select(static node => node.ToString(SaveOptions.DisableFormatting))) : content.Value;

    static XAttribute MessageId() => new("message_id", Guid.NewGuid().ToString());

    static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture);

    async Task<XElement> ExchangeAsync(string url, XElement message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(message.ToString(SaveOptions.DisableFormatting), Encoding.UTF8, "application/xml") };
        request.Headers.Add("Accept", "application/xml");
        request.Headers.Add("X-TAXII-Accept", XmlBinding);
        request.Headers.Add("X-TAXII-Content-Type", XmlBinding);
        request.Headers.Add("X-TAXII-Services", "urn:taxii.mitre.org:services:1.1");
        request.Headers.Add("X-TAXII-Protocol", "urn:taxii.mitre.org:protocol:https:1.0");
        var answer = Read((await client.AskAsync(request, cancellationToken)).Expect());
        if (answer.Name != Taxii + "Status_Message") return answer;
        throw new InvalidDataException($"'{url}' has refused a request: {answer.Attribute("status_type")?.Value} {answer.Element(Taxii + "Message")?.Value}");
    }

    static XElement Read(HttpAnswer answer)
    {
        try
        {
            // No document types: what they could include is none of the server's business.
            using var reader = XmlReader.Create(new MemoryStream(answer.Content), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XElement.Load(reader);
        }
        catch (XmlException e)
        {
            throw new InvalidDataException($"'{answer.Url}' has answered with what is no XML: {e.Message}", e);
        }
    }
}
