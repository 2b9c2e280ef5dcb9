using System.Collections.Concurrent;
using IntelMQ.Host.Running;

namespace IntelMQ.Host.Statistics;

/// <summary>Counts what goes through a bot; written by its workers, read by whoever asks.</summary>
sealed class BotCounters
{
    readonly ConcurrentDictionary<string, long> _perPath = new(StringComparer.Ordinal);
    long _received, _dropped, _failed, _retries;

    public CounterValues Values
    {
        get
        {
            var perPath = _perPath.ToDictionary(StringComparer.Ordinal);
            return new(Volatile.Read(ref _received), perPath.Values.Sum(), Volatile.Read(ref _dropped), Volatile.Read(ref _failed), Volatile.Read(ref _retries), perPath);
        }
    }

    /// <summary>Adds what a committed step did; uncommitted work is never counted.</summary>
    public void Add(long received, long dropped, IReadOnlyDictionary<string, long> sentPerPath)
    {
        Interlocked.Add(ref _received, received);
        Interlocked.Add(ref _dropped, dropped);
        foreach (var (path, count) in sentPerPath) _perPath.AddOrUpdate(path, static (_, added) => added, static (_, old, added) => old + added, count);
    }

    public void Failed() => Interlocked.Increment(ref _failed);

    public void Retried() => Interlocked.Increment(ref _retries);

    public void DeclarePaths(IEnumerable<string> paths)
    {
        foreach (var path in paths) _perPath.TryAdd(path, 0);
    }
}
