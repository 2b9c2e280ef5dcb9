using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace IntelMQ.Sdk;

/// <summary>XML whose rows are the elements with one name.</summary>
sealed class XmlFormat(string element) : RowFormat<XElement>
{
    const int MostAttributes = 1000;

    // Written as it was read: no line end is added or changed.
    static readonly XmlWriterSettings Plain = new() { OmitXmlDeclaration = true, ConformanceLevel = ConformanceLevel.Fragment, NewLineHandling = NewLineHandling.None, CheckCharacters = false };

    static readonly XmlReaderSettings Safe = new()
    {
        // A document type is passed over, so that nothing in it can be expanded or fetched.
        DtdProcessing = DtdProcessing.Ignore,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
    };

    public override IEnumerable<Row<XElement>> Read(ReadOnlyMemory<byte> report)
    {
        // Reports are UTF-8 whatever the declaration says: the collector has converted them.
        var text = Utf8Text.DecodeLenient(report.Span).TrimStart('\ufeff');
        if (string.IsNullOrWhiteSpace(text)) yield break;
        // A report that breaks off is bad as a whole, so that no event of it is sent twice when it is read again.
        using (var whole = XmlReader.Create(new StringReader(text), Safe))
            while (!whole.EOF) Advance(whole);

        using var reader = XmlReader.Create(new StringReader(text), Safe);
        Advance(reader);
        while (!reader.EOF)
        {
            if (reader.NodeType == XmlNodeType.Element && reader.LocalName == element)
            {
                var (row, tail) = Take(reader);
                yield return new Row<XElement>(row, static (row, tail) => Recover(row!, (string)tail!), tail);
            }
            else
            {
                Advance(reader);
            }
        }
    }

    static void Advance(XmlReader reader)
    {
        try
        {
            reader.Read();
        }
        catch (XmlException e)
        {
            throw Invalid(e);
        }
    }

    /// <summary>Takes the element and the white space behind it, which the original keeps with it.</summary>
    static (XElement Row, string Tail) Take(XmlReader reader)
    {
        try
        {
            var row = ReadElement(reader);
            var tail = "";
            while (reader.NodeType is XmlNodeType.Text or XmlNodeType.Whitespace or XmlNodeType.SignificantWhitespace or XmlNodeType.CDATA)
            {
                tail += reader.Value;
                reader.Read();
            }

            return (row, tail);
        }
        catch (XmlException e)
        {
            throw Invalid(e);
        }
    }

    /// <summary>
    /// Builds an element from the inside out, without recursion: the library's own way walks up to the root for each node,
    /// which takes minutes when a report nests a hundred thousand of them. CDATA becomes plain text, and what is empty no text at all.
    /// </summary>
    static XElement ReadElement(XmlReader reader)
    {
        var open = new Stack<XElement>();
        while (true)
        {
            if (reader.NodeType == XmlNodeType.Element)
            {
                var isComplete = reader.IsEmptyElement;
                open.Push(Start(reader));
                if (!isComplete)
                {
                    reader.Read();
                    continue;
                }
            }
            else if (reader.NodeType != XmlNodeType.EndElement)
            {
                if (reader.Value.Length > 0) open.Peek().Add(reader.Value);
                reader.Read();
                continue;
            }

            var complete = open.Pop();
            reader.Read();
            if (open.Count == 0) return complete;
            open.Peek().Add(complete);
        }
    }

    static XElement Start(XmlReader reader)
    {
        if (reader.AttributeCount > MostAttributes) throw new XmlException($"An element has {reader.AttributeCount} attributes; at most {MostAttributes} are read.");
        var start = new XElement(XName.Get(reader.LocalName, reader.NamespaceURI));
        while (reader.MoveToNextAttribute())
        {
            var isDeclaration = reader.NamespaceURI == XNamespace.Xmlns.NamespaceName;
            start.Add(new XAttribute(isDeclaration && reader.Prefix.Length == 0 ? "xmlns" : XName.Get(reader.LocalName, reader.NamespaceURI), reader.Value));
        }

        reader.MoveToElement();
        return start;
    }

    static byte[] Recover(XElement row, string tail)
    {
        var text = new StringBuilder();
        using (var writer = XmlWriter.Create(text, Plain)) row.WriteTo(writer);
        return Encoding.UTF8.GetBytes(text.Append(tail).ToString());
    }

    static InvalidMessageException Invalid(XmlException e) => new($"The report is no valid XML: {e.Message}", e);
}
