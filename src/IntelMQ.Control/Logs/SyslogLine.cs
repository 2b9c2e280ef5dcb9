using System.Globalization;
using System.Text.RegularExpressions;

namespace IntelMQ.Control.Logs;

/// <summary>Lines of bots in the traditional file format of syslog daemons, <c>Feb 22 10:17:10 host bot: ERROR text</c> (RFC 3164, 5.1).</summary>
static partial class SyslogLine
{
    /// <summary>The daemon's own form of a line break within a message.</summary>
    const string LineBreak = "#012";

    /// <param name="line">One line of the file.</param>
    /// <param name="now">Local time, for the year, which such lines do not tell.</param>
    /// <param name="entry">What it says.</param>
    /// <returns>Whether a bot wrote the line.</returns>
    public static bool TryParse(string line, DateTime now, out LogEntry entry)
    {
        entry = null!;
        if (Pattern().Match(line) is not { Success: true } match || !BotLogReader.TryParseLevel(match.Groups["level"].Value, out var level)) return false;
        if (TimeOf(match.Groups["time"].Value, now) is not { } time) return false;
        var (id, worker) = BotLogReader.SplitWorker(match.Groups["bot"].Value);
        var lines = match.Groups["message"].Value.Split(LineBreak, 2);
        entry = new LogEntry(time, id, worker, level, lines[0], lines.Length > 1 ? lines[1].Replace(LineBreak, "\n", StringComparison.Ordinal) : "");
        return true;
    }

    /// <summary>The last such time before tomorrow.</summary>
    static DateTime? TimeOf(string text, DateTime now)
    {
        foreach (var year in (int[])[now.Year, now.Year - 1])
        {
            if (DateTime.TryParseExact($"{year} {text}", "yyyy MMM d HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AllowInnerWhite, out var time) && time < now.AddDays(1)) return time;
        }

        return null;
    }

    [GeneratedRegex(@"^(?<time>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) [-.\w]+ (?<bot>[-.\w]+): (?<level>[A-Z]+) (?<message>.+)$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
