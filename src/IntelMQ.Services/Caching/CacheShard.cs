namespace IntelMQ.Services;

/// <summary>A part of a cache with a lock of its own.</summary>
sealed class CacheShard(CacheData cache, long maxBytes)
{
    // What an entry takes: its slot, its share of the index, and for texts the objects behind it.
    const int DigestBytes = 56;
    const int TextBytes = 32 + 24;
    const int ValueBytes = 24;

    /// <summary>Guards all that follows.</summary>
    public Lock Gate { get; } = new();

    public CacheData Cache { get; } = cache;

    public SlotTable<Digest> Digests { get; } = new();

    public SlotTable<string> Texts { get; } = new();

    public long Bytes { get; private set; }

    public long Evicted { get; private set; }

    static int Cost(in CacheSlot<Digest> slot) => DigestBytes + Cost(slot.Value!);

    static int Cost(in CacheSlot<string> slot) => TextBytes + slot.Key.Length * 2 + Cost(slot.Value!);

    // Short values are shared (ValuePool).
    static int Cost(byte[] value) => ValuePool.IsShared(value) ? 0 : ValueBytes + value.Length;

    public int Insert(in Digest key, byte[] value, uint now)
    {
        MakeRoom(DigestBytes + Cost(value), now);
        var index = Digests.Insert(key);
        ref var slot = ref Digests[index];
        slot.Value = value;
        Bytes += Cost(slot);
        return index;
    }

    public int Insert(string key, byte[] value, uint now)
    {
        MakeRoom(TextBytes + key.Length * 2 + Cost(value), now);
        var index = Texts.Insert(key);
        ref var slot = ref Texts[index];
        slot.Value = value;
        Bytes += Cost(slot);
        return index;
    }

    public void Replace<TKey>(ref CacheSlot<TKey> slot, byte[] value)
    {
        Bytes += Cost(value) - Cost(slot.Value!);
        slot.Value = value;
    }

    public void FreeDigest(int index)
    {
        Bytes -= Cost(Digests[index]);
        Digests.Free(index);
    }

    public void FreeText(int index)
    {
        Bytes -= Cost(Texts[index]);
        Texts.Free(index);
    }

    void MakeRoom(int cost, uint now)
    {
        for (var i = 0; i < 2; i++)
        {
            if (Digests.StepToExpired(now) is >= 0 and var digest) FreeDigest(digest);
            if (Texts.StepToExpired(now) is >= 0 and var text) FreeText(text);
        }

        while ((Bytes + cost > maxBytes || Digests.Count >= SlotTable<Digest>.MostEntries || Texts.Count >= SlotTable<string>.MostEntries) && EvictOne(now))
        {
        }
    }

    bool EvictOne(uint now)
    {
        // The larger table gives.
        var fromDigests = Digests.Count >= Texts.Count;
        var index = fromDigests ? Digests.FindVictim(now) : Texts.FindVictim(now);
        if (index < 0) return false;
        if ((fromDigests ? Digests[index].Expires : Texts[index].Expires) > now) Evicted++;
        if (fromDigests) FreeDigest(index);
        else FreeText(index);
        return true;
    }
}

/// <summary>The entries of one named cache.</summary>
sealed class CacheData
{
    readonly CacheShard[] _shards;

    public CacheData(string name, ushort id, CacheStoreOptions options)
    {
        Name = name;
        Id = id;
        _shards = new CacheShard[options.Shards];
        for (var i = 0; i < _shards.Length; i++) _shards[i] = new CacheShard(this, options.MaxBytesPerCache / options.Shards);
    }

    public string Name { get; }

    /// <summary>Its number in the log.</summary>
    public ushort Id { get; }

    public IReadOnlyList<CacheShard> Shards => _shards;

    public CacheShard ShardOf(in Digest key) => _shards[key.ShardHash & (_shards.Length - 1)];

    public CacheShard ShardOf(string key) => _shards[(key.GetHashCode(StringComparison.Ordinal) >> 20) & (_shards.Length - 1)];

    public CacheStatus Status()
    {
        long entries = 0, bytes = 0, evicted = 0;
        foreach (var shard in _shards)
        {
            lock (shard.Gate)
            {
                entries += shard.Digests.Count + shard.Texts.Count;
                bytes += shard.Bytes;
                evicted += shard.Evicted;
            }
        }

        return new CacheStatus(Name, entries, bytes, evicted);
    }
}
