namespace IntelMQ.Services;

/// <summary>An entry of a cache.</summary>
/// <remarks>A struct in pages of an array: one allocation for 128 entries, and no timer or node for any.</remarks>
struct CacheSlot<TKey>
{
    public TKey Key;

    /// <summary>The value in UTF-8; null marks a slot that is free.</summary>
    public byte[]? Value;

    /// <summary>Seconds since 1970 until which the entry lives; <see cref="CacheClock.Never"/> for ever.</summary>
    public uint Expires;

    /// <summary>Index + 1 of the next slot of the bucket, or of the next free slot.</summary>
    public int Next;

    /// <summary>The batch that wrote the entry and is not completed yet; 0 for none.</summary>
    public int Owner;
}

/// <summary>
/// A hash table whose entries keep their place, with a hand that walks over them: it frees what has expired, two steps
/// per insertion, and finds the oldest when something must go. Not synchronized: a shard has one lock for all it holds.
/// </summary>
sealed class SlotTable<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    const int PageBits = 7;
    const int PageSize = 1 << PageBits;
    const int ScanForOldest = 32;

    int[] _buckets = new int[16];
    CacheSlot<TKey>[][] _pages = [];
    int _used;
    int _free;
    int _hand;

    public int Count { get; private set; }

    /// <summary>Slots that were ever used: those with an index below may be asked for.</summary>
    public int Used => _used;

    public ref CacheSlot<TKey> this[int index] => ref _pages[index >> PageBits][index & (PageSize - 1)];

    /// <summary>The index of a key, or -1.</summary>
    public int Find(in TKey key)
    {
        for (var i = _buckets[Bucket(key)]; i != 0;)
        {
            ref var slot = ref this[i - 1];
            if (slot.Key.Equals(key)) return i - 1;
            i = slot.Next;
        }

        return -1;
    }

    int Bucket(in TKey key) => key.GetHashCode() & (_buckets.Length - 1);

    /// <summary>Takes a slot for a key that is not in the table.</summary>
    public int Insert(in TKey key)
    {
        // Chains of two on average: a key then costs two to four bytes of bucket.
        if (Count >= _buckets.Length * 2) GrowBuckets();
        int index;
        if (_free != 0)
        {
            index = _free - 1;
            _free = this[index].Next;
        }
        else
        {
            index = _used++;
            if ((index & (PageSize - 1)) == 0) AddPage(index >> PageBits);
        }

        ref var bucket = ref _buckets[Bucket(key)];
        ref var slot = ref this[index];
        slot.Key = key;
        slot.Next = bucket;
        bucket = index + 1;
        Count++;
        return index;
    }

    void AddPage(int page)
    {
        if (page == _pages.Length) Array.Resize(ref _pages, page + 1 + page / 8);
        _pages[page] = new CacheSlot<TKey>[PageSize];
    }

    void GrowBuckets()
    {
        _buckets = new int[_buckets.Length * 2];
        for (var i = 0; i < _used; i++)
        {
            ref var slot = ref this[i];
            if (slot.Value is null) continue;
            ref var bucket = ref _buckets[Bucket(slot.Key)];
            slot.Next = bucket;
            bucket = i + 1;
        }
    }

    public void Free(int index)
    {
        ref var slot = ref this[index];
        ref var link = ref _buckets[Bucket(slot.Key)];
        while (link != index + 1) link = ref this[link - 1].Next;
        link = slot.Next;
        slot = default;
        slot.Next = _free;
        _free = index + 1;
        Count--;
    }

    /// <summary>The next slot under the hand if it has expired, or -1.</summary>
    public int StepToExpired(uint now)
    {
        if (_used == 0) return -1;
        var index = Step();
        ref var slot = ref this[index];
        return slot.Value is not null && slot.Owner == 0 && slot.Expires <= now ? index : -1;
    }

    /// <summary>The entry to sacrifice: the next expired one, or the one closest to its end of the next few; -1 when all belong to open batches.</summary>
    public int FindVictim(uint now)
    {
        var victim = -1;
        for (int seen = 0, steps = 0; seen < ScanForOldest && steps < _used; steps++)
        {
            var index = Step();
            ref var slot = ref this[index];
            if (slot.Value is null || slot.Owner != 0) continue;
            if (slot.Expires <= now) return index;
            if (victim < 0 || slot.Expires < this[victim].Expires) victim = index;
            seen++;
        }

        // The next search starts behind the victim, so that the hand walks in the order of the insertions.
        if (victim >= 0) _hand = victim + 1;
        return victim;
    }

    int Step()
    {
        if (_hand >= _used) _hand = 0;
        return _hand++;
    }
}
