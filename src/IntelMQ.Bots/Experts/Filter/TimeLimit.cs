using System.Globalization;

namespace IntelMQ.Bots.Experts.Filter;

/// <summary>A point in time, or a span before now.</summary>
sealed class TimeLimit
{
    static readonly string[] Units = ["second", "minute", "hour", "day", "week", "month", "year"];

    readonly TimeSpan _ago;
    readonly DateTimeOffset? _point;

    TimeLimit(TimeSpan ago, DateTimeOffset? point)
    {
        _ago = ago;
        _point = point;
    }

    /// <summary>The limit, given what time it is.</summary>
    public DateTimeOffset At(DateTimeOffset now) => _point ?? (now.UtcTicks < _ago.Ticks ? DateTimeOffset.MinValue : now - _ago);

    /// <summary>Reads a parameter; nothing or an empty text is no limit.</summary>
    public static TimeLimit? Parse(string? text) => Read(text, out _);

    /// <summary>What is wrong with a parameter, or null.</summary>
    public static string? ProblemOf(string? text)
    {
        Read(text, out var problem);
        return problem;
    }

    static TimeLimit? Read(string? text, out string? problem)
    {
        problem = null;
        if (string.IsNullOrEmpty(text)) return null;

        if (IsRelative(text))
        {
            if (RelativeTime.TryParse(text, out var ago)) return new TimeLimit(ago, null);
            problem = $"'{text}' is no span of time; expected a number and a unit, such as '10 hours'.";
            return null;
        }

        // A point without a zone is UTC.
        if (TimeFormat.Fuzzy.TryConvert(text, out var utc) && TryRead(utc, out var point)) return new TimeLimit(default, point);
        problem = $"'{text}' is no point in time; expected one such as '2026-01-31T00:00:00+00:00', or a span such as '10 hours'.";
        return null;
    }

    static bool IsRelative(string text)
    {
        foreach (var unit in Units)
            if (text.Contains(unit, StringComparison.Ordinal))
                return true;
        return false;
    }

    /// <summary>Reads a time in the form of messages.</summary>
    public static bool TryRead(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
