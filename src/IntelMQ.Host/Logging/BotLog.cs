using IntelMQ.Sdk;

namespace IntelMQ.Host.Logging;

/// <summary>The log of one bot: a level, a name, and where lines go.</summary>
sealed class BotLog(string name, IReadOnlyList<ILogTarget> targets, BotLogLevel level, TimeProvider time) : IBotLog, IDisposable
{
    /// <summary>The least level that is written; may be changed while the bot runs.</summary>
    public BotLogLevel Level { get; set; } = level;

    public bool IsEnabled(BotLogLevel lineLevel) => lineLevel >= Level;

    public void Write(BotLogLevel lineLevel, string message, Exception? error = null)
    {
        if (!IsEnabled(lineLevel)) return;
        var text = error is null ? message : $"{message}\n{error}";
        var now = time.GetUtcNow();
        foreach (var target in targets) target.Write(now, name, lineLevel, text);
    }

    /// <summary>The same log under another name, for one of several workers.</summary>
    public BotLog For(string workerName) => new(workerName, targets, Level, time);

    /// <summary>Opens files anew after somebody else has moved them.</summary>
    public void Reopen()
    {
        foreach (var file in targets.OfType<LogFile>()) file.Reopen();
    }

    public void Dispose()
    {
        foreach (var target in targets) target.Dispose();
    }
}
