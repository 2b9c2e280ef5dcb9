using System.Text.RegularExpressions;

namespace IntelMQ.Sdk;

/// <summary>Spans of time as users write them: <c>10 hours</c>, <c>1 week</c>. A month has 30 days, a year 365.</summary>
public static partial class RelativeTime
{
    [GeneratedRegex(@"^(\d+)\s+(\w+[^s])s?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern { get; }

    /// <summary>Reads a span; one that is longer than a <see cref="TimeSpan"/> becomes the longest.</summary>
    /// <exception cref="FormatException">The text is no number with a unit.</exception>
    public static TimeSpan Parse(string text)
    {
        var minutes = Minutes(text);
        return minutes >= TimeSpan.MaxValue.TotalMinutes ? TimeSpan.MaxValue : TimeSpan.FromMinutes(minutes);
    }

    /// <summary>Reads a span, as <see cref="Parse"/>.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        if (TryMinutes(text) is not { } minutes) return false;
        span = minutes >= TimeSpan.MaxValue.TotalMinutes ? TimeSpan.MaxValue : TimeSpan.FromMinutes(minutes);
        return true;
    }

    internal static double Minutes(string text) =>
        TryMinutes(text) ?? throw new FormatException($"\"{text}\" is no span of time; expected a number and one of seconds, minutes, hours, days, weeks, months, years, such as \"10 hours\".");

    static double? TryMinutes(string text)
    {
        var match = Pattern.Match(PythonText.Strip(text));
        if (!match.Success || !PythonNumber.TryParseInteger(match.Groups[1].Value, out var number)) return null;
        number.TryGetNumber(out var count);
        return match.Groups[2].Value switch
        {
            "second" => count * (1.0 / 60),
            "minute" => count,
            "hour" => count * 60,
            "day" => count * 24 * 60,
            "week" => count * 7 * 24 * 60,
            "month" => count * 30 * 24 * 60,
            "year" => count * 365 * 24 * 60,
            _ => null,
        };
    }
}
