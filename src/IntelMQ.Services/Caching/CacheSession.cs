using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>
/// The caches as one worker uses them. What it writes is seen by all at once, but reaches the disk only with
/// <see cref="Complete"/>, which the worker calls when the broker has committed the messages that it wrote it for.
/// </summary>
/// <remarks>
/// The order is what keeps messages: a cache that remembered an event durably before its commit would drop the event as
/// a duplicate when it is delivered again after a crash. See docs/specs/002-cache.md.
/// </remarks>
public sealed class CacheSession : ICacheSession
{
    readonly CacheStore _store;
    readonly Lock _gate = new();
    readonly List<Change> _changes = [];
    readonly FrameWriter _frame = new();
    int _batch;
    bool _closed;

    internal CacheSession(CacheStore store) => _store = store;

    enum ChangeKind : byte
    {
        Added,
        Replaced,
        Removed,
    }

    /// <summary>What one operation did, and how to undo it.</summary>
    readonly record struct Change(CacheShard Shard, ChangeKind Kind, bool IsDigest, int Index, byte[]? PriorValue, uint PriorExpires, int PriorOwner, string? RemovedKey);

    /// <summary>The cache of this name, for a bot that runs in this session.</summary>
    /// <param name="name">What bots that share entries have in common, such as <c>expert.deduplicator.6</c>.</param>
    /// <param name="timeToLive">How long entries live unless an operation says otherwise; null or zero means for ever.</param>
    public IBotCache Cache(string name, TimeSpan? timeToLive) => new EmbeddedCache(this, _store.Data(name), timeToLive, completeEach: false);

    /// <summary>How much was written since the last completion: a place to go back to with <see cref="AbandonSince"/>.</summary>
    public int Mark()
    {
        lock (_gate) return _changes.Count;
    }

    /// <summary>Makes what was written durable. To be called after the commit of the broker.</summary>
    /// <exception cref="IOException">The disk did not take it. The entries hold until the end of the process.</exception>
    public void Complete()
    {
        lock (_gate) CompleteLocked();
    }

    /// <summary>Undoes what was written, since the messages it was written for will be delivered again.</summary>
    public void Abandon() => AbandonSince(0);

    /// <summary>Undoes what was written since a mark: one message of the batch failed and will be tried again or dumped.</summary>
    public void AbandonSince(int mark)
    {
        lock (_gate)
        {
            // After the end of the session there is nothing left of what the mark was for.
            if (mark > _changes.Count) return;
            for (var i = _changes.Count - 1; i >= mark; i--) Undo(_changes[i]);
            _changes.RemoveRange(mark, _changes.Count - mark);
            if (_changes.Count == 0) EndBatch();
        }
    }

