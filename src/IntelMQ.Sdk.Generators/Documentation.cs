using System.Text;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace IntelMQ.Sdk.Generators;

/// <summary>Documentation comments as plain text.</summary>
static class Documentation
{
    public static (string Summary, string Remarks) Of(ISymbol symbol, CancellationToken cancellationToken)
    {
        var xml = symbol.GetDocumentationCommentXml(cancellationToken: cancellationToken);
        if (string.IsNullOrWhiteSpace(xml)) return ("", "");
        try
        {
            var element = XElement.Parse(xml!);
            return (Text(element.Element("summary")), Text(element.Element("remarks")));
        }
        catch (XmlException)
        {
            // The compiler reports a malformed comment itself (CS1570).
            return ("", "");
        }
    }

    /// <summary>
    /// The summaries in the documentation file of a referenced assembly, by documentation id. The compiler knows the
    /// members of references, but not what is written about them.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> InFile(string xml)
    {
        XDocument document;
        try
        {
            document = XDocument.Parse(xml);
        }
        catch (XmlException)
        {
            // An additional file of the author's that is no documentation.
            yield break;
        }

        if (document.Root?.Name.LocalName != "doc") yield break;
        foreach (var member in document.Root.Element("members")?.Elements("member") ?? [])
        {
            if (member.Attribute("name")?.Value is { } id && id.StartsWith("P:", StringComparison.Ordinal) && Text(member.Element("summary")) is { Length: > 0 } text)
                yield return new(id, text);
        }
    }

    static string Text(XElement? element)
    {
        if (element is null) return "";
        var text = new StringBuilder();
        Append(text, element);
        return string.Join("\n", text.ToString().Split('\n').Select(static line => line.Trim()).Where(static line => line.Length > 0));
    }

    static void Append(StringBuilder text, XElement element)
    {
        foreach (var node in element.Nodes())
        {
            if (node is XText plain) text.Append(plain.Value);
            else if (node is XElement { Name.LocalName: "para" } paragraph) Append(text.Append('\n'), paragraph);
            else if (node is XElement inner && Named(inner) is { } name) text.Append(name);
            else if (node is XElement other) Append(text, other);
        }
    }

    /// <summary>What <c>see</c> and <c>paramref</c> refer to; null when the element has its own text.</summary>
    static string? Named(XElement element) =>
        element.Attribute("cref")?.Value is { } target ? LastPart(target)
        : element.Attribute("name")?.Value ?? element.Attribute("langword")?.Value;

    static string LastPart(string documentationId)
    {
        var end = documentationId.IndexOf('(');
        var name = end < 0 ? documentationId : documentationId.Substring(0, end);
        return name.Substring(name.LastIndexOfAny(['.', ':']) + 1);
    }
}
