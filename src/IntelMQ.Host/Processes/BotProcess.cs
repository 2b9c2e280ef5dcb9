using System.ComponentModel;
using System.Diagnostics;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Processes;

/// <summary>How a bot's own process is started.</summary>
/// <param name="Command">Program and arguments.</param>
/// <param name="Init">The first line: who the bot is and its parameters.</param>
/// <param name="MemoryLimit">Bytes of managed memory that the process may use; 0 for no limit.</param>
sealed record BotProcessStart(IReadOnlyList<string> Command, ReadOnlyMemory<byte> Init, long MemoryLimit);

/// <summary>The process of a bot ended though nobody asked it to.</summary>
sealed class BotProcessEndedException(string message) : Exception(message);

/// <summary>
/// A bot in a process of its own: started when the first message comes, and started again after it ended. One message
/// is in its hands at a time, so a message that ends the process is known.
/// </summary>
sealed class BotProcess(BotProcessStart start, IBotLog log) : IAsyncDisposable
{
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    Process? _process;
    LineReader? _output;
    Task _errorOutput = Task.CompletedTask;
    Task _exited = Task.CompletedTask;
    string _lastErrorLine = "";
    bool _endIsKnown;
    readonly List<ReadOnlyMemory<byte>> _notes = [];
    long _sequence;

    /// <summary>How many messages processes of the bot have been given since the last commit.</summary>
    public int SinceCommit { get; private set; }

    /// <summary>How many of them an earlier process had, so that this one knows nothing of them.</summary>
    int _hadByEarlier;

    /// <summary>Process id, or null when none runs.</summary>
    public int? Id => _process is { HasExited: false } running ? running.Id : null;

    /// <summary>How often the process ended though nobody asked it to.</summary>
    public int Ends { get; private set; }

    /// <summary>How it ended the last time, a sentence; null when it never did.</summary>
    public string? LastEnd { get; private set; }

    /// <summary>Starts the process unless it runs.</summary>
    /// <exception cref="ConfigurationException">The bot says that it cannot run with its parameters.</exception>
    /// <exception cref="BotProcessEndedException">The process ended before it was ready.</exception>
    public async Task EnsureStartedAsync(CancellationToken cancellationToken)
    {
        if (_process is { HasExited: false }) return;
        // It ended between two messages: nobody else asks why.
        if (_process is not null && !_endIsKnown) log.Warning((await EndedAsync()).Message);
        await CleanUpAsync();
        try
        {
            await StartAsync(cancellationToken);
        }
        catch
        {
            // A process that is not ready must not be taken for one that is.
            await CleanUpAsync();
            throw;
        }
    }

