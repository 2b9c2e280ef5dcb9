namespace IntelMQ.Bots.Parsers.HtmlTable;

/// <summary>
/// How deep elements of a page may nest, reckoned from its tags alone. The reader of HTML takes time with the square of
/// the depth: a hostile page of some hundred kilobytes would keep it busy for minutes.
/// </summary>
static class HtmlDepth
{
    public const int Most = 1000;

    // They have no end, or end where the next one begins.
    static readonly HashSet<string> WithoutDepth = new(StringComparer.OrdinalIgnoreCase)
    {
        "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta", "option", "p", "param",
        "source", "tbody", "td", "tfoot", "th", "thead", "tr", "track", "wbr",
    };

    /// <summary>Whether more elements may be open at once than <see cref="Most"/>.</summary>
    public static bool IsTooDeep(string html)
    {
        var open = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        var byName = open.GetAlternateLookup<ReadOnlySpan<char>>();
        var withoutDepth = WithoutDepth.GetAlternateLookup<ReadOnlySpan<char>>();
        var depth = 0;
        for (var rest = html.AsSpan(); rest.IndexOf('<') is >= 0 and var at;)
        {
            rest = rest[(at + 1)..];
            var isEnd = rest.StartsWith('/');
            var name = NameIn(isEnd ? rest[1..] : rest);
            if (name.IsEmpty || withoutDepth.Contains(name)) continue;

            var count = byName.TryGetValue(name, out var found) ? found : 0;
            if (isEnd && count == 0) continue;
            byName[name] = isEnd ? count - 1 : count + 1;
            depth += isEnd ? -1 : 1;
            if (depth > Most) return true;
        }

        return false;
    }

    static ReadOnlySpan<char> NameIn(ReadOnlySpan<char> tag)
    {
        var length = 0;
        while (length < tag.Length && (char.IsAsciiLetterOrDigit(tag[length]) || tag[length] == '-')) length++;
        return length > 0 && char.IsAsciiLetter(tag[0]) ? tag[..length] : default;
    }
}
