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

    sealed class Slot(ExtensionPackage package)
    {
        readonly Lazy<LoadedPackage> _loaded = new(() => LoadedPackage.Load(package));

        /// <summary>Loads at the first call; other callers wait. A failure stays, so the slot is thrown away then.</summary>
        public LoadedPackage Load() => _loaded.Value;

        /// <summary>What is in memory; null while it loads, and after a failure.</summary>
        public LoadedPackage? Loaded => _loaded.IsValueCreated ? _loaded.Value : null;

        public int Leases { get; set; }

        /// <summary>There is a newer one, the package was removed, or loading failed: it goes with the last lease.</summary>
        public bool IsOutdated { get; set; }
    }

    /// <summary>Loads the package of a bot, or shares it when it is loaded already.</summary>
    /// <exception cref="ExtensionException">It cannot be loaded, or its assembly has no such bot; other packages are not affected.</exception>
    public Task<LoadedBot> LoadAsync(PackagedBot bot, CancellationToken cancellationToken) => Task.Run(() => Load(bot), cancellationToken);

    /// <summary>As <see cref="LoadAsync"/>, on this thread: a package takes milliseconds.</summary>
    /// <exception cref="ExtensionException">It cannot be loaded, or its assembly has no such bot; other packages are not affected.</exception>
    public LoadedBot Load(PackagedBot bot)
    {
        return Load(bot.Package, (loaded, release) =>
        {
            loaded.Find(bot.Bot);
            return new LoadedBot(bot, loaded, release);
        });
    }

    /// <summary>Loads a package for its upgrades and checks, or shares it when it is loaded already.</summary>
    /// <exception cref="ExtensionException">It cannot be loaded; other packages are not affected.</exception>
    public PackageLease Load(ExtensionPackage package) => Load(package, static (loaded, release) => new PackageLease(loaded, release));

    T Load<T>(ExtensionPackage package, Func<LoadedPackage, Action, T> lease)
    {
        var key = PackageKey.Of(package);
        var slot = Take(key, package);
        try
        {
            var leased = lease(Load(key, slot), () => Release(key, slot));
            OutdateOthers(key);
            return leased;
        }
        catch
        {
            Release(key, slot);
            throw;
        }
    }

    LoadedPackage Load(PackageKey key, Slot slot)
    {
        try
        {
            return slot.Load();
        }
        catch (ExtensionException)
        {
            // The next call tries again: what was missing may be there then.
            lock (_gate)
            {
                slot.IsOutdated = true;
                if (_slots.TryGetValue(key, out var current) && current == slot) _slots.Remove(key);
            }

            throw;
        }
    }

    Slot Take(PackageKey key, ExtensionPackage package)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, this);
            if (!_slots.TryGetValue(key, out var slot)) _slots[key] = slot = new Slot(package);
            slot.Leases++;
            return slot;
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
            if (slot.Leases > 0 || !slot.IsOutdated) return;
            if (_slots.TryGetValue(key, out var current) && current == slot) _slots.Remove(key);
        }

        Unload(slot);
    }

    void Unload(Slot slot)
    {
        // While the process ends nothing needs to leave memory any more.
        if (!_stop.IsCancellationRequested && slot.Loaded is { } loaded) _watch.Unload(loaded, _stop.Token);
    }

    /// <summary>The packages in memory that can still be given to bots.</summary>
    public IReadOnlyList<ExtensionPackage> Loaded
    {
        get
        {
            lock (_gate)
            {
                return [.. _slots.Values.Select(slot => slot.Loaded).OfType<LoadedPackage>().Select(loaded => loaded.Package)];
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
