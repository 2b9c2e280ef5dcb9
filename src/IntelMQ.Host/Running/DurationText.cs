namespace IntelMQ.Host.Running;

/// <summary>A duration in words of the original: the parts that are not zero of <c>1d 2h 3m 4s</c>, empty below a second.</summary>
static class DurationText
{
    public static string Of(TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        var parts = new List<string>(4);
        foreach (var (size, unit) in ((double, string)[])[(86400, "d"), (3600, "h"), (60, "m")])
        {
            if (seconds >= size) parts.Add($"{Math.Floor(seconds / size)}{unit}");
            seconds %= size;
        }

        if (seconds >= 1) parts.Add($"{Math.Round(seconds, MidpointRounding.ToEven)}s");
        return string.Join(' ', parts);
    }
}
