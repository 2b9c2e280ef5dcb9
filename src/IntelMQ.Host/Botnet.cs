using System.Collections.Concurrent;
using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Running;

namespace IntelMQ.Host;

/// <summary>What a reload did.</summary>
/// <param name="Restarted">Bots whose configuration or code is another one now.</param>
/// <param name="Removed">Bots that are no longer configured; they were stopped.</param>
/// <param name="Added">Bots that are new; they are started by <c>start</c>.</param>
/// <param name="Unchanged">Bots that went on undisturbed.</param>
sealed record ReloadResult(IReadOnlyList<string> Restarted, IReadOnlyList<string> Removed, IReadOnlyList<string> Added, IReadOnlyList<string> Unchanged);

/// <summary>All bots of this host. Configuration is a snapshot that a reload replaces.</summary>
sealed class Botnet(RuntimeConfiguration configuration, BotFactory factory, IBotSource bots, IBroker broker, TimeProvider time) : IAsyncDisposable
{
    readonly SemaphoreSlim _changing = new(1, 1);
    readonly ConcurrentDictionary<string, BotRunner> _runners = new(configuration.Bots.Select(b => KeyValuePair.Create(b.Id, new BotRunner(b, factory, time))), StringComparer.Ordinal);

    public RuntimeConfiguration Configuration { get; private set; } = configuration;

    public IBroker Broker => broker;

    /// <summary>All bots in the order of the file.</summary>
    public IReadOnlyList<BotStatus> Status => [.. Configuration.Bots.Select(b => _runners[b.Id].Status)];

    public BotRunner? Find(string id) => _runners.GetValueOrDefault(id);

    /// <summary>Starts bots; each reports for itself whether it came up.</summary>
    /// <param name="ids">Which; null means all that are enabled, from the outputs back to the collectors.</param>
    public void Start(IReadOnlyCollection<string>? ids = null)
    {
        var wanted = Configuration.Bots.Where(b => ids?.Contains(b.Id) ?? b.Enabled);
        // The end of the pipeline first, so that nothing piles up while the rest starts.
        foreach (var bot in wanted.OrderBy(b => b.IsCollector).ThenByDescending(b => b.IsOutput)) _runners[bot.Id].Start();
    }

    /// <summary>Stops bots: collectors first, so that what is in the pipeline gets as far as it can.</summary>
    public async Task StopAsync(IReadOnlyCollection<string>? ids = null)
    {
        var wanted = Configuration.Bots.Where(b => ids?.Contains(b.Id) ?? true).ToLookup(b => b.IsCollector);
        foreach (var collectors in (bool[])[true, false])
            await Task.WhenAll(wanted[collectors].Select(b => _runners[b.Id].StopAsync()));
    }

    /// <summary>
    /// Takes over another configuration and other versions of packages: bots for which nothing has changed go on
    /// without a pause, the others are stopped and started.
    /// </summary>
    /// <param name="next">The new snapshot.</param>
    /// <param name="only">Bots to restart in any case; the only ones to look at. Null means all, changed ones only.</param>
    public async Task<ReloadResult> ReloadAsync(RuntimeConfiguration next, IReadOnlyCollection<string>? only = null)
    {
        await _changing.WaitAsync();
        try
        {
            return await ReloadLockedAsync(next, only);
        }
        finally
        {
            _changing.Release();
        }
    }

    async Task<ReloadResult> ReloadLockedAsync(RuntimeConfiguration next, IReadOnlyCollection<string>? only)
    {
        List<string> restarted = [], removed = [], added = [], unchanged = [];
        foreach (var gone in Configuration.Bots.Where(b => next.Find(b.Id) is null))
        {
            if (_runners.TryRemove(gone.Id, out var runner)) await runner.DisposeAsync();
            removed.Add(gone.Id);
        }

        var replacements = new List<(BotConfiguration Bot, bool WasRunning)>();
        foreach (var bot in next.Bots)
        {
            if (!_runners.TryGetValue(bot.Id, out var runner))
            {
                _runners[bot.Id] = new BotRunner(bot, factory, time);
                added.Add(bot.Id);
            }
            else if (only?.Contains(bot.Id) ?? HasChanged(runner, bot))
            {
                replacements.Add((bot, runner.Status.State is BotState.Running or BotState.Starting or BotState.BackingOff));
            }
            else
            {
                unchanged.Add(bot.Id);
            }
        }

        Configuration = next;
        foreach (var (bot, wasRunning) in replacements)
        {
            await _runners[bot.Id].DisposeAsync();
            var runner = _runners[bot.Id] = new BotRunner(bot, factory, time);
            if (wasRunning) runner.Start();
            restarted.Add(bot.Id);
        }

        return new(restarted, removed, added, unchanged);
    }

    bool HasChanged(BotRunner runner, BotConfiguration next) =>
        !runner.Configuration.HasSameEffectAs(next)
        || (runner.Status.Package is { } loaded && CurrentPackage(next) is { } current && !string.Equals(loaded, current, StringComparison.Ordinal));

    /// <summary>The package that the bot would be started from now; null if it could not be started at all, which is no reason to stop it.</summary>
    string? CurrentPackage(BotConfiguration bot)
    {
        try
        {
            return bots.Find(bot.Module, bot.Settings.Package).Package;
        }
        catch (Sdk.ConfigurationException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var runner in _runners.Values) await runner.DisposeAsync();
        await broker.DisposeAsync();
    }
}
