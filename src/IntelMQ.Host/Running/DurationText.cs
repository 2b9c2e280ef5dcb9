namespace IntelMQ.Host.Running;

/// <summary>A duration in words of the original: the parts that are not zero of <c>1d 2h 3m 4s</c>.</summary>
static class DurationText
{
    public static string Of(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        var parts = new List<string>(4);
        foreach (var (size, unit) in ((long, string)[])[(86400, "d"), (3600, "h"), (60, "m"), (1, "s")])
        {
            if (seconds >= size) parts.Add($"{seconds / size}{unit}");
            seconds %= size;
        }

        return parts.Count == 0 ? "0s" : string.Join(' ', parts);
    }
}
