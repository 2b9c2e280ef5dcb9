using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// Looks whether unloaded packages really leave memory. They may not: a static timer or a cache of the framework can hold
/// them. Then the new version runs all the same, and an operator is told.
/// </summary>
internal sealed class UnloadWatch(Action<Problem> notice, TimeProvider time)
{
    /// <summary>How many old versions of a package may stay before a restart is asked for.</summary>
    const int Bearable = 3;

    /// <summary>Most packages are gone after the second look; a timer of the package may take its time.</summary>
    static readonly TimeSpan[] Looks =
    [
        TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(500),
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30),
    ];

    readonly Lock _gate = new();
    readonly Dictionary<string, List<WeakReference>> _unloaded = new(StringComparer.OrdinalIgnoreCase);
    readonly HashSet<Task> _watching = [];

    /// <summary>How many unloaded versions of a package are still in memory.</summary>
    public int Leftovers(string id)
    {
        lock (_gate)
        {
            return _unloaded.TryGetValue(id, out var references) ? references.Count(reference => reference.IsAlive) : 0;
        }
    }

    /// <summary>Unloads a package and watches it go.</summary>
    public void Unload(LoadedPackage loaded, CancellationToken stop)
    {
        var package = loaded.Package;
        if (loaded.Unload() is not { } reference) return;
        lock (_gate)
        {
            if (!_unloaded.TryGetValue(package.Id, out var references)) _unloaded[package.Id] = references = [];
            references.RemoveAll(old => !old.IsAlive);
            references.Add(reference);
        }

        // Not on the thread of the bot that goes: emptying the caches takes some milliseconds.
        var watching = Task.Run(() => WatchAsync(package.Id, package.ToString(), reference, stop), CancellationToken.None);
        lock (_gate)
        {
            _watching.RemoveWhere(task => task.IsCompleted);
            _watching.Add(watching);
        }
    }

    /// <summary>Completes when nothing is watched any more.</summary>
    public Task SettleAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.WhenAll(_watching).WaitAsync(cancellationToken);
        }
    }

    async Task WatchAsync(string id, string package, WeakReference reference, CancellationToken stop)
    {
        FrameworkCaches.Clear(text => notice(new Problem(BotLogLevel.Debug, text) { Package = id }));
        try
        {
            foreach (var pause in Looks)
            {
                await Task.Delay(pause, time, stop);

                // In the background: the other bots must not notice.
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
                GC.WaitForPendingFinalizers();
                if (!reference.IsAlive) return;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The process ends; nothing is left to say.
            return;
        }

        Tell(id, package);
    }

    void Tell(string id, string package)
    {
        var left = Leftovers(id);
        if (left == 0) return;
        notice(left < Bearable
            ? new Problem(BotLogLevel.Warning, $"{package} was unloaded but something still holds it in memory; nothing else is affected") { Package = id }
            : new Problem(BotLogLevel.Error, $"{left} unloaded versions of {id} are still in memory; restart the host soon, or set 'isolation: process' for its bots") { Package = id });
    }
}
