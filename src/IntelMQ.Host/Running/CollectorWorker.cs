using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>What a collector's parameters say about its feed; added to each of its reports.</summary>
sealed record FeedDescription(string? Name, string? Provider, string? Code, string? Documentation, FieldValue Accuracy)
{
    public void AddTo(Report report)
    {
        Add(report, Fields.FeedName, Name);
        Add(report, Fields.FeedCode, Code);
        Add(report, Fields.FeedDocumentation, Documentation);
        Add(report, Fields.FeedProvider, Provider);
        Add(report, Fields.FeedAccuracy, Accuracy);
    }

    static void Add(Report report, Field field, FieldValue value)
    {
        if (!report.Has(field)) report.Add(field, value);
    }
}

/// <summary>Runs a collector: once per <c>rate_limit</c>, each report safe in its queue before the next is asked for.</summary>
sealed class CollectorWorker(Collector bot, WorkerSetting setting, FeedDescription feed) : Worker(setting)
{
    protected override async Task LoopAsync(CancellationToken cancellationToken)
    {
        UseStep(new Step(Setting.Routes, Setting.DestinationBroker.WireForm, source: null));
        // A collector without any pause that finds nothing would keep a core busy.
        var rest = Setting.Settings.RateLimit > TimeSpan.Zero ? Setting.Settings.RateLimit : TimeSpan.FromSeconds(1);
        for (var runs = 0; ; runs++)
        {
            await CollectAsync(cancellationToken);
            if (IsScheduled)
            {
                Log.Info("Shutting down scheduled bot.");
                return;
            }

            // Said once: with a short pause the log would hold little else.
            if (Setting.Settings.RateLimit > TimeSpan.Zero)
                Log.Write(runs == 0 ? BotLogLevel.Info : BotLogLevel.Debug, $"Idling for {rest.TotalSeconds:0.0}s ({DurationText.Of(rest)}) now.");
            await RestAsync(rest, cancellationToken);
        }
    }

    /// <summary>One run, repeated as often as the rules say when it fails.</summary>
    /// <exception cref="BotStoppedException">It failed for good, and the bot is not to go on.</exception>
    async Task CollectAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            try
            {
                await CollectOnceAsync(cancellationToken);
                Setting.Counters.Add(received: 1, dropped: 0, new Dictionary<string, long>());
                Activity.GoOn();
                return;
            }
            catch (Exception e)
            {
                Step.TakeBack();
                // Whatever a bot throws because it is stopped says nothing about its source.
                cancellationToken.ThrowIfCancellationRequested();
                if (await FailAsync(e, ++failures, cancellationToken)) return;
            }
        }
    }

    async Task CollectOnceAsync(CancellationToken cancellationToken)
    {
        await foreach (var report in bot.CollectAsync(cancellationToken).WithCancellation(cancellationToken))
        {
            if (!report.Has(Fields.Raw))
            {
                Log.Warning("Ignoring report without raw field. Possible bug or misconfiguration of this bot.");
                continue;
            }

            feed.AddTo(report);
            Step.Begin(default);
            if (!Step.Send(report, QueuePath.Default)) throw ExpertWorker.UnknownPath(QueuePath.Default, Setting);
            Step.EndReport();
            await CommitAsync(cancellationToken);
        }
    }

    /// <returns>True when the run is given up, false when it is to be tried again.</returns>
    async Task<bool> FailAsync(Exception error, int failures, CancellationToken cancellationToken)
    {
        var judgement = FailureRules.Judge(error, failures, Setting.Settings);
        LogFailure(judgement.Text, error);
        if (judgement.Remedy == Remedy.Retry && failures <= Setting.Settings.ErrorMaxRetries)
        {
            await WaitToRetryAsync(error, judgement.Delay, cancellationToken);
            return false;
        }

        Setting.Counters.Failed();
        if (judgement.Remedy == Remedy.Stop) throw new BotStoppedException(error.Message, error);
        if (IsScheduled) throw new BotStoppedException($"The scheduled run failed for good: {error.Message}", error);
        if (Setting.Settings.ErrorProcedure == ErrorProcedure.Stop)
            throw new BotStoppedException($"A run failed for good and error_procedure is stop: {error.Message}", error);
        Activity.Hinder($"The last run failed: {error.Message}");
        return true;
    }

    protected override ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A collector reads no queue.");
}
