using System.Collections.Concurrent;
using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Logging;

/// <summary>The logs of all bots, each opened once as its settings say.</summary>
/// <param name="defaultDirectory">Directory of bots that name none.</param>
/// <param name="console">Where lines go as well, when the host runs in the foreground; or null.</param>
/// <param name="time">The clock.</param>
sealed class BotLogs(string defaultDirectory, ILogTarget? console, TimeProvider time) : IDisposable
{
    readonly Lock _opening = new();
    readonly ConcurrentDictionary<string, (LoggingSettings Settings, BotLog Log)> _logs = new(StringComparer.Ordinal);

    public string DirectoryOf(BotSettings settings) => settings.Logging.Path ?? defaultDirectory;

    /// <summary>The log of a bot; opened anew when its settings have changed.</summary>
    public BotLog For(BotConfiguration configuration) => For(configuration.Id, configuration.Settings.Logging);

    public BotLog For(string name, LoggingSettings settings)
    {
        // Two that ask at once must not get two files that rotate each other away.
        lock (_opening)
        {
            if (_logs.TryGetValue(name, out var known))
            {
                if (known.Settings == settings) return known.Log;
                known.Log.Dispose();
            }

            var log = new BotLog(name, Targets(name, settings), (BotLogLevel)settings.Level, time);
            _logs[name] = (settings, log);
            return log;
        }
    }

    List<ILogTarget> Targets(string name, LoggingSettings settings)
    {
        List<ILogTarget> targets =
        [
            settings.Handler == LoggingHandler.Syslog
                ? new SyslogTarget(settings.Syslog, settings.SyslogPort)
                : new LogFile(Path.Combine(settings.Path ?? defaultDirectory, name + ".log"), settings.MaxSize, settings.MaxCopies ?? 0),
        ];
        if (console is not null) targets.Add(console);
        return targets;
    }

    /// <summary>Opens all files anew: after logrotate has moved them.</summary>
    public void Reopen()
    {
        foreach (var (_, log) in _logs.Values) log.Reopen();
    }

    public void Dispose()
    {
        foreach (var (_, log) in _logs.Values) log.Dispose();
    }
}
