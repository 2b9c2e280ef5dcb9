using System.Globalization;

namespace IntelMQ.Bots.Experts.Filter;

/// <summary>Reads spans of time as users of the original write them: <c>10 hours</c>, <c>1 month</c> (30 days), <c>2 years</c> (365 days each).</summary>
static class RelativeTime
{
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var parts = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;

        var unit = parts[1].TrimEnd('s') switch
        {
            "second" => TimeSpan.TicksPerSecond,
            "minute" => TimeSpan.TicksPerMinute,
            "hour" => TimeSpan.TicksPerHour,
            "day" => TimeSpan.TicksPerDay,
            "week" => 7 * TimeSpan.TicksPerDay,
            "month" => 30 * TimeSpan.TicksPerDay,
            "year" => 365 * TimeSpan.TicksPerDay,
            _ => 0,
        };
        // Longer than any date reaches back.
        if (unit == 0 || count > DateTimeOffset.MaxValue.Ticks / unit / 2) return false;
        span = TimeSpan.FromTicks(count * unit);
        return true;
    }
}
