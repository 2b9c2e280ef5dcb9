using IntelMQ.Configuration;
using IntelMQ.Control;
using IntelMQ.Host.Logging;
using IntelMQ.Sdk;

namespace IntelMQ.Cli.Terminal;

/// <summary>
/// Shows the words of use cases: up to INFO on standard output, the others on standard error, in colour on a terminal
/// only. Everything also goes to <c>intelmqctl.log</c>.
/// </summary>
sealed class ConsoleOutput : IControlOutput, IDisposable
{
    const string LogName = "intelmqctl";
    const string Green = "\e[32m", Red = "\e[31m", Plain = "\e[0m";

    readonly bool _showsTexts;
    readonly bool _quiet;
    readonly LogFile? _log;

    /// <param name="paths">Of the installation.</param>
    /// <param name="showsTexts">False where the result is printed in another form.</param>
    /// <param name="quiet">Only what is not as wanted is shown.</param>
    public ConsoleOutput(IntelMqPaths paths, bool showsTexts, bool quiet)
    {
        (_showsTexts, _quiet) = (showsTexts, quiet);
        // A tool that only asks makes no directories; the log begins with the installation's first host.
        if (!Directory.Exists(paths.LogDirectory)) return;
        var file = Path.Combine(paths.LogDirectory, LogName + ".log");
        if (IsWritable(file, out var error)) _log = new LogFile(file, maxSize: 0, maxCopies: 0);
        else if (showsTexts) Console.Error.WriteLine($"Not logging to file: {error}");
    }

    /// <summary>Whether standard output understands colours and a person looks at it.</summary>
    public static bool IsTerminal { get; } = !Console.IsOutputRedirected && AllowsColours;

    static bool IsErrorTerminal { get; } = !Console.IsErrorRedirected && AllowsColours;

    static bool AllowsColours => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    static bool IsWritable(string file, out string? error)
    {
        try
        {
            using (new FileStream(file, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)) error = null;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error = e.Message;
            return false;
        }
    }

    public void Say(BotLogLevel level, string text, bool good = false)
    {
        _log?.Write(TimeProvider.System.GetUtcNow(), LogName, level, text);
        if (!_showsTexts) return;
        if (level >= BotLogLevel.Warning) Console.Error.WriteLine(IsErrorTerminal ? Red + text + Plain : text);
        else if (!_quiet) Console.Out.WriteLine(good && IsTerminal ? Green + text + Plain : text);
    }

    /// <summary>A line of a result that is neither a message nor JSON, such as an entry of a log.</summary>
    public void Line(string text)
    {
        if (_showsTexts) Console.Out.WriteLine(text);
    }

    /// <summary>Says why nothing could be done, in every form of output.</summary>
    public void Fail(string text)
    {
        _log?.Write(TimeProvider.System.GetUtcNow(), LogName, BotLogLevel.Error, text);
        Console.Error.WriteLine(IsErrorTerminal ? Red + text + Plain : text);
    }

    public void Dispose() => _log?.Dispose();
}
