using System.Diagnostics;
using System.Text;
using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Leases messages in batches, hands them to a bot one by one, and commits what came of them in one step.</summary>
abstract class Worker : IAsyncDisposable
{
    /// <summary>Most messages leased at once: enough that the cost of a commit does not matter, few enough to be done soon.</summary>
    const int MostLeased = 512;

    /// <summary>
    /// A step is committed when it has grown to this size, also in the middle of a large report. With what a receive hands out
    /// it is what a worker adds to the memory that the queues may take.
    /// </summary>
    const int MostSends = 2048;
    const long MostBytes = 2 * 1024 * 1024;

    /// <summary>A slow bot commits what it has after this time, so that the next bot need not wait for a whole batch.</summary>
    static readonly long MostTicks = Stopwatch.Frequency / 4;

    /// <summary>How long a stopping bot may take to commit what it has done.</summary>
    static readonly TimeSpan GraceTime = TimeSpan.FromSeconds(5);

    /// <summary>A scheduled bot whose queue has been empty for so long is done.</summary>
    static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(1);

    readonly StepCommitter _committer;
    readonly FailedMessages _failed;
    IReceiver? _receiver;
    Step? _step;
    long _begun;
    int _cacheMark;

    // Set by another thread than the worker's when it is abandoned: its messages belong to somebody else then.
    volatile bool _disposed;

    protected Worker(WorkerSetting setting)
    {
        Setting = setting;
        _committer = new StepCommitter(setting, Activity);
        _failed = new FailedMessages(setting, Activity);
    }

    protected WorkerSetting Setting { get; }

    protected IBotLog Log => Setting.Context.Log;

    protected Step Step => _step!;

    /// <summary>What it is doing.</summary>
    public WorkerActivity Activity { get; } = new();

    protected bool IsScheduled => Setting.Settings.RunMode == RunMode.Scheduled;

