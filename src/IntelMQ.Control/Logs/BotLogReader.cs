using System.Globalization;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Logs;

/// <summary>One entry of a log.</summary>
/// <param name="Time">Local time as written.</param>
/// <param name="BotId">Whose.</param>
/// <param name="Worker">Number of the worker; null where the bot has one only.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Message">Its first line.</param>
/// <param name="More">The lines after it, such as a stack trace; empty when there are none.</param>
sealed record LogEntry(DateTime Time, string BotId, int? Worker, BotLogLevel Level, string Message, string More)
{
    /// <summary><c>2026-11-22T07:21:05.922000</c>.</summary>
    public string TimeText => Time.ToString(Time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ss" : "yyyy-MM-ddTHH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}

/// <summary>Reads the end of a log file in the original's format without reading all of it.</summary>
static class BotLogReader
{
    const string TimeFormat = "yyyy-MM-dd HH:mm:ss,fff";
    const int BlockBytes = 64 * 1024;

    /// <summary>The last entries of a bot that matter at least so much, oldest first, in a file of the bot's own.</summary>
    /// <param name="file">Path of the log file.</param>
    /// <param name="botId">Entries of others in the same file are left out.</param>
    /// <param name="most">How many at most; negative means all.</param>
    /// <param name="least">The least level that is wanted.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static IReadOnlyList<LogEntry> ReadLast(string file, string botId, int most, BotLogLevel least)
    {
        var entries = new List<LogEntry>();
        var more = new List<string>();
        foreach (var line in LinesBackwards(file))
        {
            if (most >= 0 && entries.Count >= most) break;
            if (!TryParse(line, out var entry))
            {
                more.Add(line);
                continue;
            }

            more.Reverse();
            if (entry.BotId == botId && entry.Level >= least) entries.Add(entry with { More = string.Join('\n', more) });
            // What follows a line belongs to that line, also when it is not wanted.
            more.Clear();
        }

        entries.Reverse();
        return entries;
    }

    /// <summary>The same in the file of a syslog daemon, where other programs write too.</summary>
    /// <inheritdoc cref="ReadLast" path="/param"/>
    /// <inheritdoc cref="ReadLast" path="/exception"/>
    /// <param name="now">Local time, for the years of the entries.</param>
    public static IReadOnlyList<LogEntry> ReadLastOfSyslog(string file, string botId, int most, BotLogLevel least, DateTime now)
    {
        var entries = new List<LogEntry>();
        foreach (var line in LinesBackwards(file))
        {
            if (most >= 0 && entries.Count >= most) break;
            if (SyslogLine.TryParse(line, now, out var entry) && entry.BotId == botId && entry.Level >= least) entries.Add(entry);
        }

        entries.Reverse();
        return entries;
    }

    internal static bool TryParse(string line, out LogEntry entry)
    {
        entry = null!;
        const string Separator = " - ";
        if (line.Length < TimeFormat.Length || line.Contains('\n', StringComparison.Ordinal) || !DateTime.TryParseExact(line.AsSpan(0, TimeFormat.Length), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return false;
        var parts = line[TimeFormat.Length..].Split(Separator, 4);
        if (parts.Length != 4 || parts[0].Length > 0 || parts[3].Length == 0 || !TryParseLevel(parts[2], out var level)) return false;
        var (id, worker) = SplitWorker(parts[1]);
        entry = new LogEntry(time, id, worker, level, parts[3], "");
        return true;
    }

    internal static (string Id, int? Worker) SplitWorker(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot > 0 && int.TryParse(name.AsSpan(dot + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var worker) ? (name[..dot], worker) : (name, null);
    }

    public static bool TryParseLevel(string word, out BotLogLevel level)
    {
        level = word switch
        {
            "DEBUG" => BotLogLevel.Debug,
            "INFO" => BotLogLevel.Info,
            "WARNING" => BotLogLevel.Warning,
            "ERROR" => BotLogLevel.Error,
            "CRITICAL" => BotLogLevel.Critical,
            _ => (BotLogLevel)(-1),
        };
        return level >= 0;
    }

    internal static IEnumerable<string> LinesBackwards(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        var end = file.Length;
        var rest = Array.Empty<byte>();
        var atEnd = true;
        while (end > 0)
        {
            var size = (int)Math.Min(BlockBytes, end);
            end -= size;
            var block = new byte[size + rest.Length];
            file.Position = end;
            file.ReadExactly(block, 0, size);
            rest.CopyTo(block, size);

            var last = block.Length;
            for (var i = block.Length - 1; i >= 0; i--)
            {
                if (block[i] != '\n') continue;
                // The line break at the end of the file ends a line and begins none.
                if (!atEnd || i + 1 < last) yield return Encoding.UTF8.GetString(block, i + 1, last - i - 1);
                atEnd = false;
                last = i;
            }

            rest = block[..last];
        }

        // Before the first line break there is a line, if only an empty one.
        yield return Encoding.UTF8.GetString(rest);
    }
}
