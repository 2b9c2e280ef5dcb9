using System.Buffers.Binary;
using System.Text;

namespace IntelMQ.Brokers.Embedded;

/// <summary>What one entry of a journal record says.</summary>
internal enum JournalEntry : byte
{
    Declared = 1,
    Appended = 2,
    Acknowledged = 3,
    Progressed = 4,
    Cleared = 5,
    Restored = 6,
    Synced = 7,
    State = 8,
    Purged = 9,
}

/// <summary>
/// Builds one journal record: a header (magic, length, group, checksum of the body, checksum of the header) and entries of
/// variable-length numbers. The buffer is used again for every group.
/// </summary>
internal sealed class JournalRecord
{
    public const int HeaderBytes = 24;

    byte[] _buffer = new byte[4096];
    int _used = HeaderBytes;

    public static ReadOnlySpan<byte> Magic => "IMQG"u8;

    public bool IsEmpty => _used == HeaderBytes;

    public void Reset() => _used = HeaderBytes;

    /// <summary>Completes the header. The memory is valid until the record is reset.</summary>
    public ReadOnlyMemory<byte> Seal(long group)
    {
        var header = _buffer.AsSpan(0, HeaderBytes);
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], _used - HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], group);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], Checksum.Of(_buffer.AsSpan(HeaderBytes, _used - HeaderBytes)));
        BinaryPrimitives.WriteUInt32LittleEndian(header[20..], Checksum.Of(header[..20]));
        return _buffer.AsMemory(0, _used);
    }

    public void Declared(int queue, string name, QueueLimits limits)
    {
        Kind(JournalEntry.Declared);
        Number(queue);
        Text(name);
        Number(limits.Messages);
        Number(limits.Bytes);
    }

    public void Appended(in AppendEntry entry)
    {
        Kind(JournalEntry.Appended);
        Number(entry.Queue);
        Number(entry.Segment);
        Number(entry.StartOffset);
        Number(entry.EndOffset);
        Number(entry.FirstSequence);
        Number(entry.Count);
        Number(entry.PayloadBytes);
    }

    public void Acknowledged(int queue, IReadOnlyList<SequenceRange> ranges, long bytes)
    {
        Kind(JournalEntry.Acknowledged);
        Number(queue);
        Ranges(ranges);
        Number(bytes);
    }

    public void Progressed(int queue, long sequence, long outputs)
    {
        Kind(JournalEntry.Progressed);
        Number(queue);
        Number(sequence);
        Number(outputs);
    }

    /// <summary>Messages taken away by a clear, which replaces what an earlier clear kept.</summary>
    public void Cleared(int queue, IReadOnlyList<SequenceRange> ranges, long bytes)
    {
        Kind(JournalEntry.Cleared);
        Number(queue);
        Ranges(ranges);
        Number(bytes);
    }

    /// <summary>Cleared messages that have been sent anew.</summary>
    public void Restored(int queue, IReadOnlyList<SequenceRange> ranges)
    {
        Kind(JournalEntry.Restored);
        Number(queue);
        Ranges(ranges);
    }

    /// <summary>Cleared messages given up for want of room.</summary>
    public void Purged(int queue)
    {
        Kind(JournalEntry.Purged);
        Number(queue);
    }

    /// <summary>The logs are on the disk as far as this group wrote them.</summary>
    public void Synced(long group)
    {
        Kind(JournalEntry.Synced);
        Number(group);
    }

    public void State(QueueLedger queue)
    {
        Kind(JournalEntry.State);
        Number(queue.Id);
        Text(queue.Name);
        Number(queue.Limits.Messages);
        Number(queue.Limits.Bytes);
        Number(queue.Tail);
        Number(queue.Bytes);
        Number(queue.Segment);
        Number(queue.SegmentEnd);
        Ranges(queue.Acknowledged.Ranges);
        Ranges(queue.Cleared.Ranges);
        Number(queue.Progress.Count);
        foreach (var (sequence, outputs) in queue.Progress)
        {
            Number(sequence);
            Number(outputs);
        }
    }

    void Kind(JournalEntry kind) => Number((long)kind);

    void Ranges(IReadOnlyList<SequenceRange> ranges)
    {
        Number(ranges.Count);
        long previous = 0;
        foreach (var range in ranges)
        {
            Number(range.Start - previous);
            Number(range.Count);
            previous = range.End;
        }
    }

    void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(length);
        Reserve(length);
        _used += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_used));
    }

    // Seven bits per byte, as in LEB128; negative numbers (a release of a lower range) take ten bytes.
    void Number(long number)
    {
        Reserve(10);
        var rest = (ulong)number;
        while (rest >= 0x80)
        {
            _buffer[_used++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        _buffer[_used++] = (byte)rest;
    }

    void Reserve(int bytes)
    {
        if (_buffer.Length - _used >= bytes) return;
        Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _used + bytes));
    }
}

/// <summary>Reads the entries of a record body. Throws <see cref="InvalidDataException"/> where they make no sense.</summary>
internal ref struct JournalEntries(ReadOnlySpan<byte> body)
{
    ReadOnlySpan<byte> _rest = body;

    public readonly bool AtEnd => _rest.IsEmpty;

    public JournalEntry Kind() => (JournalEntry)Number();

    public long Number()
    {
        ulong number = 0;
        for (var shift = 0; shift < 64 && !_rest.IsEmpty; shift += 7)
        {
            var next = _rest[0];
            _rest = _rest[1..];
            number |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return (long)number;
        }

        throw new InvalidDataException("A number in the journal does not end.");
    }

    public string Text()
    {
        var length = Number();
        if (length < 0 || length > _rest.Length) throw new InvalidDataException("A name in the journal does not end.");
        var text = Encoding.UTF8.GetString(_rest[..(int)length]);
        _rest = _rest[(int)length..];
        return text;
    }

    public List<SequenceRange> Ranges()
    {
        var ranges = new List<SequenceRange>();
        long previous = 0;
        for (var left = Number(); left > 0; left--)
        {
            var start = previous + Number();
            previous = start + Number();
            ranges.Add(new SequenceRange(start, previous));
        }

        return ranges;
    }

    public AppendEntry Append() =>
        new((int)Number(), Number(), Number(), Number(), Number(), Number(), Number());
}
