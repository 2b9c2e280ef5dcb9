using System.Text;

namespace IntelMQ.Bots.FormatTexts;

/// <summary>A piece of a format text: a literal, or a place to fill in behind it.</summary>
/// <param name="Literal">What stands before the place.</param>
/// <param name="Name">The name (or number) in the braces; null when only the literal is left.</param>
/// <param name="Indexes">What stands in brackets behind it: <c>{msg[source.ip]}</c> has one.</param>
/// <param name="Format">What stands behind the colon; empty when nothing does.</param>
sealed record FormatPart(string Literal, string? Name, IReadOnlyList<string> Indexes, string Format);

/// <summary>Reads format texts as users of the original write them: <c>{msg[source.ip]}</c>, <c>{time[%Y]}</c>, <c>{0}</c>; braces themselves are doubled.</summary>
static class FormatText
{
    /// <exception cref="FormatException">A brace is not closed or not opened, or something is in it that has no meaning here.</exception>
    public static IReadOnlyList<FormatPart> Parse(string text)
    {
        var parts = new List<FormatPart>();
        var literal = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is not ('{' or '}'))
            {
                literal.Append(c);
            }
            else if (i + 1 < text.Length && text[i + 1] == c)
            {
                literal.Append(c);
                i++;
            }
            else if (c == '}')
            {
                throw new FormatException($"'{text}' has a closing brace without an opening one; a brace that is to be written must be doubled.");
            }
            else
            {
                var end = EndOfPlace(text, i + 1);
                parts.Add(Place(literal.ToString(), text[(i + 1)..end], text));
                literal.Clear();
                i = end;
            }
        }

        if (literal.Length > 0 || parts.Count == 0) parts.Add(new FormatPart(literal.ToString(), null, [], ""));
        return parts;
    }

    // Brackets may hold anything but a closing one: {time[%H:%M]} has its colon within.
    static int EndOfPlace(string text, int start)
    {
        var inBrackets = false;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '[') inBrackets = true;
            else if (text[i] == ']') inBrackets = false;
            else if (text[i] == '}' && !inBrackets) return i;
        }

        throw new FormatException($"'{text}' has an opening brace without a closing one; a brace that is to be written must be doubled.");
    }

    static FormatPart Place(string literal, string place, string text)
    {
        var end = place.AsSpan().IndexOfAny("[:!.");
        var name = end < 0 ? place : place[..end];
        var rest = end < 0 ? "" : place[end..];
        var indexes = new List<string>();
        while (rest.StartsWith('['))
        {
            var close = rest.IndexOf(']', StringComparison.Ordinal);
            if (close < 0) throw new FormatException($"'{text}' has an opening bracket without a closing one.");
            indexes.Add(rest[1..close]);
            rest = rest[(close + 1)..];
        }

        if (rest.Length > 0 && rest[0] != ':')
            throw new FormatException($"'{{{place}}}' in '{text}' is not understood; expected a name, indexes in brackets, and a format behind a colon.");
        return new FormatPart(literal, name, indexes, rest.Length > 0 ? rest[1..] : "");
    }
}
