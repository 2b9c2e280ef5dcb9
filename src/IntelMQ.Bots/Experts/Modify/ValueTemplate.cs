using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using IntelMQ.Bots.FormatTexts;

namespace IntelMQ.Bots.Experts.Modify;

/// <summary>Makes a value of fields of the event and of what the patterns of the rule have matched.</summary>
sealed class ValueTemplate
{
    /// <param name="Literal">What stands before the place.</param>
    /// <param name="Field">The field to fill in, or null.</param>
    /// <param name="Quote">Number of the quotation to fill in, or -1.</param>
    readonly record struct Part(string Literal, Field? Field, int Quote);

    readonly Part[] _parts;

    ValueTemplate(Part[] parts) => _parts = parts;

    /// <summary>Reads a template; null when the text has no place to fill in.</summary>
    /// <param name="text">As in the file.</param>
    /// <param name="patterns">The patterns of the rule, whose groups the template may use.</param>
    /// <param name="quotations">What the templates of the rule quote; more is added.</param>
    /// <param name="literal">The text itself, with doubled braces resolved.</param>
    /// <exception cref="FormatException">The text has an error; the message says which.</exception>
    public static ValueTemplate? Parse(string text, IReadOnlyList<Pattern> patterns, List<Quotation> quotations, out string literal)
    {
        var parts = FormatText.Parse(text);
        literal = parts[0].Literal;
        return parts is [{ Name: null }] ? null : new ValueTemplate([.. parts.Select(part => Resolve(part, patterns, quotations))]);
    }

    static Part Resolve(FormatPart part, IReadOnlyList<Pattern> patterns, List<Quotation> quotations)
    {
        if (part.Format.Length > 0) throw new FormatException($"the format '{part.Format}' behind the colon is not supported here.");
        switch (part.Name)
        {
            case null:
                return new Part(part.Literal, null, -1);
            case "msg" when part.Indexes is [var name]:
                return new Part(part.Literal, Field.Named(name), -1);
            case "matches" when part.Indexes is [var name, var group]:
                var pattern = patterns.FirstOrDefault(p => p.Field.Name == name)
                    ?? throw new FormatException($"'{{matches[{name}][{group}]}}' needs a regular expression for '{name}' under 'if'.");
                if (!HasGroup(pattern.Regex, group)) throw new FormatException($"the regular expression for '{name}' has no group '{group}'.");
                quotations.Add(new Quotation(pattern, group));
                return new Part(part.Literal, null, quotations.Count - 1);
            default:
                throw new FormatException($"'{{{part.Name}…}}' has no meaning; expected {{msg[FIELD]}} or {{matches[FIELD][GROUP]}}.");
        }
    }

    static bool HasGroup(Regex regex, string group) =>
        int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? Array.IndexOf(regex.GetGroupNumbers(), number) >= 0
            : Array.IndexOf(regex.GetGroupNames(), group) >= 0;

    /// <param name="e">The event.</param>
    /// <param name="quotes">The texts of the rule's quotations.</param>
    /// <param name="rule">Name of the rule, for errors.</param>
    /// <exception cref="InvalidMessageException">The event lacks a field.</exception>
    public string Format(Event e, string[] quotes, string rule)
    {
        var text = new StringBuilder();
        foreach (var part in _parts)
        {
            text.Append(part.Literal);
            if (part.Quote >= 0) text.Append(quotes[part.Quote]);
            else if (part.Field is not null) text.Append(Text(e, part.Field, rule));
        }

        return text.ToString();
    }

    static string Text(Event e, Field field, string rule)
    {
        var value = e.Get(field);
        return value.IsNone ? throw new InvalidMessageException($"Rule '{rule}' uses the field '{field}', which the event does not have.") : PythonValues.ToText(value);
    }
}

/// <summary>A group of what a pattern of the rule has matched.</summary>
sealed record Quotation(Pattern Pattern, string Group)
{
    /// <summary>The text of the group in an event that the pattern has matched.</summary>
    public string TextIn(Event e)
    {
        var groups = Pattern.Regex.Match(PythonValues.ToText(e.Get(Pattern.Field))).Groups;
        var group = int.TryParse(Group, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? groups[number] : groups[Group];
        return group.Success ? group.Value : "None";
    }
}
