namespace IntelMQ.Brokers.Embedded;

/// <summary>One file of a queue's log.</summary>
internal sealed class Segment(string path, long first, long end)
{
    long _end = end;

    public string Path { get; } = path;

    /// <summary>The sequence number of its first message; also its file name.</summary>
    public long First { get; } = first;

    /// <summary>The end of what is valid. Grows while the segment is written to; readers see it without a lock.</summary>
    public long End
    {
        get => Volatile.Read(ref _end);
        set => Volatile.Write(ref _end, value);
    }

    /// <summary>Something in it could not be read: it is kept aside, not deleted, when its messages are done.</summary>
    public bool IsDamaged { get; set; }
}