    /// <summary>Runs until cancelled; in scheduled mode until there is nothing left to do.</summary>
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
        if (Setting.SourceQueue is null || _step is null || Step.IsEmpty) return;
        var count = Step.Finished;
        using var grace = new CancellationTokenSource(GraceTime, Setting.Context.Time);
        try
        {
            await CommitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            Log.Warning($"The bot was stopped before {count} messages could be committed; they are processed again after the next start.");
        }
    }

    protected virtual async Task LoopAsync(CancellationToken cancellationToken)
    {
        _receiver = await Setting.SourceBroker.SubscribeAsync(Setting.SourceQueue!, cancellationToken);
        _step = new Step(Setting.Routes, Setting.DestinationBroker.WireForm, _receiver);
        var most = Setting.Settings.RateLimit > TimeSpan.Zero && !IsScheduled ? 1 : MostLeased;
        while (await ReceiveAsync(_receiver, most, cancellationToken) is { Count: > 0 } deliveries)
        {
            _begun = Stopwatch.GetTimestamp();
            for (var i = 0; i < deliveries.Count; i++)
            {
                await HandleAsync(deliveries[i], cancellationToken);
                if (IsLargeOrOld) await CommitAsync(cancellationToken);
            }

            await CommitAsync(cancellationToken);
            Activity.Rest();
            if (most == 1) await RestAsync(Setting.Settings.RateLimit, cancellationToken);
        }

        Log.Info("Shutting down scheduled bot.");
    }

    bool IsLargeOrOld => Step.Size >= MostSends || Step.Bytes >= MostBytes || Stopwatch.GetTimestamp() - _begun > MostTicks;

    /// <returns>Nothing when the queue of a scheduled bot is empty.</returns>
    async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(IReceiver receiver, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var deliveries = IsScheduled
                    ? await ReceiveSoonAsync(receiver, most, cancellationToken)
                    : await receiver.ReceiveAsync(most, cancellationToken);
                Activity.GoOn();
                return deliveries;
            }
            catch (BrokerException e)
            {
                await _committer.WaitForBrokerAsync(e, cancellationToken);
            }
        }
    }

    async Task<IReadOnlyList<Delivery>> ReceiveSoonAsync(IReceiver receiver, int most, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(LongestIdle, Setting.Context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, idle.Token);
        try
        {
            return await receiver.ReceiveAsync(most, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return [];
        }
    }

    /// <summary>Has one message handled to its end, whatever that takes; what came of it is in the step then, or committed.</summary>
    protected async Task HandleAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Step.Begin(delivery);
            _cacheMark = Setting.Cache?.Mark() ?? 0;
            Activity.Begin();
            try
            {
                await ProcessAsync(delivery.Body, cancellationToken);
                Step.Finish();
                Activity.GoOn();
                OnFinished(delivery);
                return;
            }
            catch (Exception e)
            {
                TakeBack();
                // Whatever a bot throws because it is stopped says nothing about the message.
                cancellationToken.ThrowIfCancellationRequested();
                if (await FailAsync(delivery, e, ++failures, cancellationToken)) return;
            }
        }
    }

    void TakeBack()
    {
        Step.TakeBack();
        Setting.Cache?.AbandonSince(_cacheMark);
    }

    /// <summary>Hands one message to the bot.</summary>
    protected abstract ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken);

    /// <summary>Called when the bot has done with a message and before that is committed.</summary>
    protected virtual void OnFinished(in Delivery delivery)
    {
    }

    /// <summary>Called before a step is committed. When it returns, what is in the step may be acknowledged.</summary>
    protected virtual ValueTask BeforeCommitAsync(CancellationToken cancellationToken) => default;

    protected Message Decode(ReadOnlyMemory<byte> body) =>
        !body.IsEmpty && body.Span[0] <= BinaryForm.ReportKind
            ? BinaryForm.Read(body, Setting.Context.Format)
            : JsonForm.Read(body, Setting.Context.Format);

    /// <returns>True when the message is done with, false when it is to be tried again.</returns>
    async Task<bool> FailAsync(Delivery delivery, Exception error, int failures, CancellationToken cancellationToken)
    {
        var judgement = FailureRules.Judge(error, failures, Setting.Settings);
        LogFailure(judgement.Text, error, delivery.Body);
        // What was done before this message must not wait for its retries.
        await CommitAsync(cancellationToken);
        switch (judgement.Remedy)
        {
            case Remedy.Stop:
                throw new BotStoppedException(error is OutOfMemoryException ? "Memory ran out while the bot had a message in hand." : error.Message, error);
            case Remedy.Retry:
                await WaitToRetryAsync(error, judgement.Delay, cancellationToken);
                return false;
            default:
                await SetAsideAsync(delivery, error, cancellationToken);
                return true;
        }
    }

    protected async Task WaitToRetryAsync(Exception error, TimeSpan delay, CancellationToken cancellationToken)
    {
        Setting.Counters.Retried();
        Activity.WaitToRetry(error.Message, delay);
        Log.Info($"Bot will continue in {delay.TotalSeconds:0.###} seconds.");
        await RestAsync(delay, cancellationToken);
    }

    async Task SetAsideAsync(Delivery delivery, Exception error, CancellationToken cancellationToken)
    {
        Setting.Counters.Failed();
        await DumpAsync(delivery.Body, error, cancellationToken);
        Step.Begin(delivery);
        if (Setting.Routes.Find(QueuePath.OnError) is { } onError) Step.SendBytes(_failed.ForDestination(delivery.Body), onError);
        Step.Finish();
        await CommitAsync(cancellationToken);
        if (Setting.Settings.ErrorProcedure == ErrorProcedure.Stop)
            throw new BotStoppedException($"A message failed for good and error_procedure is stop: {error.Message}", error);
    }

    protected ValueTask DumpAsync(ReadOnlyMemory<byte> body, Exception error, CancellationToken cancellationToken) => _failed.DumpAsync(body, error, cancellationToken);

    protected void LogFailure(string text, Exception error, ReadOnlyMemory<byte>? body = null)
    {
        Log.Write(BotLogLevel.Error, Setting.Settings.ErrorLogException ? text : $"{error.Message}\n{text}", Setting.Settings.ErrorLogException ? error : null);
        if (Setting.Settings.ErrorLogMessage && body is { } shown) Log.Info($"Current Message: {Encoding.UTF8.GetString(_failed.Readable(shown).Span)}.");
    }

    /// <summary>Commits what is done. Waits for as long as a queue is full or the disk is.</summary>
    protected async Task CommitAsync(CancellationToken cancellationToken)
    {
        if (Step.IsEmpty) return;
        // An abandoned bot that wakes up: others have its messages now.
        if (_disposed) throw new OperationCanceledException($"The worker {Setting.Id} was abandoned.");

        await BeforeCommitAsync(cancellationToken);
        if (Step.IsEmpty) return;
        await _committer.CommitAsync(Step, cancellationToken);
        _cacheMark = 0;
        _begun = Stopwatch.GetTimestamp();
    }

    /// <summary>Commits a part of what the message in hand makes, if that has become much.</summary>
    protected ValueTask CommitPartIfLargeAsync(CancellationToken cancellationToken) =>
        Step.Size < MostSends && Step.Bytes < MostBytes ? default : CommitPartAsync(cancellationToken);

    async ValueTask CommitPartAsync(CancellationToken cancellationToken)
    {
        Step.EndPart();
        await CommitAsync(cancellationToken);
    }

    protected Task RestAsync(TimeSpan time, CancellationToken cancellationToken) => Task.Delay(time, Setting.Context.Time, cancellationToken);

    protected void UseStep(Step step) => _step = step;

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        Setting.Cache?.Close();
        if (_receiver is not null) await _receiver.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
