using System.Globalization;

namespace IntelMQ.Host.Running;

/// <summary>A duration in words of the original: the parts that are not zero of <c>1d 2h 3m 4s</c>.</summary>
static class DurationText
{
    /// <param name="duration">What to write.</param>
    /// <param name="decimals">How many places each part has behind the point.</param>
    public static string Of(TimeSpan duration, int decimals = 0)
    {
        var format = $"F{decimals}";
        var seconds = duration.TotalSeconds;
        var parts = new List<string>(4);
        foreach (var (size, unit) in ((double, string)[])[(86400, "d"), (3600, "h"), (60, "m")])
        {
            if (seconds >= size) parts.Add($"{Math.Floor(seconds / size).ToString(format, CultureInfo.InvariantCulture)}{unit}");
            seconds %= size;
        }

        if (seconds != 0) parts.Add($"{Math.Round(seconds, decimals, MidpointRounding.ToEven).ToString(format, CultureInfo.InvariantCulture)}s");
        return string.Join(' ', parts);
    }
}
