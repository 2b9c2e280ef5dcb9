using System.Diagnostics;
using System.Threading.Channels;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Processes;

/// <summary>
/// The other side: runs one bot in this process for a host that speaks to it over standard input and output. What the
/// bot prints must not get between the lines of the protocol, so the caller hands in a stream that is not
/// <see cref="Console.Out"/>.
/// </summary>
/// <param name="create">Makes the bot that the first line asks for.</param>
/// <param name="input">Lines from the host.</param>
/// <param name="output">Lines to the host.</param>
/// <param name="complaints">Where is said why the process ends; the host puts it into the bot's log.</param>
sealed class BotProcessServer(Func<OrderedDictionary<string, object?>, IBotLog, Task<ServedBot>> create, Stream input, Stream output, TextWriter complaints) : IEmitter, IRowEmitter, IBotLog
{
    /// <summary>Exit code of a process that ran out of memory.</summary>
    public const int OutOfMemory = 70;

    /// <summary>Exit code of a process that its host spoke to in a way it does not understand.</summary>
    public const int BadRequest = 76;

    readonly Lock _writing = new();
    readonly Channel<OrderedDictionary<string, object?>> _requests = Channel.CreateUnbounded<OrderedDictionary<string, object?>>(new() { SingleReader = true, SingleWriter = true });
    readonly CancellationTokenSource _hostGone = new();

    /// <summary>For each message since the last commit, what the bot's cache had changed before it.</summary>
    readonly List<int> _marks = [];
    long _sequence;

    /// <summary>Runs until the host says stop or goes away.</summary>
    /// <returns>The exit code: 0, 1 when the bot could not start, <see cref="BadRequest"/> or <see cref="OutOfMemory"/>.</returns>
    public async Task<int> RunAsync()
    {
        try
        {
            return await RunBotAsync();
        }
        catch (OutOfMemoryException)
        {
            // What the bot holds it would hold for all later messages too; a new process begins without it.
            return OutOfMemory;
        }
        catch (Exception e) when (BadRequestIn(e) is not null)
        {
            // What was asked before is answered. What the line was about nobody knows; the host sends it to a new process.
            await complaints.WriteLineAsync(BadRequestIn(e)!.Message);
            return BadRequest;
        }
    }

    static ProcessProtocolException? BadRequestIn(Exception error) => (error is ChannelClosedException ? error.InnerException : error) as ProcessProtocolException;

