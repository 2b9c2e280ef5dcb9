using IntelMQ.Brokers;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>
/// Runs an output. A message is acknowledged after the bot has flushed it. When a flush fails, the bot is made anew and
/// gets what was not flushed again, each message with a flush of its own, so that the one to blame is found.
/// </summary>
sealed class OutputWorker(BotInstance instance, WorkerSetting setting) : Worker(setting)
{
    readonly List<Delivery> _unflushed = [];

    /// <summary>Each message is flushed by itself.</summary>
    bool _oneByOne;

    /// <summary>A flush failed: what the bot still holds must not be written beside what it gets again.</summary>
    bool _mustRenew;

    Output Bot => (Output)instance.Bot;

    protected override async ValueTask ProcessAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (_mustRenew) await RenewAsync(cancellationToken);
        await Bot.WriteAsync(Decode(body), cancellationToken);
        if (_oneByOne) await FlushAsync(cancellationToken);
    }

    protected override void OnFinished(in Delivery delivery)
    {
        if (!_oneByOne) _unflushed.Add(delivery);
    }

    protected override async ValueTask BeforeCommitAsync(CancellationToken cancellationToken)
    {
        if (_unflushed.Count == 0) return;
        try
        {
            await FlushAsync(cancellationToken);
            _unflushed.Clear();
        }
        catch (Exception e) when (e is not BotStoppedException && !cancellationToken.IsCancellationRequested)
        {
            await WriteAgainAsync(e, cancellationToken);
        }
    }

    /// <summary>Lets the bot write what it holds; where it cannot write now, until it can.</summary>
    /// <exception cref="BotStoppedException">A scheduled bot has tried as often as it may.</exception>
    async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            try
            {
                await Bot.FlushAsync(cancellationToken);
                return;
            }
            catch (TransientException e)
            {
                var judgement = FailureRules.Judge(e, ++failures, Setting.Settings);
                LogFailure(judgement.Text, e);
                if (judgement.Remedy == Remedy.Stop) throw new BotStoppedException(e.Message, e);
                await WaitToRetryAsync(e, judgement.Delay, cancellationToken);
            }
            catch
            {
                _mustRenew = true;
                throw;
            }
        }
    }

    async Task WriteAgainAsync(Exception error, CancellationToken cancellationToken)
    {
        var again = _unflushed.ToArray();
        _unflushed.Clear();
        Step.Abandon();
        Setting.Cache?.AbandonSince(0);

        var judgement = FailureRules.Judge(error, failures: 0, Setting.Settings);
        LogFailure(judgement.Text, error);
        if (judgement.Remedy == Remedy.Stop) throw new BotStoppedException(error.Message, error);
        Log.Warning($"{again.Length} messages could not be flushed. They are written again, one by one.");
        await WaitToRetryAsync(error, judgement.Delay, cancellationToken);

        _oneByOne = true;
        try
        {
            foreach (var delivery in again)
            {
                await HandleAsync(delivery, cancellationToken);
                await CommitAsync(cancellationToken);
            }
        }
        finally
        {
            _oneByOne = false;
        }
    }

    /// <summary>No message is to blame for a bot that cannot be started again: it waits.</summary>
    async Task RenewAsync(CancellationToken cancellationToken)
    {
        try
        {
            await instance.RenewAsync(cancellationToken);
            _mustRenew = false;
        }
        catch (Exception e) when (e is not (ConfigurationException or OperationCanceledException or OutOfMemoryException))
        {
            throw new TransientException($"The bot cannot be started again: {e.Message}", inner: e);
        }
    }
}
