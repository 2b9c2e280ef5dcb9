using System.Text;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Filters for texts.</summary>
static partial class TextFilters
{
    [GeneratedRegex(@"([-\s({\[<]+)", RegexOptions.CultureInvariant)]
    private static partial Regex WordBeginnings { get; }

    [GeneratedRegex(@"<!--[\s\S]*?-->|<[^>]*>", RegexOptions.CultureInvariant)]
    private static partial Regex Markup { get; }

    [GeneratedRegex(@"\w+", RegexOptions.CultureInvariant)]
    private static partial Regex Words { get; }

    public static Dictionary<string, Filter> All { get; } = new(StringComparer.Ordinal)
    {
        ["upper"] = static (value, _) => Values.ToText(value).ToUpperInvariant(),
        ["lower"] = static (value, _) => Values.ToText(value).ToLowerInvariant(),
        ["capitalize"] = static (value, _) => TextMethods.Capitalize(Values.ToText(value)),
        ["title"] = static (value, _) => string.Concat(WordBeginnings.Split(Values.ToText(value)).Select(TextMethods.Capitalize)),
        ["trim"] = static (value, arguments) => arguments.Get(0, "chars") is string characters ? Values.ToText(value).Trim(characters.ToCharArray()) : Values.ToText(value).Trim(),
        ["replace"] = static (value, arguments) => TextMethods.Replace(Values.ToText(value), arguments.Text(0, "old"), arguments.Text(1, "new"), arguments.Get(2, "count") is long count ? (int)count : -1),
        ["string"] = static (value, _) => Values.ToText(value),
        ["safe"] = static (value, _) => Values.ToText(value),
        ["escape"] = static (value, _) => Escape(Values.ToText(value)),
        ["e"] = static (value, _) => Escape(Values.ToText(value)),
        ["forceescape"] = static (value, _) => Escape(Values.ToText(value)),
        ["striptags"] = static (value, _) => string.Join(' ', Markup.Replace(Values.ToText(value), "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
        ["center"] = static (value, arguments) => TextMethods.Center(Values.ToText(value), arguments.Number(0, "width", 80), " "),
        ["indent"] = static (value, arguments) => Indent(Values.ToText(value), arguments),
        ["truncate"] = static (value, arguments) => Truncate(Values.ToText(value), arguments),
        ["wordcount"] = static (value, _) => (long)Words.Count(Values.ToText(value)),
        ["wordwrap"] = static (value, arguments) => Wrap(Values.ToText(value), arguments.Number(0, "width", 79), arguments.IsTrue(1, "break_long_words", true), arguments.Text(2, "wrapstring", "\n")),
        ["urlencode"] = static (value, _) => UrlEncode(value),
        ["format"] = static (value, arguments) => PercentFormat.Fill(Values.ToText(value), arguments.Positional),
        ["xmlattr"] = static (value, arguments) => Attributes(value, arguments.IsTrue(0, "autospace", true)),
    };

    static string Escape(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
        .Replace("\"", "&#34;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    static string Indent(string text, Arguments arguments)
    {
        var by = arguments.Get(0, "width", 4L) is string given ? given : new string(' ', arguments.Number(0, "width", 4));
        var (first, blank) = (arguments.IsTrue(1, "first"), arguments.IsTrue(2, "blank"));
        var lines = text.Split('\n');
        for (var i = first ? 0 : 1; i < lines.Length; i++)
            if (blank || i == 0 || lines[i].Length > 0)
                lines[i] = by + lines[i];
        return string.Join('\n', lines);
    }

    static string Truncate(string text, Arguments arguments)
    {
        var (length, end, leeway) = (arguments.Number(0, "length", 255), arguments.Text(2, "end", "..."), arguments.Number(3, "leeway", 5));
        if (text.Length <= length + leeway) return text;
        var cut = text[..Math.Max(0, length - end.Length)];
        if (!arguments.IsTrue(1, "killwords") && cut.LastIndexOf(' ') is >= 0 and var space) cut = cut[..space];
        return cut + end;
    }

    static string Wrap(string text, int width, bool breaksWords, string lineEnd)
    {
        if (width < 1) throw new JinjaException("The width of lines must be at least 1.");
        var lines = new List<string>();
        foreach (var paragraph in text.Split('\n'))
        {
            var line = new StringBuilder();
            foreach (var each in paragraph.Split(' '))
            {
                var word = each;
                if (line.Length > 0 && line.Length + 1 + word.Length > width) Flush(line, lines);
                for (; breaksWords && word.Length > width; word = word[width..]) lines.Add(word[..width]);
                line.Append(line.Length > 0 ? " " : "").Append(word);
            }

            Flush(line, lines);
        }

        return string.Join(lineEnd, lines);
    }

    static void Flush(StringBuilder line, List<string> lines)
    {
        lines.Add(line.ToString());
        line.Clear();
    }

    static string UrlEncode(object? value)
    {
        if (value is string text) return Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal);
        if (value is not (IMapping or IReadOnlyList<object?>)) return UrlEncode(Values.ToText(value));
        var pairs = value is IMapping map ? MapMethods.Items(map) : Values.Iterate(value);
        return string.Join('&', pairs.Select(pair => $"{Form(Members.ItemOf(pair, 0L))}={Form(Members.ItemOf(pair, 1L))}"));
    }

    static string Form(object? value) => Uri.EscapeDataString(Values.ToText(value)).Replace("%20", "+", StringComparison.Ordinal);

    static string Attributes(object? value, bool withSpace)
    {
        if (value is not IMapping map) throw new JinjaException($"{Values.Repr(value)} is no mapping.");
        var written = string.Join(' ', map.Keys.Select(key => (Key: Values.ToText(key), Value: Members.ItemOf(map, key))).Where(pair => pair.Value is not (null or Undefined)).Select(pair => $"{Escape(pair.Key)}=\"{Escape(Values.ToText(pair.Value))}\""));
        return withSpace && written.Length > 0 ? " " + written : written;
    }
}
