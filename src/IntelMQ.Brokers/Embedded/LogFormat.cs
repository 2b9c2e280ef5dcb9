using System.Buffers.Binary;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// How messages lie in a segment: a header, then batches. A batch is a header with its first sequence number and its count,
/// and that many records: length, checksum, message. All numbers are little-endian.
/// </summary>
internal static class LogFormat
{
    public const int SegmentHeaderBytes = 32;
    public const int BatchHeaderBytes = 40;
    public const int RecordHeaderBytes = 8;

    const uint SegmentMagic = 0x53514D49; // IMQS
    const uint Version = 1;

    /// <summary>What a batch begins with: the letters IMQB.</summary>
    public static ReadOnlySpan<byte> BatchMagic => "IMQB"u8;

    public static byte[] SegmentHeader(int queue, long firstSequence)
    {
        var header = new byte[SegmentHeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, SegmentMagic);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(4), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), queue);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), firstSequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(28), Checksum.Of(header.AsSpan(0, 28)));
        return header;
    }

    public static void WriteBatchHeader(Span<byte> target, in BatchHeader header)
    {
        BatchMagic.CopyTo(target);
        BinaryPrimitives.WriteInt32LittleEndian(target[4..], header.Count);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], header.FirstSequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[16..], header.Group);
        BinaryPrimitives.WriteInt64LittleEndian(target[24..], header.RecordBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(target[36..], Checksum.Of(target[..36]));
    }

    public static bool TryReadBatchHeader(ReadOnlySpan<byte> source, out BatchHeader header)
    {
        header = default;
        if (source.Length < BatchHeaderBytes || !source.StartsWith(BatchMagic)) return false;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[36..]) != Checksum.Of(source[..36])) return false;
        header = new BatchHeader(
            BinaryPrimitives.ReadInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(source[16..]));
        return header is { Count: > 0, FirstSequence: > 0, RecordBytes: >= 0 };
    }

    public static uint RecordChecksum(ReadOnlySpan<byte> body) => Checksum.Of(body, (uint)body.Length);

    public static void WriteRecordHeader(Span<byte> target, ReadOnlySpan<byte> body)
    {
        BinaryPrimitives.WriteInt32LittleEndian(target, body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], RecordChecksum(body));
    }

    /// <summary>The length of the record that begins here, or -1 if it cannot lie in what follows.</summary>
    public static int RecordLength(ReadOnlySpan<byte> source)
    {
        if (source.Length < RecordHeaderBytes) return -1;
        var length = BinaryPrimitives.ReadInt32LittleEndian(source);
        return length >= 0 && length <= source.Length - RecordHeaderBytes ? length : -1;
    }

    public static bool IsRecordIntact(ReadOnlySpan<byte> record, int length) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[4..]) == RecordChecksum(record.Slice(RecordHeaderBytes, length));
}

/// <param name="FirstSequence">Sequence number of the first record.</param>
/// <param name="Count">Number of records.</param>
/// <param name="RecordBytes">Bytes of all records with their headers.</param>
/// <param name="Group">The commit group that wrote it.</param>
internal readonly record struct BatchHeader(long FirstSequence, int Count, long RecordBytes, long Group)
{
    public long End => FirstSequence + Count;

    /// <summary>Bytes of the batch in the file.</summary>
    public long FileBytes => LogFormat.BatchHeaderBytes + RecordBytes;
}
