using IntelMQ.Brokers;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>Commits the steps of one worker: at the brokers first, then in the cache.</summary>
sealed class StepCommitter(WorkerSetting setting, WorkerActivity activity)
{
    /// <summary>A commit that takes longer waits for room, which the status shows.</summary>
    static readonly TimeSpan LongCommit = TimeSpan.FromSeconds(1);

    IBotLog Log => setting.Context.Log;

    /// <summary>Commits what is done. Waits for as long as a queue is full or the disk is.</summary>
    public async Task CommitAsync(Step step, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await CommitAndTellWaitingAsync(step.Commit, cancellationToken);
                break;
            }
            catch (BrokerException e)
            {
                await WaitForBrokerAsync(e, cancellationToken);
            }
        }

        activity.GoOn();
        CompleteCache();
        setting.Counters.Add(step.Finished, step.Dropped, step.SentPerPath);
        step.Committed();
    }

    /// <summary>Says that the broker does not do what it was asked, and waits before the next attempt.</summary>
    public async Task WaitForBrokerAsync(BrokerException error, CancellationToken cancellationToken)
    {
        activity.Hinder(error.Message);
        activity.Rest();
        Log.Error("Pipeline failed.", error);
        Log.Info($"Bot will continue in {setting.Settings.ErrorRetryDelay.TotalSeconds:0.###} seconds.");
        await Task.Delay(setting.Settings.ErrorRetryDelay, setting.Context.Time, cancellationToken);
    }

    /// <summary>The messages are committed, so that a cache that cannot be written must not make them fail.</summary>
    void CompleteCache()
    {
        try
        {
            setting.Cache?.Complete();
        }
        catch (IOException e)
        {
            Log.Error("The cache could not be written: what the bot remembers of now is forgotten with the next start of the host.", e);
        }
    }

    async Task CommitAndTellWaitingAsync(Commit commit, CancellationToken cancellationToken)
    {
        var committing = CommitOnBrokersAsync(commit, cancellationToken);
        try
        {
            await committing.WaitAsync(LongCommit, setting.Context.Time, CancellationToken.None);
        }
        catch (TimeoutException) when (!committing.IsFaulted)
        {
            activity.Hinder(setting.DestinationBroker.Obstacle ?? setting.SourceBroker.Obstacle ?? $"It waits for room in {string.Join(", ", setting.Routes.Queues)}.");
            await committing;
        }
    }

    async Task CommitOnBrokersAsync(Commit commit, CancellationToken cancellationToken)
    {
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
}