    async Task StartAsync(CancellationToken cancellationToken)
    {
        var info = new ProcessStartInfo(start.Command[0], start.Command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (start.MemoryLimit > 0) info.Environment["DOTNET_GCHeapHardLimit"] = start.MemoryLimit.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
        _process = Process.Start(info) ?? throw new BotProcessEndedException($"The process of the bot could not be started: {start.Command[0]}");
        _lastErrorLine = "";
        _endIsKnown = false;
        _output = new LineReader(_process.StandardOutput.BaseStream);
        _errorOutput = ReadErrorOutputAsync(_process);
        _exited = _process.WaitForExitAsync(CancellationToken.None);
        _notes.Clear();
        _hadByEarlier = SinceCommit;
        await WriteAsync(start.Init, cancellationToken);
        var answer = await ReadAsync(cancellationToken);
        if (ProcessProtocol.TypeOf(answer) == ProcessProtocol.Error) throw new ConfigurationException(ProcessProtocol.Text(answer, "error") ?? "The bot cannot start and does not say why.");
        if (ProcessProtocol.TypeOf(answer) != ProcessProtocol.Ready) throw new ProcessProtocolException($"The bot answered '{ProcessProtocol.TypeOf(answer)}' where 'ready' was expected.");
        log.Info($"The bot runs in process {_process.Id}.");
    }

    /// <summary>The message at hand is not to blame when the process of the message before cannot be replaced: it waits.</summary>
    async Task EnsureStartedAgainAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EnsureStartedAsync(cancellationToken);
        }
        catch (Exception e) when (e is BotProcessEndedException or ProcessProtocolException or Win32Exception)
        {
            throw new TransientException($"The process of the bot cannot be started again: {e.Message}", inner: e);
        }
    }

    // Whatever a bot or a native library prints goes to the log; a full pipe would block the bot.
    async Task ReadErrorOutputAsync(Process process)
    {
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (line.Length == 0) continue;
            // What ends a process stands above its stack.
            if (line[0] is not (' ' or '-')) _lastErrorLine = line;
            log.Info($"[process {process.Id}] {line}");
        }
    }

    /// <summary>Notes for the bot that all messages so far are committed. It is told before the next message.</summary>
    public void NoteCommitted()
    {
        if (SinceCommit == 0) return;
        _notes.Add(ProcessProtocol.Line(ProcessProtocol.Committed));
        SinceCommit = _hadByEarlier = 0;
    }

    /// <summary>Notes for the bot that of the messages since the last commit only the first ones count.</summary>
    public void NoteForget(int keep)
    {
        if (SinceCommit <= keep) return;
        _notes.Add(ProcessProtocol.Line(ProcessProtocol.Forget, ("keep", (long)Math.Max(keep - _hadByEarlier, 0))));
        SinceCommit = keep;
        _hadByEarlier = Math.Min(_hadByEarlier, keep);
    }

    async Task WriteNotesAsync(CancellationToken cancellationToken)
    {
        foreach (var note in _notes) await WriteAsync(note, cancellationToken);
        _notes.Clear();
    }

    /// <summary>Hands one message over.</summary>
    /// <returns>The number that the answers carry.</returns>
    public async Task<long> SendAsync(Message message, CancellationToken cancellationToken)
    {
        await EnsureStartedAgainAsync(cancellationToken);
        await WriteNotesAsync(cancellationToken);
        SinceCommit++;
        await WriteAsync(ProcessProtocol.MessageLine(ProcessProtocol.Batch, ++_sequence, path: null, message), cancellationToken);
        return _sequence;
    }

    /// <summary>Asks a collector to run once.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        await EnsureStartedAgainAsync(cancellationToken);
        await WriteAsync(ProcessProtocol.Line(ProcessProtocol.Collect, ("seq", ++_sequence)), cancellationToken);
    }

    /// <summary>Tells a collector that its report is safe.</summary>
    public Task ConfirmAsync(CancellationToken cancellationToken) => WriteAsync(ProcessProtocol.Line(ProcessProtocol.Safe, ("seq", _sequence)), cancellationToken);

    /// <summary>The next line about the work in hand; lines for the log are dealt with on the way.</summary>
    public async Task<OrderedDictionary<string, object?>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var line = await ReadLineAsync(cancellationToken) ?? throw await EndedAsync();
            var parsed = ProcessProtocol.Parse(line);
            if (ProcessProtocol.TypeOf(parsed) == ProcessProtocol.Log) WriteLog(parsed);
            // Lines about an earlier message are what the host did not wait for, since it gave that message up.
            else if (parsed.GetValueOrDefault("seq") is not long sequence || sequence >= _sequence) return parsed;
        }
    }

    async Task<byte[]?> ReadLineAsync(CancellationToken cancellationToken)
    {
        try
        {
            var line = _output!.ReadAsync(cancellationToken);
            return line.IsCompleted ? await line : await LineOrEndAsync(line.AsTask());
        }
        catch (OperationCanceledException)
        {
            // Half an answer is of no use, and the next message must not read the rest of this one.
            Kill();
            throw;
        }
    }

    /// <summary>A child of the process may hold its output open for ever: the end of the process ends the reading too.</summary>
    async Task<byte[]?> LineOrEndAsync(Task<byte[]?> line)
    {
        if (await Task.WhenAny(line, _exited) != line) await Task.WhenAny(line, Task.Delay(StopLimit));
        return line.IsCompleted ? await line : null;
    }

    void WriteLog(OrderedDictionary<string, object?> line)
    {
        var level = ProcessProtocol.Text(line, "level")?.ToUpperInvariant() switch
        {
            "DEBUG" => BotLogLevel.Debug,
            "WARNING" => BotLogLevel.Warning,
            "ERROR" => BotLogLevel.Error,
            "CRITICAL" => BotLogLevel.Critical,
            _ => BotLogLevel.Info,
        };
        log.Write(level, ProcessProtocol.Text(line, "text") ?? "");
    }

    async Task WriteAsync(ReadOnlyMemory<byte> line, CancellationToken cancellationToken)
    {
        var input = _process!.StandardInput.BaseStream;
        try
        {
            await input.WriteAsync(line, cancellationToken);
            await input.FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Half a line cannot be taken back.
            Kill();
            throw;
        }
        catch (IOException)
        {
            throw await EndedAsync();
        }
    }

    async Task<BotProcessEndedException> EndedAsync()
    {
        var process = _process!;
        var isNews = !_endIsKnown;
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // It closed its output without ending: it is of no use any more.
            Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }

        await Task.WhenAny(_errorOutput, Task.Delay(StopLimit));
        var how = process.ExitCode switch
        {
            BotProcessServer.OutOfMemory when start.MemoryLimit > 0 => $"ended since its memory reached process_memory_limit ({start.MemoryLimit} bytes)",
            BotProcessServer.OutOfMemory => "ended since there was no memory left",
            BotProcessServer.BadRequest => "ended since it did not understand a line of the host",
            > 128 and var code => $"was ended by signal {code - 128}",
            var code => $"ended with exit code {code}",
        };
        if (isNews) Ends++;
        _endIsKnown = true;
        LastEnd = $"The process of the bot (pid {process.Id}) {how}.{(_lastErrorLine.Length > 0 ? " It said last: " + _lastErrorLine : "")}";
        return new(LastEnd);
    }

    /// <summary>Ends the process, since it holds what it must not hold any longer. The next message gets a new one.</summary>
    public Task EndAsync() => CleanUpAsync();

    void Kill()
    {
        _endIsKnown = true;
        if (_process is { HasExited: false } running) running.Kill(entireProcessTree: true);
    }

    async Task CleanUpAsync()
    {
        if (_process is null) return;
        Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        await Task.WhenAny(_errorOutput, Task.Delay(StopLimit));
        _process.Dispose();
        _process = null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false } running)
        {
            using var limit = new CancellationTokenSource(StopLimit);
            try
            {
                await WriteNotesAsync(limit.Token);
                await WriteAsync(ProcessProtocol.Line(ProcessProtocol.Stop), limit.Token);
                running.StandardInput.Close();
                await running.WaitForExitAsync(limit.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or BotProcessEndedException or IOException)
            {
                log.Warning($"The process of the bot (pid {running.Id}) did not stop within {StopLimit.TotalSeconds:0} s and is killed.");
            }
        }

        await CleanUpAsync();
    }
}
