namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// A run of consecutive messages in one array, laid out as in the file, so that writing them to the log and handing them to
/// the next bot needs one copy. Small enough to stay out of the large object heap.
/// </summary>
internal sealed class Chunk
{
    /// <summary>Target size of one array. Arrays from 85,000 bytes on are only freed by full collections.</summary>
    public const int TargetBytes = 80_000;

    /// <summary>Messages of this size and more are not copied: they go to the log from the sender's memory and are read back.</summary>
    public const int LargeMessageBytes = 256 * 1024;

    readonly byte[] _array;
    readonly ReadOnlyMemory<byte> _large;

    public Chunk(byte[] array, int used, int count, long payloadBytes, ReadOnlyMemory<byte> large = default)
    {
        _array = array;
        _large = large;
        Used = used;
        Count = count;
        PayloadBytes = payloadBytes;
    }

    public byte[] Array => _array;

    /// <summary>Bytes of <see cref="Array"/> that belong to the batch.</summary>
    public int Used { get; }

    public int Count { get; }

    public long PayloadBytes { get; }

    /// <summary>False for a message that stays on disk until somebody receives it.</summary>
    public bool InMemory => _large.IsEmpty;

    public long FileBytes => Used + (long)_large.Length;

    public long FirstSequence { get; private set; }

    /// <summary>Where the batch begins in the log.</summary>
    public LogPosition Position { get; private set; }

    public void Place(LogPosition position, long group)
    {
        Position = position;
        FirstSequence = position.Sequence;
        LogFormat.WriteBatchHeader(
            _array, new BatchHeader(FirstSequence, Count, FileBytes - LogFormat.BatchHeaderBytes, group));
    }

    public void AddTo(List<ReadOnlyMemory<byte>> parts)
    {
        parts.Add(_array.AsMemory(0, Used));
        if (!_large.IsEmpty) parts.Add(_large);
    }
}

/// <summary>A place in the log of a queue.</summary>
/// <param name="Segment">First sequence number of the segment; 0 where it must be looked up.</param>
/// <param name="Offset">Where a batch begins in the segment.</param>
/// <param name="Sequence">The sequence number looked for, in that batch or after it.</param>
internal readonly record struct LogPosition(long Segment, long Offset, long Sequence)
{
    public static LogPosition Unknown(long sequence) => new(0, 0, sequence);
}
