namespace IntelMQ.Sdk;

/// <summary>
/// Fills the time into URLs and paths, <c>https://example.com/{time[%Y-%m-%d]}.csv</c>, where a parameter beside them asks
/// for it: with <c>true</c>, or with a map that shifts the time, <c>days: -1</c>.
/// </summary>
public static class TimeTemplate
{
    /// <summary>The text as it is now; unchanged when formatting is not asked for.</summary>
    /// <param name="text">As configured.</param>
    /// <param name="formatting">False, true, or a map with a shift of the time.</param>
    /// <param name="now">The local time.</param>
    /// <exception cref="FormatException">A place in the text or the shift has no meaning.</exception>
    public static string Fill(string text, FieldValue formatting, DateTimeOffset now)
    {
        if (!IsWanted(formatting)) return text;
        var time = now + ShiftOf(formatting);
        return TextTemplate.Parse(text).Fill(place => IsTime(place) ? StrftimeText.Format(place.Indexes[0], time) : throw new FormatException(Unknown(place)));
    }

    /// <summary>What is wrong with the parameters, for <see cref="ICheckable"/>; null when nothing is.</summary>
    public static string? ProblemOf(string text, FieldValue formatting)
    {
        if (!IsWanted(formatting)) return null;
        try
        {
            _ = ShiftOf(formatting);
            return TextTemplate.Parse(text).Places.FirstOrDefault(place => !IsTime(place)) is { } wrong ? Unknown(wrong) : null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    static bool IsTime(TextPlace place) => place is { Name: "time", Indexes.Count: 1, Format: "" };

    static string Unknown(TextPlace place) => $"'{place}' has no meaning; expected {{time[FORMAT]}}, such as {{time[%Y-%m-%d]}}.";

    static bool IsWanted(FieldValue formatting) =>
        formatting.TryGetBoolean(out var wanted) ? wanted : formatting.Map is { Count: > 0 } || formatting.Text is { Length: > 0 };

    /// <exception cref="FormatException">The map has a key or a value that has no meaning.</exception>
    static TimeSpan ShiftOf(FieldValue formatting)
    {
        if (formatting.TryGetBoolean(out _)) return default;
        if (formatting.Map is not { } map) throw new FormatException($"the formatting is '{formatting}'; expected true, false, or a map such as 'days: -1'.");

        var shift = TimeSpan.Zero;
        foreach (var (unit, value) in map)
        {
            if (!FieldValue.From(value).TryGetNumber(out var count)) throw new FormatException($"'{unit}' of the formatting is no number.");
            shift += unit switch
            {
                "weeks" => TimeSpan.FromDays(7 * count),
                "days" => TimeSpan.FromDays(count),
                "hours" => TimeSpan.FromHours(count),
                "minutes" => TimeSpan.FromMinutes(count),
                "seconds" => TimeSpan.FromSeconds(count),
                "milliseconds" => TimeSpan.FromMilliseconds(count),
                "microseconds" => TimeSpan.FromMicroseconds(count),
                _ => throw new FormatException($"'{unit}' is no unit of time; expected weeks, days, hours, minutes, seconds, milliseconds or microseconds."),
            };
        }

        return shift;
    }
}
