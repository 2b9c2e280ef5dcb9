using System.CommandLine;
using IntelMQ.Cli.CommandLine;
using IntelMQ.Configuration;
using IntelMQ.Control.Logs;
using IntelMQ.Host.Logging;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Commands;

/// <summary><c>log</c>: the last lines of a bot's log.</summary>
static class LogCommand
{
    static readonly string[] Levels = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

    public static Command Create(GlobalOptions globals)
    {
        var command = new Command("log", "Shows the last lines of the log of a bot.");
        var id = new Argument<string>("bot-id");
        var lines = Choices.WholeNumber("number-of-lines", "How many; -1 means all.", whenMissing: 10);
        var level = new Argument<string>("log-level") { Description = $"Lines of this level and above: {string.Join(", ", Levels)}.", DefaultValueFactory = _ => "INFO" };
        level.OnlyFrom(Levels);
        command.Arguments.Add(id);
        command.Arguments.Add(lines);
        command.Arguments.Add(level);
        globals.SetAction(command, (invocation, _) =>
        {
            var bot = invocation.Bot(invocation.Value(id)!);
            return Task.FromResult(BotLogReader.TryParseLevel(invocation.Value(level)!, out var least) ? Show(invocation, bot, invocation.Value(lines), least) : 1);
        });
        return command;
    }

    static int Show(Invocation invocation, BotConfiguration bot, int most, BotLogLevel least)
    {
        var logging = bot.Settings.Logging;
        var isSyslog = logging.Handler == LoggingHandler.Syslog;
        var file = isSyslog ? "/var/log/syslog" : Path.Combine(logging.Path ?? invocation.Installation.Paths.LogDirectory, bot.Id + ".log");
        IReadOnlyList<LogEntry> entries;
        try
        {
            entries = !File.Exists(file) ? [NoFile(bot)]
                : isSyslog ? BotLogReader.ReadLastOfSyslog(file, bot.Id, most, least, TimeProvider.System.GetLocalNow().DateTime)
                : BotLogReader.ReadLast(file, bot.Id, most, least);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            invocation.Output.Say(BotLogLevel.Error, $"File '{file}' is not readable.");
            return invocation.Finish("error", 1);
        }

        foreach (var entry in entries)
        {
            invocation.Output.Line($"{entry.TimeText} - {entry.BotId} - {LogLine.LevelName(entry.Level)} - {entry.Message}");
            if (entry.More.Length > 0) invocation.Output.Line(entry.More);
        }

        return invocation.Finish(entries.Select(e => (object?)Facts(e)).ToList(), 0);
    }

    static LogEntry NoFile(BotConfiguration bot) =>
        new(TimeProvider.System.GetLocalNow().DateTime, bot.Id, null, BotLogLevel.Info, "No log file exists (yet).", "");

    static Dictionary<string, object?> Facts(LogEntry entry)
    {
        var facts = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["date"] = entry.TimeText,
            ["bot_id"] = entry.BotId,
            ["thread_id"] = entry.Worker is { } worker ? (long)worker : null,
            ["log_level"] = LogLine.LevelName(entry.Level),
            ["message"] = entry.Message,
        };
        if (entry.More.Length > 0) facts["extended_message"] = entry.More;
        return facts;
    }
}
