using System.Collections.Concurrent;
using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

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
    volatile bool _ended;
    readonly ConcurrentDictionary<string, BotRunner> _runners = new(configuration.Bots.Select(b => KeyValuePair.Create(b.Id, new BotRunner(b, factory, time))), StringComparer.Ordinal);

    DataFormat _format = factory.Format;

    public RuntimeConfiguration Configuration { get; private set; } = configuration;

    public IBroker Broker => broker;

    /// <summary>All bots in the order of the file.</summary>
    public IReadOnlyList<BotStatus> Status => [.. Configuration.Bots.Select(b => Find(b.Id)?.Status).OfType<BotStatus>()];

    public BotRunner? Find(string id) => _runners.GetValueOrDefault(id);

    /// <summary>Starts bots; each reports for itself whether it came up.</summary>
    /// <param name="ids">Which; null means all that are enabled, from the outputs back to the collectors.</param>
    public Task StartAsync(IReadOnlyCollection<string>? ids = null) => ChangeAsync(() =>
    {
        Start(ids);
        return Task.FromResult(true);
    });

    /// <summary>Starts bots as another configuration has them; those that run go on as they are.</summary>
    /// <param name="next">The new snapshot.</param>
    /// <param name="ids">Which.</param>
    public Task StartAsync(RuntimeConfiguration next, IReadOnlyCollection<string> ids) => ChangeAsync(async () =>
    {
        await ReloadAsync(next, id => ids.Contains(id) && !IsActive(id));
        Start(ids);
        return true;
    });

    bool IsActive(string id) => Find(id)?.Status.State is BotState.Running or BotState.Starting or BotState.BackingOff or BotState.Stopping;

    void Start(IReadOnlyCollection<string>? ids)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var wanted = Configuration.Bots.Where(b => ids?.Contains(b.Id) ?? b.Enabled);
        // The end of the pipeline first, so that nothing piles up while the rest starts.
        foreach (var bot in wanted.OrderBy(b => b.IsCollector).ThenByDescending(b => b.IsOutput)) _runners[bot.Id].Start();
    }

    /// <summary>
    /// Stops bots: collectors first, so that what is in the pipeline gets as far as it can. Takes at most twice the time that
    /// one bot is given.
    /// </summary>
    public Task StopAsync(IReadOnlyCollection<string>? ids = null) => ChangeAsync(async () =>
    {
        var wanted = Configuration.Bots.Where(b => ids?.Contains(b.Id) ?? true).ToLookup(b => b.IsCollector);
        foreach (var collectors in (bool[])[true, false])
            await Task.WhenAll(wanted[collectors].Select(b => _runners[b.Id].StopAsync()));
        return true;
    });

    /// <summary>
    /// Takes over another configuration and other versions of packages: bots for which nothing has changed go on
    /// without a pause, the others are stopped, all at the same time, and started. With another data format all
    /// are.
    /// </summary>
    /// <param name="next">The new snapshot.</param>
    /// <param name="only">Bots to restart in any case; the only ones to look at. Null means all, changed ones only.</param>
    public Task<ReloadResult> ReloadAsync(RuntimeConfiguration next, IReadOnlyCollection<string>? only = null) =>
        ChangeAsync(() => ReloadAsync(next, only is null ? null : only.Contains));

    /// <summary>
    /// One change at a time: a bot that is started while a reload puts another runner in the place of its own would run on
    /// out of anybody's reach.
    /// </summary>
    async Task<T> ChangeAsync<T>(Func<Task<T>> change)
    {
        await _changing.WaitAsync();
        try
        {
            return await change();
        }
        finally
        {
            _changing.Release();
        }
    }

    async Task<ReloadResult> ReloadAsync(RuntimeConfiguration next, Func<string, bool>? mustRestart)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        List<string> added = [], unchanged = [];

        // Fields that a package adds or takes away concern every bot that an event passes.
        var hasOtherFormat = _format != factory.Format;
        if (mustRestart is null) _format = factory.Format;
        List<BotConfiguration> replaced = [];
        foreach (var bot in next.Bots)
        {
            if (!_runners.TryGetValue(bot.Id, out var runner)) added.Add(bot.Id);
            else if (mustRestart?.Invoke(bot.Id) ?? (hasOtherFormat || HasChanged(runner, bot))) replaced.Add(bot);
            else unchanged.Add(bot.Id);
        }

        var removed = Configuration.Bots.Where(b => next.Find(b.Id) is null).Select(b => b.Id).ToList();
        List<string> running = [.. replaced.Select(b => b.Id).Where(id => IsActive(id))];
        await Task.WhenAll(removed.Concat(replaced.Select(b => b.Id)).Select(id => _runners[id].DisposeAsync().AsTask()));

        foreach (var bot in next.Bots.Where(b => added.Contains(b.Id))) _runners[bot.Id] = new BotRunner(bot, factory, time);
        foreach (var bot in replaced) _runners[bot.Id] = new BotRunner(bot, factory, time, _runners[bot.Id].Abandoned);
        Configuration = next;
        foreach (var id in removed) _runners.TryRemove(id, out _);
        foreach (var id in running) _runners[id].Start();
        return new([.. replaced.Select(b => b.Id)], removed, added, unchanged);
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
        catch (ConfigurationException)
        {
            return null;
        }
    }

    /// <summary>Stops all bots for good and closes the broker.</summary>
    public async ValueTask DisposeAsync()
    {
        _ended = true;
        await StopAsync();
        foreach (var runner in _runners.Values) await runner.DisposeAsync();
        await broker.DisposeAsync();
    }
}
