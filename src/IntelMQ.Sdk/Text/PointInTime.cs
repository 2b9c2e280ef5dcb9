using System.Globalization;

namespace IntelMQ.Sdk;

/// <summary>A limit in time as parameters say it: a point such as <c>2026-01-31 12:00</c>, or a span before now such as <c>2 days</c>.</summary>
public sealed class PointInTime
{
    static readonly string[] Units = ["second", "minute", "hour", "day", "week", "month", "year"];

    readonly TimeSpan _ago;
    readonly DateTimeOffset? _point;

    PointInTime(TimeSpan ago, DateTimeOffset? point)
    {
        _ago = ago;
        _point = point;
    }

    /// <summary>How long before now it lies; null when it is a fixed point.</summary>
    public TimeSpan? Ago => _point is null ? _ago : null;

    /// <summary>The point, given what time it is.</summary>
    public DateTimeOffset At(DateTimeOffset now) => _point ?? (now.UtcTicks < _ago.Ticks ? DateTimeOffset.MinValue : now - _ago);

    /// <summary>Reads a parameter; nothing or an empty text is no limit. A point without a zone is UTC.</summary>
    /// <exception cref="FormatException">The text is neither a point nor a span; the message says what was expected.</exception>
    public static PointInTime? Parse(string? text) => ProblemOf(text, out var limit) is { } problem ? throw new FormatException(problem) : limit;

    /// <summary>What is wrong with a parameter, for <see cref="ICheckable"/>; null when nothing is.</summary>
    public static string? ProblemOf(string? text) => ProblemOf(text, out _);

    static string? ProblemOf(string? text, out PointInTime? limit)
    {
        limit = null;
        if (string.IsNullOrEmpty(text)) return null;
        if (IsRelative(text))
        {
            if (!RelativeTime.TryParse(text, out var ago)) return $"'{text}' is no span of time; expected a number and a unit, such as '10 hours'.";
            limit = new PointInTime(ago, null);
            return null;
        }

        if (!TimeFormat.Fuzzy.TryConvert(text, out var utc) || !TryRead(utc, out var point))
            return $"'{text}' is no point in time; expected one such as '2026-01-31T00:00:00+00:00', or a span such as '10 hours'.";
        limit = new PointInTime(default, point);
        return null;
    }

    static bool IsRelative(string text) => Units.Any(unit => text.Contains(unit, StringComparison.Ordinal));

    /// <summary>Reads a time in the form that messages have, such as the value of <c>time.source</c>.</summary>
    public static bool TryRead(string? text, out DateTimeOffset time) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
}
