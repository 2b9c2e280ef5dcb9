namespace IntelMQ.Brokers.Embedded;

/// <summary>What one receiver has and has not acknowledged. Guarded by the lock of its queue.</summary>
internal sealed class LeaseTable
{
    readonly List<Block> _blocks = [];

    public void Add(Delivery[] deliveries) => _blocks.Add(new Block(deliveries));

    /// <summary>Marks messages as being acknowledged by a commit under way.</summary>
    /// <returns>Their ranges and bytes; null, with nothing marked, if one of them is not leased.</returns>
    public AcknowledgedMessages? Begin(IReadOnlyList<long> tags, out long unknown)
    {
        var ranges = new List<SequenceRange>();
        long start = 0, end = 0, bytes = 0;
        unknown = 0;
        for (var index = 0; index < tags.Count; index++)
        {
            var tag = tags[index];
            if (!TryFind(tag, out var block, out var item) || block.States[item] != LeaseState.Leased)
            {
                unknown = tag;
                for (var undo = 0; undo < index; undo++) Mark(tags[undo], LeaseState.Leased);
                return null;
            }

            block.States[item] = LeaseState.Acknowledging;
            bytes += block.Deliveries[item].Body.Length;
            if (tag == end && start > 0)
            {
                end++;
                continue;
            }

            if (start > 0) ranges.Add(new SequenceRange(start, end));
            (start, end) = (tag, tag + 1);
        }

        if (start > 0) ranges.Add(new SequenceRange(start, end));
        return new AcknowledgedMessages(ranges, tags.Count, bytes);
    }

    /// <summary>The commit happened: the messages are gone.</summary>
    public void Complete(IReadOnlyList<SequenceRange> ranges)
    {
        foreach (var range in ranges)
        {
            for (var tag = range.Start; tag < range.End; tag++) Close(tag);
        }
    }

    /// <summary>The commit did not happen: the messages are leased as before.</summary>
    public void Undo(IReadOnlyList<SequenceRange> ranges)
    {
        foreach (var range in ranges)
        {
            for (var tag = range.Start; tag < range.End; tag++) Mark(tag, LeaseState.Leased);
        }
    }

    public bool IsLeased(long tag) => TryFind(tag, out var block, out var item) && block.States[item] == LeaseState.Leased;

    /// <summary>Takes a leased message out, to give it back to the queue.</summary>
    public bool TryRelease(long tag, out Delivery delivery)
    {
        delivery = default;
        if (!TryFind(tag, out var block, out var item) || block.States[item] != LeaseState.Leased) return false;
        delivery = block.Deliveries[item];
        Close(tag);
        return true;
    }

    /// <summary>All messages that are leased and not part of a commit under way.</summary>
    public List<Delivery> Leased()
    {
        var leased = new List<Delivery>();
        foreach (var block in _blocks)
        {
            for (var item = 0; item < block.Deliveries.Length; item++)
                if (block.States[item] == LeaseState.Leased) leased.Add(block.Deliveries[item]);
        }

        return leased;
    }

    void Mark(long tag, LeaseState state)
    {
        if (TryFind(tag, out var block, out var item)) block.States[item] = state;
    }

    void Close(long tag)
    {
        if (!TryFind(tag, out var block, out var item)) return;
        block.States[item] = LeaseState.Done;
        if (--block.Open == 0) _blocks.Remove(block);
    }

    // Acknowledgements come in the order of the deliveries nearly always: the next item is tried before searching.
    bool TryFind(long tag, out Block block, out int item)
    {
        foreach (var candidate in _blocks)
        {
            var deliveries = candidate.Deliveries;
            if (tag < deliveries[0].Tag || tag > deliveries[^1].Tag) continue;
            item = candidate.Next;
            if (item >= deliveries.Length || deliveries[item].Tag != tag) item = candidate.Search(tag);
            if (item < 0 || candidate.States[item] == LeaseState.Done) continue;
            candidate.Next = item + 1;
            block = candidate;
            return true;
        }

        block = null!;
        item = -1;
        return false;
    }

    enum LeaseState : byte
    {
        Leased,
        Acknowledging,
        Done,
    }

    sealed class Block(Delivery[] deliveries)
    {
        // In ascending order of their tags.
        public Delivery[] Deliveries { get; } = deliveries;

        public LeaseState[] States { get; } = new LeaseState[deliveries.Length];

        public int Open { get; set; } = deliveries.Length;

        public int Next { get; set; }

        public int Search(long tag)
        {
            int low = 0, high = Deliveries.Length - 1;
            while (low <= high)
            {
                var middle = (low + high) / 2;
                var found = Deliveries[middle].Tag;
                if (found == tag) return middle;
                if (found < tag) low = middle + 1;
                else high = middle - 1;
            }

            return -1;
        }
    }
}

/// <summary>Messages of one receiver that a commit acknowledges.</summary>
/// <param name="Ranges">Their sequence numbers.</param>
/// <param name="Count">How many.</param>
/// <param name="Bytes">Bytes of their bodies.</param>
internal sealed record AcknowledgedMessages(List<SequenceRange> Ranges, int Count, long Bytes);
