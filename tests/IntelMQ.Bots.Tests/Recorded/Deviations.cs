namespace IntelMQ.Bots.Tests.Recorded;

/// <summary>Where our bots do something else on purpose, and why.</summary>
static class Deviations
{
    /// <param name="Module">The bot.</param>
    /// <param name="Sign">What the difference says.</param>
    /// <param name="Reason">Why it is right.</param>
    sealed record Deviation(string Module, string Sign, string Reason);

    static readonly Deviation[] Known =
    [
        new("intelmq.bots.parsers.generic.parser_csv", "0 errors instead of 1", "The original fails on a report that is only the header; a feed without rows today is no error."),
        new("intelmq.bots.parsers.json.parser", "_default: 2 messages instead of 0", "The original drops all events of a report for one bad line; here the line is set aside."),
        new("intelmq.bots.parsers.spamhaus.parser_drop", "time.source is null instead of", "The original dates rows of a report with the Last-Modified of the report before."),
    ];

    public static string? ReasonFor(string module, RecordedCase recorded, string difference) =>
        Array.Find(Known, deviation => deviation.Module == module && (difference.Contains(deviation.Sign, StringComparison.Ordinal) || recorded.Name.Contains(deviation.Sign, StringComparison.Ordinal)))?.Reason;
}
