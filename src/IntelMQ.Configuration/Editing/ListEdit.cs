using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration.Editing;

/// <summary>Replaces a run of items of a list that keeps at least one other item or has both old and new ones.</summary>
/// <param name="start">Index of the first item to go.</param>
/// <param name="count">Number of items to go.</param>
/// <param name="items">Items to come.</param>
internal sealed class ListEdit(string text, IReadOnlyList<SourceNode> nodes, int start, int count, IReadOnlyList<object?> items, bool json, string lineBreak)
{
    /// <summary>The change of a list in brackets.</summary>
    public (int Start, int End, string Replacement)? InBrackets()
    {
        var added = string.Join(", ", items.Select((item, i) => YamlText.Inline(item, flow: true, json, StyleFor(i))));
        if (count > 0 && items.Count > 0)
        {
            return (nodes[start].Span.Start, nodes[start + count - 1].Span.End, added);
        }

        if (count == 0)
        {
            return start > 0
                ? (nodes[start - 1].Span.End, nodes[start - 1].Span.End, ", " + added)
                : (nodes[0].Span.Start, nodes[0].Span.Start, added + ", ");
        }

        return start > 0
            ? (nodes[start - 1].Span.End, nodes[start + count - 1].Span.End, "")
            : (nodes[0].Span.Start, nodes[count].Span.Start, "");
    }

    /// <summary>The change of a list with an item per line; null if the items do not stand on lines of their own.</summary>
    public (int Start, int End, string Replacement)? ByLines()
    {
        var model = nodes[Math.Min(start, nodes.Count - 1)];
        if (nodes.Any(node => DashOf(node) is null) || DashOf(model) is not { } dash)
        {
            return null;
        }

        var added = string.Concat(items.Select((item, i) => dash + YamlText.Inline(item, flow: false, json: false, StyleFor(i)) + lineBreak));
        if (count > 0)
        {
            return (TextLines.StartOf(text, nodes[start].Span.Start), TextLines.After(text, nodes[start + count - 1].Span.End), added);
        }

        if (start < nodes.Count)
        {
            var before = TextLines.StartOf(text, nodes[start].Span.Start);
            return (before, before, added);
        }

        var after = TextLines.After(text, nodes[^1].Span.End);
        return (after, after, TextLines.IsOpen(text, after) ? lineBreak + added : added);
    }

    NodeStyle StyleFor(int item)
    {
        var style = nodes[Math.Min(start + item, nodes.Count - 1)].Style;
        return style is NodeStyle.SingleQuoted or NodeStyle.DoubleQuoted ? style : NodeStyle.Plain;
    }

    // The indentation, dash and blanks before an item that begins on the line of its dash.
    string? DashOf(SourceNode node)
    {
        var prefix = text[TextLines.StartOf(text, node.Span.Start)..node.Span.Start];
        return prefix.Trim() == "-" && node.Span.Length > 0 ? prefix : null;
    }
}
