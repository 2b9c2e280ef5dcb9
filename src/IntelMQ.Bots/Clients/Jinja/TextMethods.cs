using System.Text;

namespace IntelMQ.Bots.Clients.Jinja;

/// <summary>Methods of texts, with the names that they have in the original's language.</summary>
static class TextMethods
{
    public static Func<Arguments, object?>? Find(string text, string name) => FindChange(text, name) ?? FindQuestion(text, name) ?? FindSplit(text, name);

    static Func<Arguments, object?>? FindChange(string text, string name) => name switch
    {
        "upper" => _ => text.ToUpperInvariant(),
        "lower" or "casefold" => _ => text.ToLowerInvariant(),
        "capitalize" => _ => Capitalize(text),
        "title" => _ => Title(text),
        "swapcase" => _ => string.Concat(text.Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
        "strip" => arguments => text.Trim(Characters(arguments)),
        "lstrip" => arguments => text.TrimStart(Characters(arguments)),
        "rstrip" => arguments => text.TrimEnd(Characters(arguments)),
        "removeprefix" => arguments => text.StartsWith(arguments.Text(0, "prefix"), StringComparison.Ordinal) ? text[arguments.Text(0, "prefix").Length..] : text,
        "removesuffix" => arguments => text.EndsWith(arguments.Text(0, "suffix"), StringComparison.Ordinal) ? text[..^arguments.Text(0, "suffix").Length] : text,
        "replace" => arguments => Replace(text, arguments.Text(0, "old"), arguments.Text(1, "new"), arguments.Number(2, "count", -1)),
        "center" => arguments => Center(text, arguments.Number(0, "width", 0), arguments.Text(1, "fillchar", " ")),
        "ljust" => arguments => text.PadRight(arguments.Number(0, "width", 0), arguments.Text(1, "fillchar", " ")[0]),
        "rjust" => arguments => text.PadLeft(arguments.Number(0, "width", 0), arguments.Text(1, "fillchar", " ")[0]),
        "zfill" => arguments => ZeroFill(text, arguments.Number(0, "width", 0)),
        "join" => arguments => string.Join(text, Values.Iterate(arguments[0]).Select(Values.ToText)),
        "format" => arguments => Format(text, arguments),
        _ => null,
    };

    static Func<Arguments, object?>? FindQuestion(string text, string name) => name switch
    {
        "startswith" => arguments => AnyOf(arguments[0], text.StartsWith),
        "endswith" => arguments => AnyOf(arguments[0], text.EndsWith),
        "find" => arguments => (long)text.IndexOf(arguments.Text(0, "sub"), StringComparison.Ordinal),
        "rfind" => arguments => (long)text.LastIndexOf(arguments.Text(0, "sub"), StringComparison.Ordinal),
        "index" => arguments => text.IndexOf(arguments.Text(0, "sub"), StringComparison.Ordinal) is >= 0 and var at ? (long)at : throw new JinjaException($"'{arguments.Text(0, "sub")}' is not in the text."),
        "count" => arguments => (long)Count(text, arguments.Text(0, "sub")),
        "isdigit" or "isdecimal" or "isnumeric" => _ => text.Length > 0 && text.All(char.IsDigit),
        "isalpha" => _ => text.Length > 0 && text.All(char.IsLetter),
        "isalnum" => _ => text.Length > 0 && text.All(char.IsLetterOrDigit),
        "isspace" => _ => text.Length > 0 && text.All(char.IsWhiteSpace),
        "islower" => _ => text.Any(char.IsLower) && !text.Any(char.IsUpper),
        "isupper" => _ => text.Any(char.IsUpper) && !text.Any(char.IsLower),
        _ => null,
    };

    static Func<Arguments, object?>? FindSplit(string text, string name) => name switch
    {
        "split" => arguments => Split(text, arguments.Get(0, "sep"), arguments.Number(1, "maxsplit", -1), fromEnd: false),
        "rsplit" => arguments => Split(text, arguments.Get(0, "sep"), arguments.Number(1, "maxsplit", -1), fromEnd: true),
        "splitlines" => _ => SplitLines(text),
        "partition" => arguments => Partition(text, arguments.Text(0, "sep"), text.IndexOf(arguments.Text(0, "sep"), StringComparison.Ordinal), [text, "", ""]),
        "rpartition" => arguments => Partition(text, arguments.Text(0, "sep"), text.LastIndexOf(arguments.Text(0, "sep"), StringComparison.Ordinal), ["", "", text]),
        _ => null,
    };

    /// <summary>Empty for white space.</summary>
    static char[]? Characters(Arguments arguments) => (arguments.Get(0, "chars") as string)?.ToCharArray();

    public static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..].ToLowerInvariant();

