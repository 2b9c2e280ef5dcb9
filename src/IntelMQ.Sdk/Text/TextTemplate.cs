using System.Globalization;
using System.Text;

namespace IntelMQ.Sdk;

/// <summary>A place in a <see cref="TextTemplate"/> that is filled in.</summary>
/// <param name="Name">What stands first in the braces: a name, or a number as in <c>{0}</c>.</param>
/// <param name="Indexes">What stands in brackets behind it: <c>source.ip</c> in <c>{ev[source.ip]}</c>.</param>
/// <param name="Format">What stands behind the colon; empty without one.</param>
public sealed record TextPlace(string Name, IReadOnlyList<string> Indexes, string Format)
{
    /// <summary>The place as it is written.</summary>
    public override string ToString() => $"{{{Name}{string.Concat(Indexes.Select(i => $"[{i}]"))}{(Format.Length > 0 ? ":" + Format : "")}}}";
}

/// <summary>
/// A text with places to fill in, as parameters of bots have them: <c>{ev[source.ip]}</c>, <c>{time[%Y-%m-%d]}</c>,
/// <c>{event[time.source]:%Y}</c>, <c>{0}</c>. Braces that are meant are doubled. It is read once and filled in often.
/// </summary>
public sealed class TextTemplate
{
    readonly string _text;
    readonly string[] _literals;
    readonly TextPlace[] _places;

    TextTemplate(string text, string[] literals, TextPlace[] places) => (_text, _literals, _places) = (text, literals, places);

    /// <summary>The places in their order.</summary>
    public IReadOnlyList<TextPlace> Places => _places;

    /// <summary>Reads a text.</summary>
    /// <exception cref="FormatException">A brace or bracket has no counterpart.</exception>
    public static TextTemplate Parse(string text)
    {
        var (literals, places, literal) = (new List<string>(), new List<TextPlace>(), new StringBuilder());
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
            else
            {
                if (c == '}') throw Wrong(text, "has a closing brace without an opening one");
                literals.Add(literal.ToString());
                literal.Clear();
                var end = EndOfPlace(text, i + 1);
                places.Add(ReadPlace(text, text[(i + 1)..end]));
                i = end;
            }
        }

        literals.Add(literal.ToString());
        return new TextTemplate(text, [.. literals], [.. places]);
    }

    // A bracket may hold anything but its own end: {time[%H:%M]} has a colon within.
    static int EndOfPlace(string text, int start)
    {
        var inBrackets = false;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == '[') inBrackets = true;
            else if (text[i] == ']') inBrackets = false;
            else if (text[i] == '}' && !inBrackets) return i;
        }

        throw Wrong(text, "has an opening brace without a closing one");
    }

    static TextPlace ReadPlace(string text, string place)
    {
        var end = place.AsSpan().IndexOfAny('[', ':');
        var name = end < 0 ? place : place[..end];
        var at = end < 0 ? place.Length : end;
        var indexes = new List<string>();
        while (at < place.Length && place[at] == '[')
        {
            var close = place.IndexOf(']', at);
            if (close < 0) throw Wrong(text, "has an opening bracket without a closing one");
            indexes.Add(place[(at + 1)..close]);
            at = close + 1;
        }

        if (at < place.Length && place[at] != ':') throw Wrong(text, $"has \"{{{place}}}\", where a name, indexes in brackets and a format behind a colon were expected");
        return new TextPlace(name, indexes, at < place.Length ? place[(at + 1)..] : "");
    }

    static FormatException Wrong(string text, string what) => new($"\"{text}\" {what}; a brace that is to be written must be doubled.");

    /// <summary>Fills in the places.</summary>
    /// <param name="fill">The text for a place, already in the place's <see cref="TextPlace.Format"/>.</param>
    public string Fill(Func<TextPlace, string> fill)
    {
        if (_places.Length == 0) return _literals[0];
        var text = new StringBuilder(_text.Length + 32);
        for (var i = 0; i < _places.Length; i++) text.Append(_literals[i]).Append(fill(_places[i]));
        return text.Append(_literals[^1]).ToString();
    }

    /// <summary>Fills in the places with values and their formats: <c>%</c> directives for times, fill, alignment, width and precision for texts.</summary>
    /// <param name="value">The value for a place.</param>
    /// <exception cref="FormatException">A format does not fit its value.</exception>
    public string Fill(Func<TextPlace, FieldValue> value) => Fill(place => Write(place, value(place)));

    /// <summary>A value in the format of a place.</summary>
    /// <exception cref="FormatException">The format does not fit the value.</exception>
    public static string Write(TextPlace place, FieldValue value)
    {
        var text = value.IsNone ? "None" : PythonText.ToText(value);
        if (place.Format.Length == 0) return text;
        if (!place.Format.Contains('%', StringComparison.Ordinal)) return Align(place, text);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? StrftimeText.Format(place.Format, time)
            : throw new FormatException($"{place} is to be written as a time, but \"{text}\" is none.");
    }

    static string Align(TextPlace place, string text)
    {
        var format = place.Format.AsSpan();
        var (fill, align) = (' ', '<');
        if (format.Length > 1 && IsAlignment(format[1]))
        {
            (fill, align) = (format[0], format[1]);
            format = format[2..];
        }
        else if (IsAlignment(format[0]))
        {
            align = format[0];
            format = format[1..];
        }

        if (format.EndsWith("s", StringComparison.Ordinal)) format = format[..^1];
        var dot = format.IndexOf('.');
        var (width, precision) = (0, int.MaxValue);
        if ((dot < 0 ? format : format[..dot]) is { Length: > 0 } wide && !int.TryParse(wide, NumberStyles.None, CultureInfo.InvariantCulture, out width)) throw NotUnderstood(place);
        if (dot >= 0 && !int.TryParse(format[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out precision)) throw NotUnderstood(place);
        if (text.Length > precision) text = text[..precision];
        var missing = Math.Max(0, width - text.Length);
        var before = align switch { '>' => missing, '^' => missing / 2, _ => 0 };
        return new string(fill, before) + text + new string(fill, missing - before);
    }

    static bool IsAlignment(char c) => c is '<' or '>' or '^';

    static FormatException NotUnderstood(TextPlace place) => new($"The format of {place} is not understood; expected directives with %, or fill, alignment, width and precision.");
}
