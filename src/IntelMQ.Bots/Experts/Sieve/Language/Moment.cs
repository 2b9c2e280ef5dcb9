using System.Globalization;
using System.Text.RegularExpressions;

namespace IntelMQ.Bots.Experts.Sieve.Language;

/// <summary>Points in time as rules write them: a date of ISO 8601, or how long ago (<c>1 week</c>).</summary>
static partial class Moment
{
    // Calendar date, week date or day of the year, in extended or basic form; parts at the end may be missing.
    [GeneratedRegex(@"^(?<year>\d{4})(?:[-/]?W(?<week>\d{2})(?:-?(?<weekday>\d))?|-?(?<yearday>\d{3})|(?<s>[-/])(?<month>\d{1,2})(?:\k<s>(?<day>\d{1,2}))?|(?<month>\d{2})(?:(?<day>\d{2}))?)?"
        + @"(?:[T ](?<hour>\d{1,2})(?::?(?<minute>\d{2})(?::?(?<second>\d{2})(?:[.,](?<fraction>\d{1,9}))?)?)?(?<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?$",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase)]
    private static partial Regex Iso { get; }

    /// <summary>Reads a text into a point in time, given what time it is.</summary>
    public static bool TryRead(string text, DateTimeOffset now, out DateTimeOffset moment) =>
        TryReadPoint(text, out moment) || TryReadAgo(text, now, out moment);

    static bool TryReadAgo(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        var isSpan = RelativeTime.TryParse(text, out var ago);
        moment = now.UtcTicks < ago.Ticks ? DateTimeOffset.MinValue : now - ago;
        return isSpan;
    }

    /// <summary>Reads a date of ISO 8601. Without a time it is midnight, without a zone UTC.</summary>
    public static bool TryReadPoint(string text, out DateTimeOffset point)
    {
        point = default;
        var match = Iso.Match(text);
        if (!match.Success || !TryReadDate(match, out var date)) return false;

        var (hour, minute, second) = (Number(match, "hour", 0), Number(match, "minute", 0), Number(match, "second", 0));
        if (hour > 23 || minute > 59 || second > 59 || !TryReadZone(match.Groups["zone"].ValueSpan, out var offset)) return false;
        var fraction = match.Groups["fraction"].Value.PadRight(7, '0')[..7];
        var ticks = date.Ticks + new TimeSpan(hour, minute, second).Ticks + long.Parse(fraction, CultureInfo.InvariantCulture) - offset.Ticks;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks) return false;
        point = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    static bool TryReadDate(Match match, out DateTime date)
    {
        date = default;
        var year = Number(match, "year", 0);
        if (year is < 1 or > 9998) return false;

        if (match.Groups["week"].Success)
        {
            var (week, weekday) = (Number(match, "week", 1), Number(match, "weekday", 1));
            if (week < 1 || week > ISOWeek.GetWeeksInYear(year) || weekday is < 1 or > 7) return false;
            date = ISOWeek.ToDateTime(year, week, (DayOfWeek)(weekday % 7));
            return true;
        }

        if (match.Groups["yearday"].Success)
        {
            var yearday = Number(match, "yearday", 1);
            if (yearday < 1 || yearday > (DateTime.IsLeapYear(year) ? 366 : 365)) return false;
            date = new DateTime(year, 1, 1).AddDays(yearday - 1);
            return true;
        }

        var (month, day) = (Number(match, "month", 1), Number(match, "day", 1));
        if (month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)) return false;
        date = new DateTime(year, month, day);
        return true;
    }

    static bool TryReadZone(ReadOnlySpan<char> zone, out TimeSpan offset)
    {
        offset = default;
        if (zone.IsEmpty || zone[0] is 'Z' or 'z') return true;
        var hours = int.Parse(zone.Slice(1, 2), CultureInfo.InvariantCulture);
        var minutes = zone.Length > 3 ? int.Parse(zone[^2..], CultureInfo.InvariantCulture) : 0;
        offset = new TimeSpan(hours, minutes, 0) * (zone[0] == '-' ? -1 : 1);
        return hours < 24 && minutes < 60;
    }

    static int Number(Match match, string group, int missing) =>
        match.Groups[group] is { Success: true } found ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : missing;

    /// <summary>Reads a time in the form of messages.</summary>
    public static bool TryReadField(in FieldValue value, out DateTimeOffset time)
    {
        time = default;
        return DataType.DateTime.IsValid(value) && PointInTime.TryRead(value.Text, out time);
    }

    /// <summary>The form of messages.</summary>
    public static string Format(DateTimeOffset time) =>
        time.ToString(time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ss+00:00" : "yyyy-MM-ddTHH:mm:ss.ffffff+00:00", CultureInfo.InvariantCulture);
}
