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
        for (var failures = 0; ;)
        {
            try
            {
                await CollectOnceAsync(cancellationToken);
                Setting.Counters.Add(received: 1, dropped: 0, new Dictionary<string, long>());
                failures = 0;
                Hindrance = null;
            }
            catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                var retriesHelp = await FailAsync(e, ++failures, cancellationToken);
                if (retriesHelp && failures <= Setting.Settings.ErrorMaxRetries) continue;
                failures = 0;
            }

            if (Setting.Settings.RunMode == RunMode.Scheduled)
            {
                Log.Info("Shutting down scheduled bot.");
                return;
            }

            var rest = Setting.Settings.RateLimit;
            // A collector without any pause that finds nothing would keep a core busy.
            if (rest <= TimeSpan.Zero) rest = TimeSpan.FromSeconds(1);
            else Log.Info($"Idling for {rest.TotalSeconds:0.0}s ({DurationText.Of(rest)}) now.");
            await RestAsync(rest, cancellationToken);
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

    /// <returns>Whether the run may succeed when it is repeated.</returns>
    async Task<bool> FailAsync(Exception error, int failures, CancellationToken cancellationToken)
    {
        Step.TakeBack();
        var judgement = FailureRules.Judge(error, failures, Setting.Settings);
        Log.Write(BotLogLevel.Error, judgement.Text, Setting.Settings.ErrorLogException ? error : null);
        switch (judgement.Remedy)
        {
            case Remedy.Stop:
                throw new BotStoppedException(error.Message, error);
            case Remedy.Retry:
                Setting.Counters.Retried();
                Hindrance = $"{error.Message} Trying again every {judgement.Delay.TotalSeconds:0.#} s.";
                Log.Info($"Bot will continue in {judgement.Delay.TotalSeconds:0.###} seconds.");
                await RestAsync(judgement.Delay, cancellationToken);
                return true;
            default:
                Setting.Counters.Failed();
                if (Setting.Settings.ErrorProcedure == ErrorProcedure.Stop)
                    throw new BotStoppedException($"A run failed for good and error_procedure is stop: {error.Message}", error);
                return false;
        }
    }

    protected override ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken) =>
        throw new InvalidOperationException("A collector reads no queue.");
}
