using IntelMQ.Host.Loading;
using IntelMQ.Host.Processes;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Running;

/// <summary>The instances of a bot that run now, each with its worker.</summary>
/// <param name="package">Id and version of the package the code is from.</param>
/// <param name="code">The loaded code; null when it runs in processes of its own.</param>
/// <param name="instances">Bots and workers.</param>
sealed class RunningBot(string package, ILoadedBot? code, IReadOnlyList<(BotInstance Instance, Worker Worker)> instances) : IAsyncDisposable
{
    public string Package => package;

    public IEnumerable<Worker> Workers => instances.Select(i => i.Worker);

    /// <summary>How often processes of the bot ended though nobody asked them to; they were started again.</summary>
    public int ProcessEnds => Processes.Sum(process => process.Ends);

    /// <summary>How the process of the bot ended the last time; null when it never did.</summary>
    public string? LastProcessEnd => Processes.Select(process => process.LastEnd).LastOrDefault(end => end is not null);

    IEnumerable<BotProcess> Processes => instances.Select(i => i.Instance.Bot).OfType<IIsolatedBot>().Select(bot => bot.Process);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var (instance, _) in instances) await instance.StartAsync(cancellationToken);
    }

    /// <summary>Runs all workers until one of them ends; an end of one is the end of all.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var together = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tasks = instances.Select(i => Task.Run(() => i.Worker.RunAsync(together.Token), CancellationToken.None)).ToList();
        var ended = await Task.WhenAny(tasks);
        // Scheduled mode: each worker ends by itself when it has had its turn.
        while (ended.IsCompletedSuccessfully && tasks.Remove(ended) && tasks.Count > 0) ended = await Task.WhenAny(tasks);
        if (ended.IsCompletedSuccessfully) return;

        await together.CancelAsync();
        await Task.WhenAll(tasks).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // The others were cancelled because this one failed; its exception is the one that counts.
        await ended;
    }

    /// <summary>Gives leased messages back though the workers do not react.</summary>
    public async Task AbandonAsync()
    {
        foreach (var (_, worker) in instances) await worker.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // First of all the messages go back; whatever the code of the bot does cannot hinder that.
        await AbandonAsync();
        foreach (var (instance, _) in instances) await instance.DisposeAsync();
        code?.Dispose();
    }
}
