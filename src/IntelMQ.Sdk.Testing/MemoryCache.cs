using System.Globalization;

namespace IntelMQ.Sdk.Testing;

/// <summary>A cache in memory.</summary>
/// <param name="time">The clock by which values expire.</param>
/// <param name="timeToLive">How long values live when the bot does not say; null means for ever.</param>
public sealed class MemoryCache(TimeProvider time, TimeSpan? timeToLive = null) : IBotCache
{
    readonly Dictionary<string, (string Value, DateTimeOffset? Until)> _values = new(StringComparer.Ordinal);

    /// <summary>The keys whose values have not expired.</summary>
    public IReadOnlyCollection<string> Keys => [.. _values.Where(pair => IsAlive(pair.Value.Until)).Select(static pair => pair.Key)];

    /// <inheritdoc />
    public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Find(key));
    }

    /// <inheritdoc />
    public ValueTask SetAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Put(key, value, timeToLive);
        return default;
    }

    /// <inheritdoc />
    public ValueTask<bool> TryAddAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Find(key) is not null) return new(false);
        Put(key, value, timeToLive);
        return new(true);
    }

    /// <inheritdoc />
    public ValueTask<long> IncrementAsync(string key, long by, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var number = long.Parse(Find(key) ?? "0", CultureInfo.InvariantCulture) + by;
        Put(key, number.ToString(CultureInfo.InvariantCulture), timeToLive);
        return new(number);
    }

    /// <inheritdoc />
    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _values.Remove(key);
        return default;
    }

    string? Find(string key) => _values.TryGetValue(key, out var entry) && IsAlive(entry.Until) ? entry.Value : null;

    void Put(string key, string value, TimeSpan? asked) => _values[key] = (value, time.GetUtcNow() + (asked ?? timeToLive));

    bool IsAlive(DateTimeOffset? until) => until is null || until > time.GetUtcNow();
}