    static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        foreach (var c in text) title.Append(title.Length > 0 && char.IsLetter(title[^1]) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c));
        return title.ToString();
    }

    public static string Replace(string text, string old, string @new, int most)
    {
        if (old.Length == 0) return text;
        var result = new StringBuilder();
        var from = 0;
        for (; most != 0 && text.IndexOf(old, from, StringComparison.Ordinal) is >= 0 and var at; most--)
        {
            result.Append(text, from, at - from).Append(@new);
            from = at + old.Length;
        }

        return result.Append(text, from, text.Length - from).ToString();
    }

    public static string Center(string text, int width, string fill)
    {
        var missing = width - text.Length;
        if (missing <= 0) return text;
        // Where both sides cannot get the same, the left one gets more of an odd width.
        var left = (missing / 2) + (missing & width & 1);
        return text.PadLeft(text.Length + left, fill[0]).PadRight(width, fill[0]);
    }

    static string ZeroFill(string text, int width)
    {
        var sign = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        return text[..sign] + text[sign..].PadLeft(width - sign, '0');
    }

    static string Format(string text, Arguments arguments)
    {
        var next = 0;
        return TextTemplate.Parse(text).Fill(place =>
        {
            var value = int.TryParse(place.Name, System.Globalization.CultureInfo.InvariantCulture, out var index) ? arguments[index]
                : place.Name.Length == 0 ? arguments[next++]
                : arguments.Named.TryGetValue(place.Name, out var named) ? named
                : throw new JinjaException($"There is no value for {place}.");
            foreach (var key in place.Indexes) value = Members.ItemOf(value, key);
            return TextTemplate.Write(place, FieldValue.From(Values.ToPlain(value)));
        });
    }

    static bool AnyOf(object? wanted, Func<string, StringComparison, bool> fits) =>
        wanted is PyTuple several ? several.Any(each => fits(Values.ToText(each), StringComparison.Ordinal)) : fits(Values.ToText(wanted), StringComparison.Ordinal);

    static int Count(string text, string part)
    {
        if (part.Length == 0) return text.Length + 1;
        var count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal)) count++;
        return count;
    }

    static List<object?> Split(string text, object? separator, int most, bool fromEnd)
    {
        if (separator is null) return SplitAtSpace(text, most, fromEnd);
        var by = Values.ToText(separator);
        if (by.Length == 0) throw new JinjaException("The separator is empty.");
        var parts = text.Split(by).ToList();
        if (most >= 0 && parts.Count > most + 1)
        {
            var surplus = parts.Count - most;
            var joined = string.Join(by, fromEnd ? parts.Take(surplus) : parts.Skip(most));
            parts = fromEnd ? [joined, .. parts.Skip(surplus)] : [.. parts.Take(most), joined];
        }

        return [.. parts];
    }

    static List<object?> SplitLines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        // Behind the last line end there is no line.
        return [.. lines[^1].Length == 0 ? lines[..^1] : lines];
    }

    static List<object?> SplitAtSpace(string text, int most, bool fromEnd)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (most < 0 || words.Length <= most + 1) return [.. words];
        var rest = fromEnd ? text.TrimEnd() : text.TrimStart();
        for (var i = 0; i < most; i++) rest = fromEnd ? rest[..^words[^(i + 1)].Length].TrimEnd() : rest[words[i].Length..].TrimStart();
        return fromEnd ? [rest, .. words.TakeLast(most)] : [.. words.Take(most), rest];
    }

    static PyTuple Partition(string text, string separator, int at, object?[] missing) =>
        at < 0 ? new PyTuple(missing) : new PyTuple([text[..at], separator, text[(at + separator.Length)..]]);
}
