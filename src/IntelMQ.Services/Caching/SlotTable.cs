namespace IntelMQ.Services;

/// <summary>An entry of a cache.</summary>
/// <remarks>A struct in pages of an array: one allocation for 128 entries, and no timer or node for any.</remarks>
struct CacheSlot<TKey>
{
    public TKey Key;

    /// <summary>The value in UTF-8; null marks a slot that is free.</summary>
    public byte[]? Value;

    /// <summary>
    /// Seconds since 1970 until which the entry lives; <see cref="CacheClock.Never"/> for ever. In a free slot: index + 1
    /// of the next free one.
    /// </summary>
    public uint Expires;

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

    // The index: 24 bits of slot + 1 and 8 bits of the key's hash, which spare most looks at slots of other keys.
    // Open addressing, so that a lookup touches one place of the index and one slot: misses of the processor's caches
    // are most of the cost of a large table.
    const uint Empty = 0;
    const uint Deleted = uint.MaxValue;
    const int SlotMask = 0x00FF_FFFF;

    uint[] _index = new uint[16];
    int _taken;
    CacheSlot<TKey>[][] _pages = [];
    int _used;
    int _free;
    int _hand;

    /// <summary>More do not fit the index.</summary>
    public const int MostEntries = SlotMask - 1;

    public int Count { get; private set; }

    /// <summary>Slots that were ever used: those with an index below may be asked for.</summary>
    public int Used => _used;

    public ref CacheSlot<TKey> this[int index] => ref _pages[index >> PageBits][index & (PageSize - 1)];

    static uint Mix(in TKey key) => (uint)key.GetHashCode() * 0x9E37_79B1;

    /// <summary>The index of a key, or -1.</summary>
    public int Find(in TKey key)
    {
        var hash = Mix(key);
        var index = _index;
        for (var i = Home(hash, index);; i = (i + 1) & (index.Length - 1))
        {
            var entry = index[i];
            if (entry == Empty) return -1;
            if (entry != Deleted && entry >> 24 == (hash & 0xFF) && this[(int)(entry & SlotMask) - 1].Key.Equals(key)) return (int)(entry & SlotMask) - 1;
        }
    }

    static int Home(uint hash, uint[] index) => (int)(hash >> 8) & (index.Length - 1);

    /// <summary>Takes a slot for a key that is not in the table.</summary>
    public int Insert(in TKey key)
    {
        if (_taken >= _index.Length - _index.Length / 4) RebuildIndex();
        int slot;
        if (_free != 0)
        {
            slot = _free - 1;
            _free = (int)this[slot].Expires;
        }
        else
        {
            slot = _used++;
            if ((slot & (PageSize - 1)) == 0) AddPage(slot >> PageBits);
        }

        this[slot].Key = key;
        AddToIndex(Mix(key), slot);
        Count++;
        return slot;
    }

    void AddToIndex(uint hash, int slot)
    {
        var i = Home(hash, _index);
        while (_index[i] is not Empty and not Deleted) i = (i + 1) & (_index.Length - 1);
        if (_index[i] == Empty) _taken++;
        _index[i] = (hash << 24) | (uint)(slot + 1);
    }

    void AddPage(int page)
    {
        if (page == _pages.Length) Array.Resize(ref _pages, page + 1 + page / 8);
        _pages[page] = new CacheSlot<TKey>[PageSize];
    }

    void RebuildIndex()
    {
        // Many deleted places and few entries: the same size will do.
        _index = new uint[Count >= _index.Length / 2 ? _index.Length * 2 : _index.Length];
        _taken = 0;
        for (var i = 0; i < _used; i++)
        {
            ref var slot = ref this[i];
            if (slot.Value is not null) AddToIndex(Mix(slot.Key), i);
        }
    }

    public void Free(int slot)
    {
        var i = Home(Mix(this[slot].Key), _index);
        while (_index[i] == Deleted || (_index[i] & SlotMask) != slot + 1) i = (i + 1) & (_index.Length - 1);
        _index[i] = Deleted;
        this[slot] = default;
        this[slot].Expires = (uint)_free;
        _free = slot + 1;
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
