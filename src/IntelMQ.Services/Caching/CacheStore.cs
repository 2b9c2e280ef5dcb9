using System.Collections.Concurrent;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>
/// The caches of a host, kept in one directory: in memory for use, in a log for restarts. One process at a time.
/// </summary>
public sealed class CacheStore : IAsyncDisposable
{
    readonly CacheStoreOptions _options;
    readonly FileStream _directoryLock;
    readonly CacheLog _log;
    readonly ConcurrentDictionary<string, CacheData> _caches;
    readonly Lock _gate = new();
    readonly HashSet<int> _openBatches = [];
    readonly CancellationTokenSource _closing = new();
    readonly Task _background;
    readonly CacheSession _atOnce;
    int _lastBatch;

    CacheStore(CacheStoreOptions options, FileStream directoryLock, CacheLog log, IEnumerable<CacheData> caches)
    {
        _options = options;
        _directoryLock = directoryLock;
        _log = log;
        _caches = new(caches.ToDictionary(c => c.Name, StringComparer.Ordinal), StringComparer.Ordinal);
        _atOnce = new CacheSession(this);
        _background = CacheUpkeep.RunAsync(log, () => [.. _caches.Values.OrderBy(c => c.Id)], options, _closing.Token);
    }

    /// <summary>Opens the store, which reads all entries; creates the directory if it does not exist.</summary>
    /// <exception cref="ConfigurationException">The directory cannot be used, or another process uses it.</exception>
    public static async ValueTask<CacheStore> OpenAsync(string directory, CacheStoreOptions options, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return await Task.Run(() => Open(directory, options, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new ConfigurationException($"The cache in {directory} cannot be opened: {e.Message}", e);
        }
    }

    static CacheStore Open(string directory, CacheStoreOptions options, CancellationToken cancellationToken)
    {
        var directoryLock = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            var recovery = CacheRecovery.Run(directory, options, cancellationToken);
            return new CacheStore(options, directoryLock, new CacheLog(directory, recovery.LastFile, recovery.LogBytes, options, recovery.Caches), recovery.Caches);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A cache whose every write is durable at once. For what is not bound to the commit of a message; workers use a
    /// session.
    /// </summary>
    /// <param name="name">What bots that share entries have in common, such as <c>expert.deduplicator.6</c>.</param>
    /// <param name="timeToLive">How long entries live unless an operation says otherwise; null or zero means for ever.</param>
    public IBotCache Cache(string name, TimeSpan? timeToLive) => new EmbeddedCache(_atOnce, Data(name), timeToLive, completeEach: true);

    /// <summary>The caches as one worker uses them, with writes that wait for the commit of the broker.</summary>
    public CacheSession BeginSession() => new(this);

    /// <summary>All caches, in the order of their names.</summary>
    public IReadOnlyList<CacheStatus> Status() => [.. _caches.Values.Select(c => c.Status()).OrderBy(s => s.Name, StringComparer.Ordinal)];

    internal CacheData Data(string name)
    {
        if (_caches.TryGetValue(name, out var data)) return data;
        lock (_gate)
        {
            if (_caches.TryGetValue(name, out data)) return data;
            data = new CacheData(name, checked((ushort)(_caches.Values.Select(c => (int)c.Id).DefaultIfEmpty().Max() + 1)), _options);
            _log.Define(data);
            return _caches[name] = data;
        }
    }

    internal uint Now() => CacheClock.Seconds(_options.Time);

    internal void Append(FrameWriter frame) => _log.Append(frame);

    internal int BeginBatch()
    {
        lock (_gate)
        {
            do _lastBatch = _lastBatch == int.MaxValue ? 1 : _lastBatch + 1;
            while (!_openBatches.Add(_lastBatch));
            return _lastBatch;
        }
    }

    internal void EndBatch(int batch)
    {
        lock (_gate) _openBatches.Remove(batch);
    }

    internal bool IsOpen(int batch)
    {
        lock (_gate) return _openBatches.Contains(batch);
    }

    /// <summary>Rewrites the log now rather than when it is long enough.</summary>
    internal ValueTask CompactAsync(CancellationToken cancellationToken) => CacheUpkeep.CompactAsync(_log, [.. _caches.Values.OrderBy(c => c.Id)], _options, cancellationToken);

    /// <summary>Flushes and closes the files. Sessions that are still open lose what they did not complete.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closing.IsCancellationRequested) return;
        await _closing.CancelAsync();
        await _background;
        _atOnce.Dispose();
        _log.Close();
        _closing.Dispose();
        await _directoryLock.DisposeAsync();
    }
}
