using System.Text.RegularExpressions;

namespace IntelMQ.Conformance.Bots;

/// <summary>Whether the tables of a page are as they should be, so that all readers of HTML read the same.</summary>
static partial class Tables
{
    static readonly Dictionary<string, string[]> Parents = new(StringComparer.Ordinal)
    {
        ["thead"] = ["table"], ["tbody"] = ["table"], ["tfoot"] = ["table"], ["tr"] = ["table", "thead", "tbody", "tfoot"], ["td"] = ["tr"], ["th"] = ["tr"],
    };

    [GeneratedRegex(@"<(/?)(table|thead|tbody|tfoot|tr|td|th)(?=[\s/>])[^>]*>", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Tag { get; }

    /// <summary>False for line ends of another kind, tags that do not belong where they stand, and text between cells.</summary>
    public static bool AreTidy(string page)
    {
        if (page.Contains('\r', StringComparison.Ordinal)) return false;
        var open = new Stack<string>();
        var end = 0;
        foreach (Match tag in Tag.Matches(page))
        {
            var name = tag.Groups[2].Value.ToLowerInvariant();
            var isBetweenCells = open.TryPeek(out var inside) && inside is not ("td" or "th");
            if (isBetweenCells && !string.IsNullOrWhiteSpace(page[end..tag.Index])) return false;
            end = tag.Index + tag.Length;
            if (tag.Groups[1].Length == 0)
            {
                if (Parents.TryGetValue(name, out var parents) && !parents.Contains(inside)) return false;
                open.Push(name);
            }
            else if (open.Count == 0 || open.Pop() != name)
            {
                return false;
            }
        }

        return open.Count == 0;
    }
}
