namespace IntelMQ.Extensions;

/// <summary>
/// Loads packages when their first bot needs them. Several versions of one package may be in memory at once, so that a
/// bot can move to a new version while the others go on: load the new one, swap the bot, dispose the old lease.
/// </summary>
/// <param name="notice">Told what an operator should know, such as packages that do not leave memory; from any thread.</param>
/// <param name="time">The clock for looking after unloaded packages.</param>
internal sealed class ExtensionHost(Action<Problem> notice, TimeProvider time) : IAsyncDisposable
{
    readonly Lock _gate = new();
    readonly Dictionary<PackageKey, Slot> _slots = [];
    readonly UnloadWatch _watch = new(notice, time);
    readonly CancellationTokenSource _stop = new();

    /// <summary>A version of a package with a certain content.</summary>
    readonly record struct PackageKey(string Id, string Directory, string Fingerprint)
    {
        public static PackageKey Of(ExtensionPackage package) => new(package.Id.ToUpperInvariant(), package.Directory, package.Fingerprint);
    }

    sealed class Slot(Task<LoadedPackage> loading)
    {
        public Task<LoadedPackage> Loading { get; } = loading;

        public int Leases { get; set; }

        /// <summary>There is a newer one, or the package was removed: it goes with the last lease.</summary>
        public bool IsOutdated { get; set; }
    }

    /// <summary>Loads the package of a bot, or shares it when it is loaded already.</summary>
    /// <exception cref="ExtensionException">It cannot be loaded, or its assembly has no such bot; other packages are not affected.</exception>
    public async Task<LoadedBot> LoadAsync(PackagedBot bot, CancellationToken cancellationToken)
    {
        var key = PackageKey.Of(bot.Package);
        var slot = Take(key, bot.Package);
        try
        {
            var loaded = await slot.Loading.WaitAsync(cancellationToken);
            loaded.Find(bot.Bot);
            OutdateOthers(key);
            return new LoadedBot(bot, loaded, () => Release(key, slot));
        }
        catch
        {
            Release(key, slot);
            throw;
        }
    }

    Slot Take(PackageKey key, ExtensionPackage package)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);

            // A failed load is tried again: what was missing may be there now.
            if (_slots.TryGetValue(key, out var slot) && !slot.Loading.IsFaulted)
            {
                slot.Leases++;
                return slot;
            }

            return _slots[key] = new Slot(Task.Run(() => LoadedPackage.Load(package))) { Leases = 1 };
        }
    }

    void OutdateOthers(PackageKey current)
    {
        foreach (var key in Keys().Where(key => key.Id == current.Id && key != current)) Outdate(key);
    }

    /// <summary>Tells which packages there are now: loaded ones that are not among them leave memory as soon as no bot uses them.</summary>
    public void Apply(Catalogue catalogue)
    {
        var current = catalogue.Packages.Select(PackageKey.Of).ToHashSet();
        foreach (var key in Keys().Where(key => !current.Contains(key))) Outdate(key);
    }

    List<PackageKey> Keys()
    {
        lock (_gate)
        {
            return [.. _slots.Keys];
        }
    }

    void Outdate(PackageKey key)
    {
        Slot? idle = null;
        lock (_gate)
        {
            if (!_slots.TryGetValue(key, out var slot)) return;
            slot.IsOutdated = true;
            if (slot.Leases == 0 && _slots.Remove(key)) idle = slot;
        }

        if (idle is not null) Unload(idle);
    }

    void Release(PackageKey key, Slot slot)
    {
        lock (_gate)
        {
            slot.Leases--;
            var isGone = slot.Loading.IsFaulted || slot.IsOutdated;
            if (slot.Leases > 0 || !isGone) return;
            if (_slots.TryGetValue(key, out var current) && current == slot) _slots.Remove(key);
        }

        Unload(slot);
    }

    void Unload(Slot slot)
    {
        if (slot.Loading.IsCompletedSuccessfully) _watch.Unload(slot.Loading.Result, _stop.Token);
    }

    /// <summary>The packages in memory that can still be given to bots.</summary>
    public IReadOnlyList<ExtensionPackage> Loaded
    {
        get
        {
            lock (_gate)
            {
                return [.. _slots.Values.Where(slot => slot.Loading.IsCompletedSuccessfully).Select(slot => slot.Loading.Result.Package)];
            }
        }
    }

    /// <summary>How many unloaded versions of a package are still in memory.</summary>
    public int Leftovers(string id) => _watch.Leftovers(id);

    /// <summary>Waits until it is known of every unloaded package whether it has left memory: up to 45 seconds.</summary>
    public Task SettleAsync(CancellationToken cancellationToken) => _watch.SettleAsync(cancellationToken);

    /// <summary>Stops to look after unloaded packages. Loaded ones stay: the process ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _watch.SettleAsync(CancellationToken.None);
        _stop.Dispose();
    }
}