    /// <summary>
    /// Undoes what was not completed, and takes nothing more: a bot that was given up and goes on all the same must not
    /// leave entries for a message that another bot gets now.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            Abandon();
            _closed = true;
        }
    }

    internal byte[]? Get(CacheData cache, string key)
    {
        var now = _store.Now();
        if (Digest.TryParse(key, out var digest))
        {
            var shard = cache.ShardOf(digest);
            lock (shard.Gate) return Value(shard.Digests, shard.Digests.Find(digest), now);
        }
        else
        {
            var shard = cache.ShardOf(key);
            lock (shard.Gate) return Value(shard.Texts, shard.Texts.Find(key), now);
        }
    }

    static byte[]? Value<TKey>(SlotTable<TKey> table, int index, uint now)
        where TKey : notnull, IEquatable<TKey> =>
        index >= 0 && IsAlive(table[index], now) ? table[index].Value : null;

    // What an open batch has written counts for as long as the batch is open, however short its life.
    static bool IsAlive<TKey>(in CacheSlot<TKey> slot, uint now) => slot.Expires > now || slot.Owner != 0;

    internal bool TryAdd(CacheData cache, string key, byte[] value, TimeSpan? timeToLive, bool complete)
    {
        lock (_gate)
        {
            var now = _store.Now();
            var expires = CacheClock.Ends(now, timeToLive);
            BeginBatch();
            bool added;
            if (Digest.TryParse(key, out var digest))
            {
                var shard = cache.ShardOf(digest);
                lock (shard.Gate)
                {
                    var index = shard.Digests.Find(digest);
                    added = index < 0 || !IsAlive(shard.Digests[index], now);
                    if (added) Put(shard, index >= 0 ? index : ~shard.Insert(digest, value, now), value, expires, isDigest: true, now);
                }
            }
            else
            {
                var shard = cache.ShardOf(key);
                lock (shard.Gate)
                {
                    var index = shard.Texts.Find(key);
                    added = index < 0 || !IsAlive(shard.Texts[index], now);
                    if (added) Put(shard, index >= 0 ? index : ~shard.Insert(key, value, now), value, expires, isDigest: false, now);
                }
            }

            if (complete) CompleteLocked();
            return added;
        }
    }

    internal void Set(CacheData cache, string key, byte[] value, TimeSpan? timeToLive, bool complete)
    {
        lock (_gate)
        {
            var now = _store.Now();
            BeginBatch();
            Write(cache, key, _ => value, CacheClock.Ends(now, timeToLive), now);
            if (complete) CompleteLocked();
        }
    }

    internal long Increment(CacheData cache, string key, long by, TimeSpan? timeToLive, bool complete)
    {
        lock (_gate)
        {
            var now = _store.Now();
            var result = 0L;
            BeginBatch();
            Write(cache, key, prior => Number(result = Parse(prior, key) + by), CacheClock.Ends(now, timeToLive), now);
            if (complete) CompleteLocked();
            return result;
        }
    }

    internal void Remove(CacheData cache, string key, bool complete)
    {
        lock (_gate)
        {
            BeginBatch();
            if (Digest.TryParse(key, out var digest))
            {
                var shard = cache.ShardOf(digest);
                lock (shard.Gate)
                {
                    var index = shard.Digests.Find(digest);
                    if (index >= 0)
                    {
                        _changes.Add(Removed(shard, shard.Digests[index], key, isDigest: true));
                        shard.FreeDigest(index);
                    }
                }
            }
            else
            {
                var shard = cache.ShardOf(key);
                lock (shard.Gate)
                {
                    var index = shard.Texts.Find(key);
                    if (index >= 0)
                    {
                        _changes.Add(Removed(shard, shard.Texts[index], key, isDigest: false));
                        shard.FreeText(index);
                    }
                }
            }

            if (complete) CompleteLocked();
        }
    }

    static Change Removed<TKey>(CacheShard shard, in CacheSlot<TKey> slot, string key, bool isDigest) =>
        new(shard, ChangeKind.Removed, isDigest, -1, slot.Value, slot.Expires, slot.Owner, key);

    void Write(CacheData cache, string key, Func<byte[]?, byte[]> valueFrom, uint expires, uint now)
    {
        if (Digest.TryParse(key, out var digest))
        {
            var shard = cache.ShardOf(digest);
            lock (shard.Gate)
            {
                var index = shard.Digests.Find(digest);
                var value = valueFrom(Value(shard.Digests, index, now));
                Put(shard, index >= 0 ? index : ~shard.Insert(digest, value, now), value, expires, isDigest: true, now);
            }
        }
        else
        {
            var shard = cache.ShardOf(key);
            lock (shard.Gate)
            {
                var index = shard.Texts.Find(key);
                var value = valueFrom(Value(shard.Texts, index, now));
                Put(shard, index >= 0 ? index : ~shard.Insert(key, value, now), value, expires, isDigest: false, now);
            }
        }
    }

    // A complemented index is a slot that was just inserted, as in the searches of the BCL.
    void Put(CacheShard shard, int index, byte[] value, uint expires, bool isDigest, uint now)
    {
        if (isDigest) Put(shard, ref shard.Digests[index < 0 ? ~index : index], index, value, expires, isDigest, now);
        else Put(shard, ref shard.Texts[index < 0 ? ~index : index], index, value, expires, isDigest, now);
    }

    void Put<TKey>(CacheShard shard, ref CacheSlot<TKey> slot, int index, byte[] value, uint expires, bool isDigest, uint now)
    {
        if (index < 0 || !IsAlive(slot, now))
        {
            _changes.Add(new Change(shard, ChangeKind.Added, isDigest, index < 0 ? ~index : index, null, 0, 0, null));
        }
        else
        {
            _changes.Add(new Change(shard, ChangeKind.Replaced, isDigest, index, slot.Value, slot.Expires, slot.Owner, null));
        }

        shard.Replace(ref slot, value);
        slot.Expires = expires;
        slot.Owner = _batch;
    }

    static long Parse(byte[]? value, string key)
    {
        if (value is null) return 0;
        return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InvalidOperationException($"The cache holds the text \"{Encoding.UTF8.GetString(value)}\" under the key \"{key}\", where a whole number was expected.");
    }

    static byte[] Number(long value) => ValuePool.Get(value.ToString(CultureInfo.InvariantCulture));

    void BeginBatch()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (_batch == 0) _batch = _store.BeginBatch();
    }

    void EndBatch()
    {
        if (_batch == 0) return;
        _store.EndBatch(_batch);
        _batch = 0;
    }

    void CompleteLocked()
    {
        try
        {
            if (_changes.Count == 0) return;
            foreach (ref readonly var change in CollectionsMarshal.AsSpan(_changes)) Release(change);
            if (!_frame.IsEmpty) _store.Append(_frame);
        }
        finally
        {
            _changes.Clear();
            _frame.Clear();
            EndBatch();
        }
    }

    /// <summary>Lets go of an entry and notes for the log what it is now.</summary>
    void Release(in Change change)
    {
        var shard = change.Shard;
        var cache = shard.Cache.Id;
        lock (shard.Gate)
        {
            if (change.Kind == ChangeKind.Removed) ReleaseRemoved(change);
            else if (change.IsDigest)
            {
                ref var slot = ref shard.Digests[change.Index];
                if (slot.Owner != _batch) return;
                slot.Owner = 0;
                _frame.Set(cache, slot);
            }
            else
            {
                ref var slot = ref shard.Texts[change.Index];
                if (slot.Owner != _batch) return;
                slot.Owner = 0;
                _frame.Set(cache, slot);
            }
        }
    }

    void ReleaseRemoved(in Change change)
    {
        var shard = change.Shard;
        if (!change.IsDigest && shard.Texts.Find(change.RemovedKey!) < 0) _frame.Remove(shard.Cache.Id, change.RemovedKey!);
        if (change.IsDigest && Digest.TryParse(change.RemovedKey!, out var digest) && shard.Digests.Find(digest) < 0) _frame.Remove(shard.Cache.Id, digest);
    }

    void Undo(in Change change)
    {
        var shard = change.Shard;
        lock (shard.Gate)
        {
            if (change.Kind == ChangeKind.Removed) UndoRemove(change);
            else if (change.IsDigest)
            {
                ref var slot = ref shard.Digests[change.Index];
                if (Undo(change, ref slot)) shard.FreeDigest(change.Index);
            }
            else
            {
                ref var slot = ref shard.Texts[change.Index];
                if (Undo(change, ref slot)) shard.FreeText(change.Index);
            }
        }
    }

    /// <returns>Whether the entry must go.</returns>
    bool Undo<TKey>(in Change change, ref CacheSlot<TKey> slot)
    {
        if (slot.Owner != _batch) return false;
        // The entry as an unfinished batch of somebody else left it; if that batch has ended meanwhile, its entry was not
        // written to the log. A lost entry costs a duplicate, a wrong one would cost an event.
        if (change.Kind == ChangeKind.Added || (change.PriorOwner != 0 && change.PriorOwner != _batch && !_store.IsOpen(change.PriorOwner))) return true;
        change.Shard.Replace(ref slot, change.PriorValue!);
        slot.Expires = change.PriorExpires;
        slot.Owner = change.PriorOwner;
        return false;
    }

    void UndoRemove(in Change change)
    {
        // What was removed stays so if the entry belonged to an open batch, also this one: better a duplicate than a lost event.
        if (change.PriorOwner != 0) return;
        var shard = change.Shard;
        var now = _store.Now();
        if (Digest.TryParse(change.RemovedKey!, out var digest) && shard.Digests.Find(digest) < 0)
        {
            shard.Digests[shard.Insert(digest, change.PriorValue!, now)].Expires = change.PriorExpires;
        }
        else if (!change.IsDigest && shard.Texts.Find(change.RemovedKey!) < 0)
        {
            shard.Texts[shard.Insert(change.RemovedKey!, change.PriorValue!, now)].Expires = change.PriorExpires;
        }
    }
}
