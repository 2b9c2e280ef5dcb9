using System.Diagnostics;
using IntelMQ.Cli.Terminal;
using IntelMQ.Control.Hosting;
using Spectre.Console;

namespace IntelMQ.Cli.Quickstart;

/// <summary>Watches a botnet until it has done everything that there is to do.</summary>
/// <param name="host">The host, its bots not started yet.</param>
sealed class QuickstartRun(HostProcess host)
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    long _begun;

    /// <summary>Starts all bots and shows their progress until nothing is left to do, or a bot has given up.</summary>
    public async Task<QuickstartProgress> UntilQuietAsync(CancellationToken cancellationToken)
    {
        _begun = Stopwatch.GetTimestamp();
        await host.Host.StartAsync(null, cancellationToken);
        return ConsoleOutput.IsTerminal ? await WatchLiveAsync(cancellationToken) : await WatchAsync(ShowLines(), cancellationToken);
    }

    /// <summary>Goes on showing progress until cancelled.</summary>
    public async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
            await Task.Delay(LookInterval, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Stops all bots, so that what is reported stays as it is.</summary>
    /// <param name="last">How it stood when the end came: what hindered bots is known of then only.</param>
    public async Task<QuickstartProgress> EndAsync(QuickstartProgress last)
    {
        await host.Host.StopAsync(null, CancellationToken.None);
        var stopped = await LookAsync(CancellationToken.None);
        return last with { Elapsed = stopped.Elapsed, Bots = [.. stopped.Bots.Select((bot, i) => bot with { Reason = last.Bots[i].Reason ?? bot.Reason })], Queues = stopped.Queues };
    }

    async Task<QuickstartProgress> WatchLiveAsync(CancellationToken cancellationToken)
    {
        var first = await LookAsync(cancellationToken);
        QuickstartProgress? previous = null;
        return await AnsiConsole.Live(View(first, null)).AutoClear(true).StartAsync(context => WatchAsync(
            progress =>
            {
                context.UpdateTarget(View(progress, previous));
                previous = progress;
            },
            cancellationToken));
    }

    static Rows View(QuickstartProgress progress, QuickstartProgress? previous) =>
        new([progress.Table(previous).ToSpectre(), .. progress.Hindrances.Select(hindrance => new Text(hindrance))]);

    static Action<QuickstartProgress> ShowLines()
    {
        var next = TimeSpan.Zero;
        return progress =>
        {
            if (progress.Elapsed < next) return;
            next = progress.Elapsed + LineInterval;
            Console.Out.WriteLine(progress.Line);
        };
    }

    async Task<QuickstartProgress> WatchAsync(Action<QuickstartProgress> show, CancellationToken cancellationToken)
    {
        long? quiet = null;
        while (true)
        {
            var progress = await LookAsync(cancellationToken);
            show(progress);
            if (progress.Broken.Count > 0) return progress;

            // Queues are listed one after the other, so a message on its way may be missed once; not twice with nothing counted.
            if (progress.IsQuiet && quiet == progress.Fingerprint) return progress;
            quiet = progress.IsQuiet ? progress.Fingerprint : null;
            await Task.Delay(LookInterval, cancellationToken);
        }
    }

    /// <summary>How it stands now.</summary>
    public async Task<QuickstartProgress> LookAsync(CancellationToken cancellationToken) =>
        new(Stopwatch.GetElapsedTime(_begun), host.Botnet.Status, await host.Botnet.Broker.ListAsync(cancellationToken));
}
