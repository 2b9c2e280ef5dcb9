using System.Globalization;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.Modify;

/// <summary>Makes a value of fields of the event and of what the patterns of the rule have matched.</summary>
sealed class ValueTemplate
{
    /// <param name="Field">The field to fill in, or null.</param>
    /// <param name="Quote">Number of the quotation to fill in, or -1.</param>
    readonly record struct Source(Field? Field, int Quote);

    readonly TextTemplate _template;
    readonly Source[] _sources;

    ValueTemplate(TextTemplate template, Source[] sources)
    {
        _template = template;
        _sources = sources;
    }

    /// <summary>Reads a template; null when the text has no place to fill in.</summary>
    /// <param name="text">As in the file.</param>
    /// <param name="patterns">The patterns of the rule, whose groups the template may use.</param>
    /// <param name="quotations">What the templates of the rule quote; more is added.</param>
    /// <param name="literal">The text itself, with doubled braces resolved, when it has no place.</param>
    /// <exception cref="FormatException">The text has an error; the message says which.</exception>
    public static ValueTemplate? Parse(string text, IReadOnlyList<Pattern> patterns, List<Quotation> quotations, out string literal)
    {
        var template = TextTemplate.Parse(text);
        literal = template.Places.Count == 0 ? template.Fill(static _ => "") : "";
        return template.Places.Count == 0 ? null : new ValueTemplate(template, [.. template.Places.Select(place => Resolve(place, patterns, quotations))]);
    }

    static Source Resolve(TextPlace place, IReadOnlyList<Pattern> patterns, List<Quotation> quotations)
    {
        if (place.Format.Length > 0) throw new FormatException($"the format '{place.Format}' behind the colon is not supported here.");
        switch (place)
        {
            case { Name: "msg", Indexes: [var name] }:
                return new Source(Field.Named(name), -1);
            case { Name: "matches", Indexes: [var name, var group] }:
                var pattern = patterns.FirstOrDefault(p => p.Field.Name == name)
                    ?? throw new FormatException($"'{place}' needs a regular expression for '{name}' under 'if'.");
                if (!HasGroup(pattern.Regex, group)) throw new FormatException($"the regular expression for '{name}' has no group '{group}'.");
                quotations.Add(new Quotation(pattern, group));
                return new Source(null, quotations.Count - 1);
            default:
                throw new FormatException($"'{place}' has no meaning; expected {{msg[FIELD]}} or {{matches[FIELD][GROUP]}}.");
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
        var at = 0;
        return _template.Fill(_ => Text(e, _sources[at++], quotes, rule));
    }

    static string Text(Event e, Source source, string[] quotes, string rule) => source.Field is { } field ? Text(e, field, rule) : quotes[source.Quote];

    static string Text(Event e, Field field, string rule)
    {
        var value = e.Get(field);
        return value.IsNone ? throw new InvalidMessageException($"Rule '{rule}' uses the field '{field}', which the event does not have.") : PythonValues.ToText(value);
    }
}

/// <summary>A group of what a pattern of the rule has matched.</summary>
sealed class Quotation(Pattern pattern, string group)
{
    static readonly TimeSpan MostTime = TimeSpan.FromMilliseconds(100);

    // Finding groups without backtracking costs many times as much; that there is a match is known here already.
    readonly Regex _quick = new(pattern.Regex.ToString(), (pattern.Regex.Options & ~RegexOptions.NonBacktracking) | RegexOptions.Compiled, MostTime);

    Match Match(string text)
    {
        try
        {
            return _quick.Match(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return pattern.Regex.Match(text);
        }
    }

    /// <summary>The text of the group in an event that the pattern has matched.</summary>
    public string TextIn(Event e)
    {
        var groups = Match(PythonValues.ToText(e.Get(pattern.Field))).Groups;
        var quote = int.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? groups[number] : groups[group];
        return quote.Success ? quote.Value : "None";
    }
}