    async Task<int> RunBotAsync()
    {
        var reading = Task.Run(ReadRequestsAsync);
        var init = await _requests.Reader.ReadAsync();
        ServedBot served;
        try
        {
            served = await create(init, this);
            await served.Bot.StartAsync(_hostGone.Token);
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            Write(ProcessProtocol.Line(ProcessProtocol.Error, ("error", e is ConfigurationException ? e.Message : e.ToString())));
            return 1;
        }

        await using (served.Bot)
        {
            Write(ProcessProtocol.Line(ProcessProtocol.Ready, ("protocol", ProcessProtocol.Version)));
            await foreach (var request in _requests.Reader.ReadAllAsync())
            {
                if (ProcessProtocol.TypeOf(request) == ProcessProtocol.Stop) break;
                if (!TakeNote(served, request)) await HandleAsync(served, request);
            }
        }

        Write(ProcessProtocol.Line(ProcessProtocol.Stopped));
        await reading.WaitAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    /// <summary>Reads on a task of its own: when the host goes away while the bot is busy, the process must end all the same.</summary>
    async Task ReadRequestsAsync()
    {
        var lines = new LineReader(input);
        while (await ReadLineAsync(lines) is { } line)
        {
            try
            {
                _requests.Writer.TryWrite(ProcessProtocol.Parse(line));
            }
            catch (ProcessProtocolException e)
            {
                // The lines behind it are only read for their end: the host is to be missed also by a bot that is busy.
                _requests.Writer.TryComplete(e);
            }
        }

        _requests.Writer.TryComplete();
        await _hostGone.CancelAsync();
        // A bot that does not react would outlive its host.
        await Task.Delay(TimeSpan.FromSeconds(2));
        Process.GetCurrentProcess().Kill();
    }

    /// <returns>Null at the end, also where it is an error: there is nobody left to be told.</returns>
    static async ValueTask<byte[]?> ReadLineAsync(LineReader lines)
    {
        try
        {
            return await lines.ReadAsync(CancellationToken.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <returns>Whether the line only told what became of earlier messages.</returns>
    bool TakeNote(ServedBot served, OrderedDictionary<string, object?> line)
    {
        switch (ProcessProtocol.TypeOf(line))
        {
            case ProcessProtocol.Committed:
                _marks.Clear();
                CompleteStep(served);
                return true;
            case ProcessProtocol.Forget:
                var keep = line.GetValueOrDefault("keep") is long number ? (int)number : 0;
                if (keep >= _marks.Count) return true;
                served.Step?.AbandonSince(_marks[keep]);
                _marks.RemoveRange(keep, _marks.Count - keep);
                return true;
            default:
                return false;
        }
    }

    void CompleteStep(ServedBot served)
    {
        try
        {
            served.Step?.Complete();
        }
        catch (IOException e)
        {
            // The messages are committed: ending here would make the next one fail, which is not to blame.
            ((IBotLog)this).Error("The cache could not be written: what the bot remembers of now is forgotten with its next start.", e);
        }
    }

    async Task HandleAsync(ServedBot served, OrderedDictionary<string, object?> request)
    {
        var bot = served.Bot;
        _marks.Add(served.Step?.Mark() ?? 0);
        _sequence = request.GetValueOrDefault("seq") is long sequence ? sequence : 0;
        try
        {
            if (bot is Collector collector) await CollectAsync(collector);
            else
                foreach (var message in request.GetValueOrDefault("messages") as List<object?> ?? [])
                    await HandleMessageAsync(served, (OrderedDictionary<string, object?>)message!);
            if (bot is Output output && !await FlushAsync(output)) return;
            Write(ProcessProtocol.Line(ProcessProtocol.Result, ("seq", _sequence)));
        }
        catch (Exception e) when (e is not OutOfMemoryException && !_hostGone.IsCancellationRequested)
        {
            Write(ProcessProtocol.Line(ProcessProtocol.Result, ("seq", _sequence), ("error", TextOf(e)), ("kind", KindOf(e))));
        }
    }

    /// <summary>The bot may still hold the message when its flush failed: with the message it must not write that too.</summary>
    async Task<bool> FlushAsync(Output output)
    {
        try
        {
            await output.FlushAsync(_hostGone.Token);
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException && !_hostGone.IsCancellationRequested)
        {
            Write(ProcessProtocol.Line(ProcessProtocol.Result, ("seq", _sequence), ("error", TextOf(e)), ("kind", KindOf(e)), ("renew", true)));
            return false;
        }
    }

    static string TextOf(Exception error) => error is ConfigurationException or TransientException or InvalidMessageException ? error.Message : error.ToString();

    static string KindOf(Exception error) => error switch
    {
        ConfigurationException => "configuration",
        TransientException => "transient",
        InvalidMessageException => "message",
        _ => "other",
    };

    async Task HandleMessageAsync(ServedBot served, OrderedDictionary<string, object?> map)
    {
        var message = JsonForm.FromMap(map, served.Bot.Context.Format);
        if (message is Report report) report.CopiedFields = served.CopiedFields;
        switch (served.Bot)
        {
            case Expert expert:
                await expert.ProcessAsync(message, this, _hostGone.Token);
                break;
            case Parser parser:
                await parser.ParseAsync(message as Report ?? throw new InvalidMessageException("A parser takes reports, but this message is an event."), this, _hostGone.Token);
                break;
            case Output output:
                await output.WriteAsync(message, _hostGone.Token);
                break;
        }
    }

    async Task CollectAsync(Collector collector)
    {
        await foreach (var report in collector.CollectAsync(_hostGone.Token))
        {
            Write(ProcessProtocol.MessageLine(ProcessProtocol.Emit, _sequence, path: null, report));
            // The collector may go on (and delete what it read) only when the host has the report.
            var answer = await _requests.Reader.ReadAsync(_hostGone.Token);
            if (ProcessProtocol.TypeOf(answer) != ProcessProtocol.Safe) throw new OperationCanceledException("The host stops the collector.");
        }
    }

    ValueTask IEmitter.SendAsync(Message message, string path, bool optional, CancellationToken cancellationToken)
    {
        if (!optional)
        {
            Write(ProcessProtocol.MessageLine(ProcessProtocol.Emit, _sequence, path, message));
            return default;
        }

        Write(ProcessProtocol.Line(ProcessProtocol.Emit, ("seq", _sequence), ("path", path), ("optional", true), ("message", PythonJsonReader.Parse(JsonForm.Write(message)))));
        return default;
    }

    ValueTask IRowEmitter.SendAsync(Event e, CancellationToken cancellationToken)
    {
        Write(ProcessProtocol.MessageLine(ProcessProtocol.Emit, _sequence, path: null, e));
        return default;
    }

    ValueTask IRowEmitter.FailAsync(ReadOnlyMemory<byte> raw, Exception error, CancellationToken cancellationToken)
    {
        Write(ProcessProtocol.Line(ProcessProtocol.FailedRow, ("seq", _sequence), ("raw", Convert.ToBase64String(raw.Span)), ("error", error.ToString())));
        return default;
    }

    bool IBotLog.IsEnabled(BotLogLevel level) => true;

    void IBotLog.Write(BotLogLevel level, string message, Exception? error) =>
        Write(ProcessProtocol.Line(ProcessProtocol.Log, ("level", level.ToString()), ("text", error is null ? message : $"{message}\n{error}")));

    void Write(ReadOnlyMemory<byte> line)
    {
        lock (_writing)
        {
            output.Write(line.Span);
            output.Flush();
        }
    }
}

/// <summary>A bot that runs for a host in another process.</summary>
/// <param name="Bot">The bot, with its context.</param>
/// <param name="CopiedFields">Fields of a report that its events get: <c>copy_collector_provided_fields</c>.</param>
/// <param name="Step">What holds only when the host has committed; null for a bot without a cache.</param>
sealed record ServedBot(Bot Bot, IReadOnlyList<Field> CopiedFields, IStepParticipant? Step);
