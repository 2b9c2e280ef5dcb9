using System.Diagnostics;
using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Host.Dumps;
using IntelMQ.Host.Statistics;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>What a worker needs besides the bot itself.</summary>
/// <param name="Id">The bot's key, with <c>.N</c> behind it when there are several workers.</param>
/// <param name="Settings">The bot's settings.</param>
/// <param name="SourceQueue">Queue to read; null for a collector.</param>
/// <param name="SourceBroker">Where it is.</param>
/// <param name="DestinationBroker">Where the bot sends to.</param>
/// <param name="Routes">What it sends to.</param>
/// <param name="Context">What the bot sees.</param>
/// <param name="Dump">Where failed messages go.</param>
/// <param name="Counters">What the bot's workers count into.</param>
/// <param name="Cache">The bot's cache session, to be completed with each step; null if the bot uses none.</param>
sealed record WorkerSetting(
    string Id,
    BotSettings Settings,
    string? SourceQueue,
    IBroker SourceBroker,
    IBroker DestinationBroker,
    Routes Routes,
    BotContext Context,
    DumpFile Dump,
    BotCounters Counters,
    IStepParticipant? Cache);

/// <summary>Something whose changes hold only if the step they were made in is committed.</summary>
interface IStepParticipant
{
    /// <summary>A place to go back to.</summary>
    int Mark();

    /// <summary>Undoes what was changed since a mark: the message that it was done for failed.</summary>
    void AbandonSince(int mark);

    /// <summary>The step is committed.</summary>
    void Complete();

    /// <summary>The step will not be committed.</summary>
    void Abandon();
}

/// <summary>The bot ends; the reason is for the operator.</summary>
sealed class BotStoppedException(string reason, Exception? cause) : Exception(reason, cause);

/// <summary>Leases messages in batches, hands them to a bot one by one, and commits what came of them in one step.</summary>
abstract class Worker(WorkerSetting setting) : IAsyncDisposable
{
    /// <summary>Most messages leased at once: enough that the cost of a commit does not matter, few enough to be done soon.</summary>
    const int MostLeased = 512;

    /// <summary>A step is committed when it has grown to this size, also in the middle of a large report.</summary>
    const int MostSends = 2048;
    const long MostBytes = 4 * 1024 * 1024;

    /// <summary>A slow bot commits what it has after this time, so that the next bot need not wait for a whole batch.</summary>
    static readonly long MostTicks = Stopwatch.Frequency / 4;

    /// <summary>A commit that takes longer waits for room, which the status shows.</summary>
    static readonly TimeSpan LongCommit = TimeSpan.FromSeconds(1);

    /// <summary>How long a stopping bot may take to commit what it has done.</summary>
    static readonly TimeSpan GraceTime = TimeSpan.FromSeconds(5);

    IReceiver? _receiver;
    Step? _step;
    long _received;
    long _begun;
    int _cacheMark;

    // Set by another thread than the worker's when it is abandoned: its messages belong to somebody else then.
    volatile bool _disposed;

    protected WorkerSetting Setting => setting;

    protected IBotLog Log => setting.Context.Log;

    protected Step Step => _step!;

    /// <summary>When the message in hand was begun, as a timestamp of <see cref="Stopwatch"/>; 0 when idle.</summary>
    public long BusySince { get; private set; }

    /// <summary>What hinders the worker at present, a sentence; null when nothing does.</summary>
    public string? Hindrance { get; protected set; }

