using System.Globalization;
using static IntelMQ.Sdk.Fields;

namespace IntelMQ.Bots.Outputs.File;

/// <summary>Makes the name of a file from the fields of a message: <c>/data/{event[source.abuse_contact]}/{event[time.source]:%Y-%m-%d}.jsonl</c>.</summary>
sealed class FileNameFormat
{
    readonly TextTemplate _template;

    FileNameFormat(TextTemplate template) => _template = template;

    /// <exception cref="ConfigurationException">The format has an error.</exception>
    public static FileNameFormat Parse(string text) =>
        ProblemOf(text) is { } problem ? throw new ConfigurationException(problem) : new FileNameFormat(TextTemplate.Parse(text));

    public static string? ProblemOf(string text)
    {
        try
        {
            foreach (var place in TextTemplate.Parse(text).Places)
                if (place is not { Name: "event", Indexes.Count: 1 })
                    return $"file: '{place}' has no meaning; expected {{event[NAME OF A FIELD]}}, such as {{event[feed.name]}}.";
            return null;
        }
        catch (FormatException e)
        {
            return $"file: {e.Message}";
        }
    }

    public string Format(Message message) => _template.Fill(place => Text(message, place));

    static string Text(Message message, TextPlace place)
    {
        var field = Field.Named(place.Indexes[0]);
        var value = message.Get(field);
        if (value.IsNone) return "None";

        var text = value.ToString();
        if ((field == TimeSource || field == TimeObservation)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return place.Format.Length > 0 ? StrftimeText.Format(place.Format, time) : time.ToString("yyyy-MM-dd HH:mm:sszzz", CultureInfo.InvariantCulture);
        }

        // A value from a feed must not lead out of the directory that the operator has named.
        return text.Replace('/', '_').Replace('\0', '_') is var safe && safe is "." or ".." ? "_" : safe;
    }
}
