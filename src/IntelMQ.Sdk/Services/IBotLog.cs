namespace IntelMQ.Sdk;

/// <summary>How much a line of the log matters.</summary>
public enum BotLogLevel
{
    /// <summary>For the author of the bot.</summary>
    Debug,

    /// <summary>The normal course of things.</summary>
    Info,

    /// <summary>Something is odd, nothing is lost.</summary>
    Warning,

    /// <summary>Data was lost or set aside, or an operator must act.</summary>
    Error,

    /// <summary>The bot cannot go on.</summary>
    Critical,
}

/// <summary>The log of a bot.</summary>
public interface IBotLog
{
    /// <summary>Whether lines of this level are written, to save the work of making one.</summary>
    bool IsEnabled(BotLogLevel level);

    /// <summary>Writes a line: a sentence.</summary>
    void Write(BotLogLevel level, string message, Exception? error = null);
}

/// <summary>A method per level.</summary>
public static class BotLogExtensions
{
    /// <summary>For the author of the bot.</summary>
    public static void Debug(this IBotLog log, string message) => log.Write(BotLogLevel.Debug, message);

    /// <summary>The normal course of things.</summary>
    public static void Info(this IBotLog log, string message) => log.Write(BotLogLevel.Info, message);

    /// <summary>Something is odd, nothing is lost.</summary>
    public static void Warning(this IBotLog log, string message, Exception? error = null) => log.Write(BotLogLevel.Warning, message, error);

    /// <summary>Data was lost or set aside, or an operator must act.</summary>
    public static void Error(this IBotLog log, string message, Exception? error = null) => log.Write(BotLogLevel.Error, message, error);
}