    /// <summary>Runs until cancelled.</summary>
    /// <exception cref="BotStoppedException">The bot cannot go on.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LoopAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (!_disposed) await CommitRestAsync();
            throw;
        }
    }

    /// <summary>What is done when the bot is stopped is committed, so that an output does not write it a second time.</summary>
    async Task CommitRestAsync()
    {
        // A collector that is not told that its report is safe collects it again: the report must not be there twice.
        if (setting.SourceQueue is null || _step is null || Step.IsEmpty) return;
        using var grace = new CancellationTokenSource(GraceTime, setting.Context.Time);
        try
        {
            await CommitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            Log.Warning($"The bot was stopped before {Step.Size} messages could be committed; they are processed again after the next start.");
        }
    }

    protected virtual async Task LoopAsync(CancellationToken cancellationToken)
    {
        _receiver = await setting.SourceBroker.SubscribeAsync(setting.SourceQueue!, cancellationToken);
        _step = new Step(setting.Routes, setting.DestinationBroker.WireForm, _receiver);
        var most = setting.Settings.RateLimit > TimeSpan.Zero ? 1 : MostLeased;
        while (true)
        {
            var deliveries = await ReceiveAsync(_receiver, most, cancellationToken);
            _begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < deliveries.Count; i++)
            {
                await HandleAsync(deliveries[i], cancellationToken);
                if (IsLargeOrOld) await CommitAsync(cancellationToken);
            }

            await CommitAsync(cancellationToken);
            BusySince = 0;
            if (setting.Settings.RunMode == RunMode.Scheduled) return;
            if (setting.Settings.RateLimit > TimeSpan.Zero) await RestAsync(setting.Settings.RateLimit, cancellationToken);
        }
    }

    bool IsLargeOrOld => Step.Size >= MostSends || Step.Bytes >= MostBytes || Stopwatch.GetTimestamp() - _begun > MostTicks;

    async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(IReceiver receiver, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var deliveries = await receiver.ReceiveAsync(most, cancellationToken);
                Hindrance = null;
                return deliveries;
            }
            catch (BrokerException e)
            {
                await WaitForBrokerAsync(e, cancellationToken);
            }
        }
    }

    async Task HandleAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step.Begin(delivery);
            _cacheMark = setting.Cache?.Mark() ?? 0;
            BusySince = Stopwatch.GetTimestamp();
            try
            {
                await ProcessAsync(delivery.Body, cancellationToken);
                Step.Finish();
                _received++;
                Hindrance = null;
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                TakeBack();
                throw;
            }
            catch (Exception e)
            {
                TakeBack();
                if (await FailAsync(delivery, e, ++failures, cancellationToken)) return;
            }
        }
    }

    void TakeBack()
    {
        Step.TakeBack();
        setting.Cache?.AbandonSince(_cacheMark);
    }

    /// <summary>Hands one message to the bot.</summary>
    protected abstract ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Called before a step is committed.</summary>
    protected virtual ValueTask BeforeCommitAsync(CancellationToken cancellationToken) => default;

    protected Message Decode(ReadOnlyMemory<byte> body) =>
        !body.IsEmpty && body.Span[0] <= BinaryForm.ReportKind
            ? BinaryForm.Read(body, setting.Context.Format)
            : JsonForm.Read(body, setting.Context.Format);

    /// <returns>True when the message is done with, false when it is to be tried again.</returns>
    async Task<bool> FailAsync(Delivery delivery, Exception error, int failures, CancellationToken cancellationToken)
    {
        var judgement = FailureRules.Judge(error, failures, setting.Settings);
        LogFailure(judgement.Text, error, delivery);
        // What was done before this message must not wait for its retries.
        await CommitAsync(cancellationToken);
        switch (judgement.Remedy)
        {
            case Remedy.Stop:
                throw new BotStoppedException(error is OutOfMemoryException ? "Memory ran out while the bot had a message in hand." : error.Message, error);
            case Remedy.Retry:
                setting.Counters.Retried();
                Hindrance = $"{error.Message} Trying again every {judgement.Delay.TotalSeconds:0.#} s.";
                Log.Info($"Bot will continue in {judgement.Delay.TotalSeconds:0.###} seconds.");
                BusySince = 0;
                await RestAsync(judgement.Delay, cancellationToken);
                return false;
            default:
                await SetAsideAsync(delivery, error, cancellationToken);
                return true;
        }
    }

    async Task SetAsideAsync(Delivery delivery, Exception error, CancellationToken cancellationToken)
    {
        setting.Counters.Failed();
        await DumpAsync(delivery.Body, error, cancellationToken);
        Step.Begin(delivery);
        if (setting.Routes.Find(QueuePath.OnError) is { } onError) Step.SendBytes(Transcoded(delivery.Body), onError);
        Step.Finish();
        _received++;
        await CommitAsync(cancellationToken);
        if (setting.Settings.ErrorProcedure == ErrorProcedure.Stop)
            throw new BotStoppedException($"A message failed for good and error_procedure is stop: {error.Message}", error);
    }

    protected async ValueTask DumpAsync(ReadOnlyMemory<byte> body, Exception error, CancellationToken cancellationToken)
    {
        if (!setting.Settings.ErrorDumpMessage)
        {
            Log.Warning("Message will be removed from the pipeline and not dumped to the disk. Set `error_dump_message` to true to save the message on disk.");
            return;
        }

        // A message that can neither be handled nor dumped stays where it is until there is room for it.
        while (true)
        {
            try
            {
                Log.Info("Dumping message to dump file.");
                await setting.Dump.AppendAsync(setting.SourceQueue ?? "", DumpedMessage(body), error, cancellationToken);
                return;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Hindrance = $"The dump file cannot be written: {e.Message}";
                Log.Write(BotLogLevel.Error, $"The dump file cannot be written; the message waits: {e.Message}");
                await RestAsync(setting.Settings.ErrorRetryDelay, cancellationToken);
            }
        }
    }

    /// <summary>The wire form of the original, whatever the broker carries; bytes that are no message as they are.</summary>
    ReadOnlyMemory<byte> DumpedMessage(ReadOnlyMemory<byte> body)
    {
        try
        {
            return body.Span is [<= BinaryForm.ReportKind, ..] ? JsonForm.Write(BinaryForm.Read(body, setting.Context.Format)) : body;
        }
        catch (InvalidMessageException)
        {
            return body;
        }
    }

    /// <summary>The message in the form of the destination, when source and destination are on different brokers.</summary>
    ReadOnlyMemory<byte> Transcoded(ReadOnlyMemory<byte> body)
    {
        if (setting.SourceBroker.WireForm == setting.DestinationBroker.WireForm) return body;
        if (setting.DestinationBroker.WireForm == WireForm.Json) return DumpedMessage(body);
        return body;
    }

    void LogFailure(string text, Exception error, in Delivery delivery)
    {
        Log.Write(BotLogLevel.Error, setting.Settings.ErrorLogException ? text : $"{error.Message}\n{text}", setting.Settings.ErrorLogException ? error : null);
        if (setting.Settings.ErrorLogMessage) Log.Info($"Current Message: {System.Text.Encoding.UTF8.GetString(DumpedMessage(delivery.Body).Span)}.");
    }

    /// <summary>Commits what is done. Waits for as long as a queue is full or the disk is.</summary>
    protected async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (Step.IsEmpty) return;

        await FlushBotAsync(cancellationToken);
        while (true)
        {
            try
            {
                await CommitAndTellWaitingAsync(cancellationToken);
                break;
            }
            catch (BrokerException e)
            {
                await WaitForBrokerAsync(e, cancellationToken);
            }
        }

        Hindrance = null;
        CompleteCache();
        setting.Counters.Add(_received, Step.Dropped, Step.SentPerPath);
        _received = 0;
        Step.Committed();
        _begun = Stopwatch.GetTimestamp();
    }

    /// <summary>The messages are committed, so that a cache that cannot be written must not make them fail.</summary>
    void CompleteCache()
    {
        _cacheMark = 0;
        try
        {
            setting.Cache?.Complete();
        }
        catch (IOException e)
        {
            Log.Error("The cache could not be written: what the bot remembers of now is forgotten with the next start of the host.", e);
        }
    }

    /// <summary>Lets an output write what it holds; where it cannot write now, until it can.</summary>
    async ValueTask FlushBotAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await BeforeCommitAsync(cancellationToken);
                return;
            }
            catch (TransientException e)
            {
                var delay = e.RetryAfter ?? setting.Settings.ErrorRetryDelay;
                Hindrance = $"{e.Message} Trying again every {delay.TotalSeconds:0.#} s.";
                Log.Write(BotLogLevel.Error, "Something that the bot needs does not answer.", e);
                BusySince = 0;
                await RestAsync(delay, cancellationToken);
            }
        }
    }

    async Task CommitAndTellWaitingAsync(CancellationToken cancellationToken)
    {
        var commit = CommitOnBrokersAsync(cancellationToken);
        try
        {
            await commit.WaitAsync(LongCommit, setting.Context.Time, CancellationToken.None);
        }
        catch (TimeoutException) when (!commit.IsFaulted)
        {
            Hindrance = setting.DestinationBroker.Obstacle ?? setting.SourceBroker.Obstacle ?? $"It waits for room in {string.Join(", ", setting.Routes.Queues)}.";
            await commit;
        }
    }

    async Task CommitOnBrokersAsync(CancellationToken cancellationToken)
    {
        var commit = Step.Commit;
        if (ReferenceEquals(setting.SourceBroker, setting.DestinationBroker) || commit.Source is null)
        {
            await setting.DestinationBroker.CommitAsync(commit, cancellationToken);
            return;
        }

        // Two brokers cannot commit as one: sent first and acknowledged afterwards, a crash in between sends again.
        if (commit.Sends.Count > 0)
        {
            var sends = new Commit();
            foreach (var send in commit.Sends) sends.Send(send.Queue, send.Body);
            await setting.DestinationBroker.CommitAsync(sends, cancellationToken);
            commit.TakeBackSends(0);
        }

        await setting.SourceBroker.CommitAsync(commit, cancellationToken);
    }

    async Task WaitForBrokerAsync(BrokerException error, CancellationToken cancellationToken)
    {
        Hindrance = error.Message;
        Log.Error("Pipeline failed.", error);
        Log.Info($"Bot will continue in {setting.Settings.ErrorRetryDelay.TotalSeconds:0.###} seconds.");
        BusySince = 0;
        await RestAsync(setting.Settings.ErrorRetryDelay, cancellationToken);
    }

    /// <summary>Commits a part of what the message in hand makes, if that has become much.</summary>
    protected async ValueTask CommitPartIfLargeAsync(CancellationToken cancellationToken)
    {
        if (Step.Size < MostSends && Step.Bytes < MostBytes) return;
        Step.EndPart();
        await CommitAsync(cancellationToken);
    }

    protected Task RestAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, setting.Context.Time, cancellationToken);

    protected void UseStep(Step step) => _step = step;

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        setting.Cache?.Abandon();
        if (_receiver is not null) await _receiver.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
