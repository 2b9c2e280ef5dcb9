using System.Globalization;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>The caches of a server as one worker uses them.</summary>
public sealed class RedisCacheSession : ICacheSession
{
    readonly RedisCacheStore _store;
    readonly Lock _gate = new();
    readonly List<CacheChange> _changes = [];

    internal RedisCacheSession(RedisCacheStore store) => _store = store;

    /// <summary>The cache, for a bot that runs in this session.</summary>
    /// <param name="timeToLive">How long entries live unless an operation says otherwise; null or zero means for ever.</param>
    public IBotCache Cache(TimeSpan? timeToLive) => new SessionCache(this, timeToLive);

    public int Mark()
    {
        lock (_gate) return _changes.Count;
    }

    public void Complete()
    {
        lock (_gate)
        {
            _store.Complete(_changes);
            _changes.Clear();
        }
    }

    public void Abandon() => AbandonSince(0);

    public void AbandonSince(int mark)
    {
        lock (_gate)
        {
            for (var i = _changes.Count - 1; i >= mark; i--) _store.Undo(_changes[i]);
            _changes.RemoveRange(mark, _changes.Count - mark);
        }
    }

    public void Dispose() => Abandon();

    bool TryChange(CacheChange change, bool onlyIfNew = false)
    {
        lock (_gate)
        {
            if (!_store.TryApply(change, onlyIfNew)) return false;
            _changes.Add(change);
            return true;
        }
    }

    sealed class SessionCache(RedisCacheSession session, TimeSpan? timeToLive) : IBotCache
    {
        public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) => session._store.GetAsync(key, cancellationToken);

        public ValueTask SetAsync(string key, string value, TimeSpan? ownTimeToLive, CancellationToken cancellationToken)
        {
            session.TryChange(new CacheChange(key, value, by: null, ownTimeToLive ?? timeToLive));
            return default;
        }

        public async ValueTask<bool> TryAddAsync(string key, string value, TimeSpan? ownTimeToLive, CancellationToken cancellationToken) =>
            !await session._store.ExistsAsync(key, cancellationToken)
            && session.TryChange(new CacheChange(key, value, by: null, ownTimeToLive ?? timeToLive), onlyIfNew: true);

        public async ValueTask<long> IncrementAsync(string key, long by, TimeSpan? ownTimeToLive, CancellationToken cancellationToken)
        {
            var text = await session._store.GetAsync(key, cancellationToken) ?? "0";
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
                throw new InvalidOperationException($"The cache holds the text \"{text}\" under the key \"{key}\", where a whole number was expected.");
            session.TryChange(new CacheChange(key, (number + by).ToString(CultureInfo.InvariantCulture), by, ownTimeToLive ?? timeToLive));
            return number + by;
        }

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken)
        {
            session.TryChange(new CacheChange(key, value: null, by: null, timeToLive: null));
            return default;
        }
    }
}
