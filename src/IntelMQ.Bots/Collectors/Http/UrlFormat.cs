namespace IntelMQ.Bots.Collectors.Http;

/// <summary>Fills times into URLs: <c>https://example.com/{time[%Y-%m-%d]}.csv</c>.</summary>
static class UrlFormat
{
    /// <summary>The URL as it is to be fetched now.</summary>
    /// <param name="url">As configured.</param>
    /// <param name="formatting">False, true, or a map with a shift of the time.</param>
    /// <param name="now">The local time.</param>
    public static string Apply(string url, FieldValue formatting, DateTimeOffset now)
    {
        if (!IsWanted(formatting)) return url;

        var time = now + ShiftOf(formatting);
        return TextTemplate.Parse(url).Fill(place => StrftimeText.Format(place.Indexes[0], time));
    }

    /// <summary>What is wrong with the parameters, or null.</summary>
    public static string? ProblemOf(string url, FieldValue formatting)
    {
        if (IsWanted(formatting))
        {
            try
            {
                _ = ShiftOf(formatting);
                foreach (var place in TextTemplate.Parse(url).Places)
                    if (place is not { Name: "time", Indexes.Count: 1, Format: "" })
                        return $"'{place}' has no meaning; expected {{time[FORMAT]}}, such as {{time[%Y-%m-%d]}}.";
            }
            catch (FormatException e)
            {
                return e.Message;
            }
        }

        // The time makes no difference for whether this is a URL.
        return Uri.TryCreate(url.Replace('{', '_').Replace('}', '_'), UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? null
            : $"'{url}' is no URL; expected one with http:// or https://.";
    }

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
