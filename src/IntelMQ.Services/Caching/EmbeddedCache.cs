using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>One named cache of a <see cref="CacheStore"/>. All methods complete at once.</summary>
sealed class EmbeddedCache(CacheSession session, CacheData data, TimeSpan? timeToLive, bool completeEach) : IBotCache
{
    public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(session.Get(data, key) is { } value ? Encoding.UTF8.GetString(value) : null);

    public ValueTask SetAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        session.Set(data, key, ValuePool.Get(value), timeToLive ?? TimeToLive, completeEach);
        return default;
    }

    public ValueTask<bool> TryAddAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        new(session.TryAdd(data, key, ValuePool.Get(value), timeToLive ?? TimeToLive, completeEach));

    public ValueTask<long> IncrementAsync(string key, long by, TimeSpan? timeToLive, CancellationToken cancellationToken) =>
        new(session.Increment(data, key, by, timeToLive ?? TimeToLive, completeEach));

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        session.Remove(data, key, completeEach);
        return default;
    }

    TimeSpan? TimeToLive { get; } = timeToLive;
}
