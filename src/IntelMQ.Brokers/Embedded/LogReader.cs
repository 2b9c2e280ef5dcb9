namespace IntelMQ.Brokers.Embedded;

/// <summary>Messages read from a log, to be handed out without copying them again.</summary>
/// <param name="Array">Holds the records.</param>
/// <param name="Offset">Where the first record's header begins.</param>
/// <param name="FirstSequence">Its sequence number.</param>
/// <param name="Count">Number of records, one behind the other.</param>
/// <param name="Bytes">Bytes of all of them with their headers.</param>
internal readonly record struct RecordRun(byte[] Array, int Offset, long FirstSequence, int Count, int Bytes);

/// <summary>Messages that cannot be read.</summary>
/// <param name="Range">Their sequence numbers.</param>
/// <param name="Segment">The segment where they should be; null if it is gone.</param>
/// <param name="Offset">Where in it.</param>
internal readonly record struct LostMessages(SequenceRange Range, Segment? Segment, long Offset);

/// <summary>What one call of <see cref="LogReader.Read"/> found.</summary>
internal sealed class ReadResult
{
    public List<RecordRun> Runs { get; } = [];

    public List<LostMessages> Lost { get; } = [];

    public long Bytes { get; set; }

    /// <summary>The messages, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Bodies()
    {
        foreach (var run in Runs)
        {
            for (var cursor = new RunCursor(run); cursor.Remaining > 0; cursor.Advance(cursor.Length)) yield return cursor.Body;
        }
    }
}

/// <summary>Reads a log in order. Whatever is unreadable is reported and passed over; nothing readable is left out.</summary>
internal sealed class LogReader(IStoreFiles files, Func<long, Segment?> find, Func<long, Segment?> after) : IDisposable
{
    const int BlockBytes = 64 * 1024;

    Segment? _segment;
    StoreFile? _file;

    public LogReader(IStoreFiles files, QueueLog log) : this(files, log.Find, log.After)
    {
    }

    /// <summary>
    /// Reads from <paramref name="position"/>, at least one message and about <paramref name="budget"/> bytes, but nothing
    /// from <paramref name="tail"/> on; moves the position behind what was read or lost.
    /// </summary>
    public ReadResult Read(ref LogPosition position, long tail, int budget)
    {
        var result = new ReadResult();
        while (result.Bytes < budget && position.Sequence < tail)
        {
            if (!TryEnter(ref position, tail, result)) break;
            ReadBlock(ref position, Math.Min(tail, NextFirst()), result);
        }

        return result;
    }

    public void Leave()
    {
        _file?.Dispose();
        _file = null;
        _segment = null;
    }

    public void Dispose() => Leave();

    long End => _file is null ? 0 : _segment!.End;

    long NextFirst() => after(_segment!.First)?.First ?? long.MaxValue;

    // Stands in the segment of the position afterwards, or has passed over what no segment holds.
    bool TryEnter(ref LogPosition position, long tail, ReadResult result)
    {
        if (_segment is null || _segment.First != position.Segment)
        {
            Leave();
            var segment = find(position.Sequence);
            if (segment is null || segment.First >= tail)
            {
                Lose(ref position, tail, result, null);
                return false;
            }

            if (segment.First > position.Sequence) Lose(ref position, segment.First, result, null);
            Enter(segment, ref position);
        }

        while (position.Offset >= End)
        {
            var next = after(_segment!.First);
            var end = next is null ? tail : Math.Min(next.First, tail);
            if (position.Sequence < end) Lose(ref position, end, result, _segment);
            if (next is null || position.Sequence >= tail) return false;
            Leave();
            Enter(next, ref position);
        }

        return true;
    }

    void Enter(Segment segment, ref LogPosition position)
    {
        try
        {
            _file = files.Open(segment.Path, StoreFileMode.Read);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Somebody took the file away: all its messages are lost, the next segment goes on.
            _file = null;
        }

        _segment = segment;
        if (position.Segment != segment.First)
            position = position with { Segment = segment.First, Offset = LogFormat.SegmentHeaderBytes };
    }

    void ReadBlock(ref LogPosition position, long limit, ReadResult result)
    {
        var block = ReadBytes(position.Offset, (int)Math.Min(BlockBytes, End - position.Offset));
        var used = 0;
        while (position.Sequence < limit)
        {
            var rest = block.AsSpan(used);
            if (rest.Length < LogFormat.BatchHeaderBytes && used > 0) return;
            if (!LogFormat.TryReadBatchHeader(rest, out var batch) || !Fits(batch, position, limit))
            {
                PassOverDamage(ref position, limit, result);
                return;
            }

            if (batch.FirstSequence > position.Sequence) Lose(ref position, batch.FirstSequence, result, _segment);
            if (batch.FileBytes > rest.Length)
            {
                if (used > 0) return;
                ReadLongBatch(ref position, batch, limit, result);
                return;
            }

            Take(block, used, batch, ref position, limit, result);
            used += (int)batch.FileBytes;
            position = position with { Offset = position.Offset + batch.FileBytes };
            if (used == block.Length) return;
        }
    }

