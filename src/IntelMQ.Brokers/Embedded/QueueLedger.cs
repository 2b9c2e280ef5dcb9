namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// What the journal knows of one queue: how far its log is valid and which of its messages are done. The running broker, the
/// recovery and the read-only commands all work on this.
/// </summary>
internal sealed class QueueLedger(int id, string name)
{
    public int Id { get; } = id;

    public string Name { get; set; } = name;

    public QueueLimits Limits { get; set; }

    /// <summary>The sequence number that the next message gets. The first message of a queue has 1.</summary>
    public long Tail { get; set; } = 1;

    /// <summary>Bytes of all messages that are not done.</summary>
    public long Bytes { get; private set; }

    public SequenceSet Acknowledged { get; } = new();

    /// <summary>Messages that the last clear took away and that are still there to come back.</summary>
    public SequenceSet Cleared { get; } = new();

    /// <summary>Outputs already sent of messages that are not done.</summary>
    public Dictionary<long, long> Progress { get; } = [];

    /// <summary>The segment that is written to, and the end of what is valid in it. 0 before the first message.</summary>
    public long Segment { get; set; }

    public long SegmentEnd { get; set; }

    /// <summary>Messages that are not done.</summary>
    public long Count => Tail - 1 - Acknowledged.Count;

    /// <summary>The first message that is not done, or <see cref="Tail"/>.</summary>
    public long Front => Acknowledged.SkipOver(1);

    public void Append(in AppendEntry entry)
    {
        // A journal with a damaged record may jump: what lies between was sent, or it is found to be gone when it is read.
        Tail = entry.FirstSequence + entry.Count;
        Bytes += entry.PayloadBytes;
        Segment = entry.Segment;
        SegmentEnd = entry.EndOffset;
    }

    public void Acknowledge(SequenceRange range)
    {
        Acknowledged.Add(range);
        if (Progress.Count == 0) return;
        foreach (var sequence in Progress.Keys.Where(key => key >= range.Start && key < range.End).ToArray())
            Progress.Remove(sequence);
    }

    /// <summary>Takes bytes off the count; an empty queue has none, whatever damage made of the count before.</summary>
    public void Subtract(long bytes) => Bytes = Count <= 0 ? 0 : Math.Max(0, Bytes - bytes);

    public void Restore(long bytes) => Bytes = bytes;

    /// <summary>Takes messages away with a way back, in place of what an earlier clear kept.</summary>
    public void ApplyCleared(IReadOnlyList<SequenceRange> ranges, long bytes)
    {
        Cleared.Clear();
        foreach (var range in ranges)
        {
            Cleared.Add(range);
            Acknowledge(range);
        }

        Subtract(bytes);
    }
}

/// <summary>Messages that a commit group appended to a queue.</summary>
/// <param name="Queue">Its number.</param>
/// <param name="Segment">First sequence number of the segment.</param>
/// <param name="StartOffset">Where the first batch begins.</param>
/// <param name="EndOffset">Where the last batch ends.</param>
/// <param name="FirstSequence">The first message.</param>
/// <param name="Count">Number of messages.</param>
/// <param name="PayloadBytes">Bytes of the messages alone.</param>
internal readonly record struct AppendEntry(
    int Queue, long Segment, long StartOffset, long EndOffset, long FirstSequence, long Count, long PayloadBytes);
