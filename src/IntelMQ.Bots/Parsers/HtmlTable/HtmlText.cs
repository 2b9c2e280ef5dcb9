using System.Text;
using AngleSharp.Dom;

namespace IntelMQ.Bots.Parsers.HtmlTable;

/// <summary>Writes HTML as the original does: white space between elements is one character, attributes are in the order of their names, and only what must be is escaped.</summary>
static class HtmlText
{
    static readonly HashSet<string> WithoutEnd =
        new(StringComparer.Ordinal) { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr" };

    public static string Write(INode node)
    {
        var text = new StringBuilder();
        // Without recursion: a page may nest as deep as it likes.
        var open = new Stack<(INode Node, bool IsEnd)>();
        open.Push((node, false));
        while (open.TryPop(out var next))
        {
            switch (next.Node)
            {
                case IElement element when next.IsEnd:
                    text.Append("</").Append(element.LocalName).Append('>');
                    break;
                case IElement element:
                    WriteStart(text, element);
                    if (WithoutEnd.Contains(element.LocalName)) break;
                    open.Push((element, true));
                    for (var i = element.ChildNodes.Length - 1; i >= 0; i--) open.Push((element.ChildNodes[i], false));
                    break;
                case IText data:
                    text.Append(Escape(WithoutIndent(data.Data)));
                    break;
                case IComment comment:
                    text.Append("<!--").Append(comment.Data).Append("-->");
                    break;
            }
        }

        return text.ToString();
    }

    static void WriteStart(StringBuilder text, IElement element)
    {
        text.Append('<').Append(element.LocalName);
        foreach (var attribute in element.Attributes.OrderBy(attribute => attribute.Name, StringComparer.Ordinal))
        {
            var value = attribute.Name == "class" ? string.Join(' ', element.ClassList) : attribute.Value;
            text.Append(' ').Append(attribute.Name).Append('=').Append(Quote(Escape(value)));
        }

        text.Append(WithoutEnd.Contains(element.LocalName) ? "/>" : ">");
    }

    public static string Quote(string value) =>
        !value.Contains('"', StringComparison.Ordinal) ? $"\"{value}\""
        : !value.Contains('\'', StringComparison.Ordinal) ? $"'{value}'"
        : $"\"{value.Replace("\"", "&quot;", StringComparison.Ordinal)}\"";

    static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    static string WithoutIndent(string text) =>
        text.AsSpan().ContainsAnyExcept(" \t\r\n\f") ? text
        : text.Contains('\n', StringComparison.Ordinal) ? "\n"
        : text.Length > 0 ? " " : "";
}
