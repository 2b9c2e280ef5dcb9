using System.Globalization;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Logging;

/// <summary>Takes the lines of a log.</summary>
interface ILogTarget : IDisposable
{
    void Write(DateTimeOffset time, string name, BotLogLevel level, string text);
}

/// <summary>Words and forms of log lines that scripts around the original read.</summary>
static class LogLine
{
    public static string LevelName(BotLogLevel level) => level switch
    {
        BotLogLevel.Debug => "DEBUG",
        BotLogLevel.Info => "INFO",
        BotLogLevel.Warning => "WARNING",
        BotLogLevel.Error => "ERROR",
        _ => "CRITICAL",
    };

    /// <summary><c>2026-11-22 07:26:22,968 - bot - INFO - text</c>, in local time.</summary>
    public static string ForFile(DateTimeOffset time, string name, BotLogLevel level, string text) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.ToLocalTime():yyyy-MM-dd HH:mm:ss,fff} - {name} - {LevelName(level)} - {text}");
}

/// <summary>A log file in the original's format, rotated by size if asked.</summary>
sealed class LogFile(string path, long maxSize, int maxCopies) : ILogTarget
{
    readonly Lock _lock = new();
    FileStream? _file;
    bool _complained;
    bool _cannotRotate;

    public void Write(DateTimeOffset time, string name, BotLogLevel level, string text)
    {
        var line = Encoding.UTF8.GetBytes(LogLine.ForFile(time, name, level, text) + "\n");
        lock (_lock)
        {
            try
            {
                var file = _file ??= Open();
                if (maxSize > 0 && maxCopies > 0 && file.Length > 0 && file.Length + line.Length > maxSize && !_cannotRotate) file = Rotate();
                file.Write(line);
                file.Flush();
                _complained = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A full disk must not stop a bot: its messages are safe in the queue. The line goes where it still can.
                if (!_complained) Console.Error.WriteLine($"The log file '{path}' cannot be written: {e.Message}");
                _complained = true;
                Console.Error.WriteLine(LogLine.ForFile(time, name, level, text));
            }
        }
    }

    FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Another program (logrotate, a reader) may hold, rename or delete the file at any time.
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
    }

    FileStream Rotate()
    {
        Close();
        try
        {
            for (var i = maxCopies - 1; i >= 1; i--)
                if (File.Exists($"{path}.{i}"))
                    File.Move($"{path}.{i}", $"{path}.{i + 1}", overwrite: true);
            File.Move(path, path + ".1", overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that is too large is better than none.
            Console.Error.WriteLine($"The log file '{path}' cannot be rotated and grows: {e.Message}");
            _cannotRotate = true;
        }

        return _file = Open();
    }

    void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>Opens the file anew with the next line, after logrotate has moved it.</summary>
    public void Reopen()
    {
        lock (_lock)
        {
            Close();
            _cannotRotate = false;
        }
    }

    public void Dispose() => Reopen();
}

/// <summary>Lines on the terminal for a bot in the foreground: <c>bot: text</c>, from WARNING on to standard error.</summary>
sealed class ConsoleLog(TextWriter output, TextWriter error, bool colours) : ILogTarget
{
    public void Write(DateTimeOffset time, string name, BotLogLevel level, string text)
    {
        if (level < BotLogLevel.Warning) output.WriteLine($"{name}: {text}");
        else error.WriteLine(colours ? $"\e[31m{name}: {text}\e[0m" : $"{name}: {text}");
    }

    public void Dispose()
    {
    }
}
