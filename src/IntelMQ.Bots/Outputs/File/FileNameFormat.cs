using System.Globalization;
using System.Text;
using IntelMQ.Bots.FormatTexts;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Outputs.File;

/// <summary>Makes the name of a file from the fields of a message: <c>/data/{event[source.abuse_contact]}/{event[time.source]:%Y-%m-%d}.jsonl</c>.</summary>
sealed class FileNameFormat
{
    readonly IReadOnlyList<FormatPart> _parts;

    FileNameFormat(IReadOnlyList<FormatPart> parts) => _parts = parts;

    /// <exception cref="ConfigurationException">The format has an error.</exception>
    public static FileNameFormat Parse(string text) =>
        ProblemOf(text) is { } problem ? throw new ConfigurationException(problem) : new FileNameFormat(FormatText.Parse(text));

    public static string? ProblemOf(string text)
    {
        try
        {
            foreach (var part in FormatText.Parse(text))
            {
                if (part.Name is not null and not "event") return $"file: '{{{part.Name}…}}' has no meaning; expected {{event[NAME OF A FIELD]}}.";
                if (part.Name is not null && part.Indexes.Count != 1) return "file: expected one name of a field in brackets behind 'event', such as {event[feed.name]}.";
            }

            return null;
        }
        catch (FormatException e)
        {
            return $"file: {e.Message}";
        }
    }

    public string Format(Message message)
    {
        var name = new StringBuilder();
        foreach (var part in _parts)
        {
            name.Append(part.Literal);
            if (part.Name is not null) name.Append(Text(message, part));
        }

        return name.ToString();
    }

    static string Text(Message message, FormatPart part)
    {
        var field = Field.Named(part.Indexes[0]);
        var value = message.Get(field);
        if (value.IsNone) return "None";

        var text = value.ToString();
        if ((field == TimeSource || field == TimeObservation)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return part.Format.Length > 0 ? StrftimeText.Format(part.Format, time) : time.ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);
        }

        // A value from a feed must not lead out of the directory that the operator has named.
        return text.Replace('/', '_').Replace('\0', '_') is var safe && safe is "." or ".." ? "_" : safe;
    }
}
