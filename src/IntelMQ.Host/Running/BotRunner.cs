using System.Diagnostics;
using IntelMQ.Configuration;
using IntelMQ.Host.Statistics;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Keeps one bot running: starts its workers, starts them again after a crash, stops them, and says how it is.</summary>
/// <param name="configuration">The bot's.</param>
/// <param name="factory">Makes it.</param>
/// <param name="time">The clock.</param>
/// <param name="abandoned">What an earlier runner of the bot has left behind; null for nothing.</param>
sealed class BotRunner(BotConfiguration configuration, BotFactory factory, TimeProvider time, AbandonedRuns? abandoned = null) : IAsyncDisposable
{
    static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);
    static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(1);

    /// <summary>A bot that ran this long before it crashed starts over with the shortest back-off.</summary>
    static readonly TimeSpan Healthy = TimeSpan.FromMinutes(5);

    /// <summary>A bot that is busy with one message for longer is shown as hanging.</summary>
    static readonly TimeSpan HangingAfter = TimeSpan.FromSeconds(30);

    /// <summary>How long a bot may take to stop before its worker is abandoned.</summary>
    static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    CancellationTokenSource? _stop;
    Task _running = Task.CompletedTask;
    RunningBot? _bot;
    BotState _state = BotState.Stopped;
    string? _reason;
    DateTimeOffset? _started;
    int _restarts;

    public BotConfiguration Configuration { get; } = configuration;

    public BotCounters Counters { get; } = new();

    /// <summary>Runs that were given up and whose code has not returned.</summary>
    public AbandonedRuns Abandoned { get; } = abandoned ?? new();

    /// <summary>Ends when the bot has stopped for whatever reason.</summary>
    public Task Completion => _running;

    public BotStatus Status
    {
        get
        {
            lock (_lock)
            {
                var state = _state;
                var reason = (state is BotState.Running or BotState.Starting ? Hindrance() ?? _bot?.LastProcessEnd : _reason) ?? Abandoned.Text;
                return new(
                    Configuration.Id, Configuration.Module, state, Configuration.Enabled, reason, _bot?.Package, _started, _restarts + (_bot?.ProcessEnds ?? 0), Counters.Values, Abandoned.Count);
            }
        }
    }

    string? Hindrance()
    {
        foreach (var worker in _bot?.Workers ?? [])
        {
            if (worker.Activity.Hindrance is { } hindrance) return hindrance;
            var since = worker.Activity.BusySince;
            if (since != 0 && Stopwatch.GetElapsedTime(since) is var busy && busy > HangingAfter)
                return $"One message has kept the bot busy for {busy.TotalSeconds:0} s; it seems to hang.";
        }

        return null;
    }

    /// <summary>Starts the bot unless it runs. Whether it came up is told by <see cref="Status"/>.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_state is BotState.Starting or BotState.Running or BotState.BackingOff or BotState.Stopping) return;
            _stop = new CancellationTokenSource();
            _restarts = 0;
            SetState(_stop, BotState.Starting, null);
            var run = _stop;
            _running = Task.Run(() => KeepRunningAsync(run, run.Token), CancellationToken.None);
        }
    }

    async Task KeepRunningAsync(CancellationTokenSource run, CancellationToken cancellationToken)
    {
        var backOff = FirstBackOff;
        while (true)
        {
            var begun = time.GetTimestamp();
            try
            {
                await RunOnceAsync(run, cancellationToken);
                SetState(run, BotState.Finished, null);
                return;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                SetState(run, BotState.Stopped, null);
                return;
            }
            catch (Exception e) when (cancellationToken.IsCancellationRequested)
            {
                factory.Log(Configuration).Warning($"The bot failed while it was stopped; what it had not done is in its queue: {e.Message}");
                SetState(run, BotState.Stopped, $"It failed while it was stopped: {e.Message}");
                return;
            }
            catch (Exception e) when (e is BotStoppedException or ConfigurationException)
            {
                factory.Log(Configuration).Write(BotLogLevel.Critical, e.Message, e is BotStoppedException ? e.InnerException : null);
                SetState(run, BotState.Failed, e.Message);
                return;
            }
            catch (Exception e)
            {
                if (time.GetElapsedTime(begun) > Healthy) backOff = FirstBackOff;
                factory.Log(Configuration).Write(BotLogLevel.Error, $"The bot crashed and is started again in {backOff.TotalSeconds:0} s.", e);
                SetState(run, BotState.BackingOff, $"It crashed: {e.Message} Next start in {backOff.TotalSeconds:0} s.");
            }

            try
            {
                await Task.Delay(backOff, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                SetState(run, BotState.Stopped, null);
                return;
            }

            backOff = backOff * 2 < LongestBackOff ? backOff * 2 : LongestBackOff;
            lock (_lock) _restarts++;
        }
    }

    async Task RunOnceAsync(CancellationTokenSource run, CancellationToken cancellationToken)
    {
        SetState(run, BotState.Starting, null);
        var bot = await factory.CreateAsync(Configuration, Counters, cancellationToken);
        try
        {
            lock (_lock)
            {
                // Abandoned while it was made: what is shown is another run's.
                cancellationToken.ThrowIfCancellationRequested();
                _bot = bot;
                _started = time.GetUtcNow();
            }

            await bot.StartAsync(cancellationToken);
            SetState(run, BotState.Running, null);
            factory.Log(Configuration).Write(BotLogLevel.Info, $"The bot has started: {Configuration.Module} of {bot.Package}.");
            await bot.RunAsync(cancellationToken);
        }
        finally
        {
            await bot.DisposeAsync();
        }
    }

    void SetState(CancellationTokenSource run, BotState state, string? reason)
    {
        lock (_lock)
        {
            // An abandoned run may end long after the next one has begun; it has no say any more.
            if (run != _stop) return;
            _state = state;
            _reason = reason;
        }
    }

    /// <summary>
    /// Stops the bot: what it has done is committed, what it has not goes back to the queue. A bot that does not react
    /// in time is abandoned; whatever it still does can no longer be committed.
    /// </summary>
    public async Task StopAsync()
    {
        Task running;
        CancellationTokenSource? stop;
        lock (_lock)
        {
            if (_state is BotState.Stopped or BotState.Failed or BotState.Finished) return;
            _state = BotState.Stopping;
            running = _running;
            stop = _stop;
        }

        // Code of the bot may be called by the cancellation, and is as little to be waited for as its other code.
        if (stop is not null) _ = CancelAsync(stop);
        if (await Task.WhenAny(running, Task.Delay(StopLimit, time)) == running) return;

        lock (_lock)
        {
            if (stop != _stop) return;
            (_state, _reason, _stop) = (BotState.Stopped, null, null);
        }

        Abandoned.Add(running);
        var bot = _bot;
        if (bot is not null) await bot.AbandonAsync();
        factory.Log(Configuration).Write(BotLogLevel.Error, $"The bot did not stop within {StopLimit.TotalSeconds:0} s and was abandoned; its messages are back in the queue. Its code still has a thread of the host.");
    }

    async Task CancelAsync(CancellationTokenSource stop)
    {
        try
        {
            await stop.CancelAsync();
        }
        catch (AggregateException e)
        {
            factory.Log(Configuration).Error("Code of the bot that was to hear of the stop failed.", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        if (_running.IsCompleted) _stop?.Dispose();
    }
}
