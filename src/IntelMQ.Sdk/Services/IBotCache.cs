namespace IntelMQ.Sdk;

/// <summary>
/// Remembers texts under keys for a while, over restarts. Bots with the same <c>redis_cache_db</c> and kind share one;
/// by default it is embedded, and no server is needed.
/// </summary>
public interface IBotCache
{
    /// <summary>The value under a key, or null.</summary>
    ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Stores a value for as long as <c>redis_cache_ttl</c> says, or for <paramref name="timeToLive"/>.</summary>
    ValueTask SetAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Stores a value if the key has none.</summary>
    /// <returns>False when the key has a value; its time to live does not change.</returns>
    ValueTask<bool> TryAddAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Adds to the number under a key (0 when there is none) and starts its time to live anew.</summary>
    /// <returns>The number afterwards.</returns>
    ValueTask<long> IncrementAsync(string key, long by, TimeSpan? timeToLive, CancellationToken cancellationToken);

    /// <summary>Forgets a key.</summary>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken);
}
