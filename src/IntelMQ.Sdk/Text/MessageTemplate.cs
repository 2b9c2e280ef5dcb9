namespace IntelMQ.Sdk;

/// <summary>
/// A text with fields of a message to fill in, as parameters of outputs have them: <c>Incident in AS {ev[source.asn]}</c>,
/// <c>{event[time.source]:%Y-%m-%d}</c>.
/// </summary>
public sealed class MessageTemplate
{
    readonly TextTemplate _template;
    readonly Field[] _fields;

    MessageTemplate(TextTemplate template, Field[] fields) => (_template, _fields) = (template, fields);

    /// <summary>Whether the text is the same for all messages.</summary>
    public bool IsConstant => _fields.Length == 0;

    /// <summary>Reads a text.</summary>
    /// <param name="text">As configured; braces that are meant are doubled.</param>
    /// <param name="name">What the message is called in it: <c>ev</c> or <c>event</c>.</param>
    /// <exception cref="FormatException">A brace has no counterpart, or a place is no field of a message; the text says what was expected.</exception>
    public static MessageTemplate Parse(string text, string name)
    {
        var template = TextTemplate.Parse(text);
        foreach (var place in template.Places)
            if (place.Name != name || place.Indexes.Count != 1)
                throw new FormatException($"'{place}' has no meaning; expected {{{name}[NAME OF A FIELD]}}, such as {{{name}[feed.name]}}.");
        return new MessageTemplate(template, [.. template.Places.Select(place => Field.Named(place.Indexes[0]))]);
    }

    /// <summary>What is wrong with a text, for <see cref="ICheckable"/>; null when nothing is.</summary>
    public static string? ProblemOf(string text, string name)
    {
        try
        {
            Parse(text, name);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>Fills in the fields of a message. A field that it lacks gives <c>None</c>, a time without a format <c>2026-01-31 00:00:00+00:00</c> or as the message has it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isPath">Whether the text becomes the path of a file: values then lose what would lead to another directory, and times are written with a blank.</param>
    /// <exception cref="FormatException">A format does not fit its value.</exception>
    public string Fill(Message message, bool isPath = false)
    {
        var at = 0;
        return _template.Fill(place => Text(message, place, _fields[at++], isPath));
    }

    static string Text(Message message, TextPlace place, Field field, bool isPath)
    {
        var value = message.Get(field);
        if (value.IsNone) return "None";
        var isTime = (ReferenceEquals(field, Fields.TimeSource) || ReferenceEquals(field, Fields.TimeObservation)) && PointInTime.TryRead(value.Text, out _);
        if (isTime && (isPath || place.Format.Length > 0)) return TimeText(value.Text!, place.Format);
        var text = TextTemplate.Write(place, value);
        return isPath ? WithinDirectory(text) : text;
    }

    static string TimeText(string value, string format)
    {
        PointInTime.TryRead(value, out var time);
        return StrftimeText.Format(format.Length > 0 ? format : "%Y-%m-%d %H:%M:%S+00:00", time);
    }

    // A value from a feed must not lead out of the directory that the operator has named.
    static string WithinDirectory(string text)
    {
        var safe = text.Replace('/', '_').Replace('\0', '_');
        return safe is "." or ".." ? "_" : safe;
    }
}
