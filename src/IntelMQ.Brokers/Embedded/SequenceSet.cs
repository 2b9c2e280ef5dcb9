namespace IntelMQ.Brokers.Embedded;

/// <summary>Sequence numbers from <paramref name="Start"/> up to but not including <paramref name="End"/>.</summary>
internal readonly record struct SequenceRange(long Start, long End)
{
    public long Count => End - Start;
}

/// <summary>
/// A set of sequence numbers kept as ranges. What has been acknowledged is nearly always one long range (the cursor) and
/// a few short ones where messages were done out of order.
/// </summary>
internal sealed class SequenceSet
{
    readonly List<SequenceRange> _ranges = [];

    public long Count { get; private set; }

    public IReadOnlyList<SequenceRange> Ranges => _ranges;

    public bool IsEmpty => _ranges.Count == 0;

    /// <summary>The end of the last range; 0 for the empty set.</summary>
    public long End => _ranges.Count == 0 ? 0 : _ranges[^1].End;

    public void Clear()
    {
        _ranges.Clear();
        Count = 0;
    }

    public void Add(SequenceRange range)
    {
        if (range.Count <= 0) return;
        var first = FirstTouching(range.Start);
        if (first == _ranges.Count || _ranges[first].Start > range.End)
        {
            _ranges.Insert(first, range);
            Count += range.Count;
            return;
        }

        var last = first;
        while (last + 1 < _ranges.Count && _ranges[last + 1].Start <= range.End) last++;
        var merged = new SequenceRange(
            Math.Min(range.Start, _ranges[first].Start), Math.Max(range.End, _ranges[last].End));
        for (var index = first; index <= last; index++) Count -= _ranges[index].Count;
        _ranges[first] = merged;
        if (last > first) _ranges.RemoveRange(first + 1, last - first);
        Count += merged.Count;
    }

    public void Remove(SequenceRange range)
    {
        if (range.Count <= 0) return;
        for (var index = FirstTouching(range.Start + 1); index < _ranges.Count && _ranges[index].Start < range.End;)
        {
            var old = _ranges[index];
            _ranges.RemoveAt(index);
            Count -= old.Count;
            if (old.Start < range.Start) Insert(index++, new SequenceRange(old.Start, range.Start));
            if (old.End > range.End) Insert(index++, new SequenceRange(range.End, old.End));
        }
    }

    public bool Contains(long sequence) => SkipOver(sequence) != sequence;

    /// <summary>The first number from <paramref name="sequence"/> on that is not in the set.</summary>
    public long SkipOver(long sequence)
    {
        var index = FirstTouching(sequence + 1);
        return index < _ranges.Count && _ranges[index].Start <= sequence ? _ranges[index].End : sequence;
    }

    public bool ContainsAll(SequenceRange range) => range.Count <= 0 || SkipOver(range.Start) >= range.End;

    public bool Overlaps(SequenceRange range)
    {
        var index = FirstTouching(range.Start + 1);
        return range.Count > 0 && index < _ranges.Count && _ranges[index].Start < range.End;
    }

    /// <summary>The parts of <paramref name="range"/> that are not in the set.</summary>
    public IEnumerable<SequenceRange> Gaps(SequenceRange range)
    {
        for (var start = SkipOver(range.Start); start < range.End;)
        {
            var index = FirstTouching(start + 1);
            var end = index < _ranges.Count ? Math.Min(_ranges[index].Start, range.End) : range.End;
            yield return new SequenceRange(start, end);
            start = SkipOver(end);
        }
    }

    void Insert(int index, SequenceRange range)
    {
        _ranges.Insert(index, range);
        Count += range.Count;
    }

    // The first range that ends at or after the number; the last range is where almost every call ends up.
    int FirstTouching(long sequence)
    {
        if (_ranges.Count == 0 || _ranges[^1].End < sequence) return _ranges.Count;
        int low = 0, high = _ranges.Count - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].End < sequence) low = middle + 1;
            else high = middle;
        }

        return low;
    }
}