    bool Fits(in BatchHeader batch, in LogPosition position, long limit) =>
        batch.FirstSequence < limit && batch.FileBytes <= End - position.Offset;

    void ReadLongBatch(ref LogPosition position, in BatchHeader batch, long limit, ReadResult result)
    {
        if (batch.End > position.Sequence)
        {
            if (batch.FileBytes > Array.MaxLength)
                throw new BrokerException($"{_segment!.Path} holds a batch of {batch.FileBytes} bytes, more than can be read.");
            Take(ReadBytes(position.Offset, (int)batch.FileBytes), 0, batch, ref position, limit, result);
        }

        position = position with { Offset = position.Offset + batch.FileBytes };
    }

    // The records of one batch from the position on, as runs of intact ones.
    void Take(byte[] block, int start, in BatchHeader batch, ref LogPosition position, long limit, ReadResult result)
    {
        var last = Math.Min(batch.End, limit);
        var end = start + (int)batch.FileBytes;
        var offset = start + LogFormat.BatchHeaderBytes;
        var (runStart, runFirst, runCount) = (0, 0L, 0);
        for (var sequence = batch.FirstSequence; sequence < last; sequence++)
        {
            var length = LogFormat.RecordLength(block.AsSpan(offset, end - offset));
            var intact = length >= 0 && LogFormat.IsRecordIntact(block.AsSpan(offset), length);
            if (intact && sequence >= position.Sequence)
            {
                if (runCount++ == 0) (runStart, runFirst) = (offset, sequence);
                result.Bytes += length;
            }

            if (!intact)
            {
                AddRun(result, block, runStart, offset, runFirst, ref runCount);
                var lostEnd = length < 0 ? last : sequence + 1;
                position = position with { Sequence = Math.Max(position.Sequence, sequence) };
                Lose(ref position, lostEnd, result, _segment, position.Offset + offset - start);
                if (length < 0) break;
            }

            offset += LogFormat.RecordHeaderBytes + length;
        }

        AddRun(result, block, runStart, offset, runFirst, ref runCount);
        position = position with { Sequence = Math.Max(position.Sequence, last) };
    }

    static void AddRun(ReadResult result, byte[] block, int start, int end, long first, ref int count)
    {
        if (count > 0) result.Runs.Add(new RecordRun(block, start, first, count, end - start));
        count = 0;
    }

    // Looks for the next batch whose header is intact; the messages in between are lost.
    void PassOverDamage(ref LogPosition position, long limit, ReadResult result)
    {
        var damagedAt = position.Offset;
        var offset = position.Offset + 1;
        var window = new byte[1024 * 1024];
        while (offset < End)
        {
            var read = _file?.Read(window.AsSpan(0, (int)Math.Min(window.Length, End - offset)), offset) ?? 0;
            var found = window.AsSpan(0, read).IndexOf(LogFormat.BatchMagic);
            if (found < 0)
            {
                if (read < window.Length) break;
                offset += read - LogFormat.BatchMagic.Length + 1;
                continue;
            }

            offset += found;
            var header = ReadBytes(offset, LogFormat.BatchHeaderBytes);
            if (LogFormat.TryReadBatchHeader(header, out var batch) &&
                batch.End > position.Sequence && Fits(batch, position with { Offset = offset }, limit))
            {
                Lose(ref position, batch.FirstSequence, result, _segment, damagedAt);
                position = position with { Offset = offset };
                return;
            }

            offset++;
        }

        // Nothing more is readable here. What the next segment holds begins with its first message.
        var next = after(_segment!.First);
        Lose(ref position, Math.Min(limit, next?.First ?? limit), result, _segment, damagedAt);
        position = position with { Offset = End };
    }

    static void Lose(ref LogPosition position, long end, ReadResult result, Segment? segment, long offset = -1)
    {
        if (end <= position.Sequence) return;
        result.Lost.Add(new LostMessages(
            new SequenceRange(position.Sequence, end), segment, offset < 0 ? position.Offset : offset));
        position = position with { Sequence = end };
    }

    byte[] ReadBytes(long offset, int count)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(count);
        try
        {
            var read = _file?.Read(bytes, offset) ?? 0;
            return read == count ? bytes : bytes[..read];
        }
        catch (IOException exception)
        {
            throw new BrokerException($"Cannot read {_segment!.Path} at byte {offset}: {exception.Message}", exception);
        }
    }
}
