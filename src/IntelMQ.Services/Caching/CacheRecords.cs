using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace IntelMQ.Services;

/// <summary>What stands in a frame of the log.</summary>
enum CacheRecord : byte
{
    /// <summary>Gives a cache its number: number, name.</summary>
    Name = 1,

    /// <summary>Cache, end of life, digest, value.</summary>
    SetDigest = 2,

    /// <summary>Cache, end of life, key, value.</summary>
    SetText = 3,

    /// <summary>Cache, digest.</summary>
    RemoveDigest = 4,

    /// <summary>Cache, key.</summary>
    RemoveText = 5,

    /// <summary>The start of the operating system during which the file was written.</summary>
    Boot = 6,

    /// <summary>The store was closed in order: nothing in this file is in doubt.</summary>
    Closed = 7,
}

/// <summary>Collects records until they become one frame, which the log holds as a whole or not at all.</summary>
/// <remarks>Numbers are little-endian; texts have a length of four bytes before them.</remarks>
sealed class FrameWriter
{
    /// <summary>Length of what follows, CRC-32C of what follows the CRC, time in seconds.</summary>
    public const int HeaderSize = 12;

    byte[] _buffer = new byte[4096];
    int _length = HeaderSize;

    public bool IsEmpty => _length == HeaderSize;

    public int Length => _length;

    public void Clear()
    {
        _length = HeaderSize;
        // One batch with large values must not keep its memory for ever.
        if (_buffer.Length > 1 << 20) _buffer = new byte[4096];
    }

    public void Set(ushort cache, in CacheSlot<Digest> slot)
    {
        var span = Start(CacheRecord.SetDigest, cache, 4 + Digest.Size + 4 + slot.Value!.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(span, slot.Expires);
        slot.Key.CopyTo(span[4..]);
        WriteBytes(span[(4 + Digest.Size)..], slot.Value);
    }

    public void Set(ushort cache, in CacheSlot<string> slot)
    {
        var keyLength = Encoding.UTF8.GetByteCount(slot.Key);
        var span = Start(CacheRecord.SetText, cache, 4 + 4 + keyLength + 4 + slot.Value!.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(span, slot.Expires);
        WriteText(span[4..], slot.Key, keyLength);
        WriteBytes(span[(8 + keyLength)..], slot.Value);
    }

    public void Remove(ushort cache, in Digest key) => key.CopyTo(Start(CacheRecord.RemoveDigest, cache, Digest.Size));

    public void Remove(ushort cache, string key) => Text(CacheRecord.RemoveText, cache, key);

    public void Text(CacheRecord record, ushort cache, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        WriteText(Start(record, cache, 4 + length), text, length);
    }

    public void Closed() => Start(CacheRecord.Closed, 0, 0);

    Span<byte> Start(CacheRecord record, ushort cache, int size)
    {
        var needed = _length + 3 + size;
        if (needed > _buffer.Length) Array.Resize(ref _buffer, Math.Max(needed, _buffer.Length * 2));
        var span = _buffer.AsSpan(_length, 3 + size);
        span[0] = (byte)record;
        BinaryPrimitives.WriteUInt16LittleEndian(span[1..], cache);
        _length = needed;
        return span[3..];
    }

    static void WriteBytes(Span<byte> to, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, bytes.Length);
        bytes.CopyTo(to[4..]);
    }

    static void WriteText(Span<byte> to, string text, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, length);
        Encoding.UTF8.GetBytes(text, to[4..]);
    }

    /// <summary>The frame, ready to be appended.</summary>
    public ReadOnlySpan<byte> Finish(uint now)
    {
        var frame = _buffer.AsSpan(0, _length);
        BinaryPrimitives.WriteInt32LittleEndian(frame, _length - 4);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], now);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[4..], Crc32C.Of(frame[8..]));
        return frame;
    }
}

static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}

/// <summary>Reads the frames of one file up to its end or to the first that is not whole.</summary>
sealed class FrameReader(string path) : IDisposable
{
    const int LongestFrame = 1 << 30;

    readonly FileStream _file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
    readonly byte[] _header = new byte[FrameWriter.HeaderSize];
    byte[] _payload = [];

    /// <summary>When the frame was written.</summary>
    public uint Time { get; private set; }

    public ReadOnlyMemory<byte> Records { get; private set; }

    /// <summary>The file ended within a frame or with one that does not fit its checksum.</summary>
    public bool Torn { get; private set; }

    public bool MoveNext()
    {
        var read = _file.ReadAtLeast(_header, _header.Length, throwOnEndOfStream: false);
        if (read == 0) return false;
        var length = read == _header.Length ? BinaryPrimitives.ReadInt32LittleEndian(_header) - 8 : -1;
        if (length < 0 || length > LongestFrame || length > _file.Length - _file.Position) return !(Torn = true);
        if (_payload.Length < length + 4) _payload = new byte[Math.Max(length + 4, _payload.Length * 2)];
        _header.AsSpan(8).CopyTo(_payload);
        _file.ReadExactly(_payload, 4, length);
        if (Crc32C.Of(_payload.AsSpan(0, length + 4)) != BinaryPrimitives.ReadUInt32LittleEndian(_header.AsSpan(4))) return !(Torn = true);
        Time = BinaryPrimitives.ReadUInt32LittleEndian(_payload);
        Records = _payload.AsMemory(4, length);
        return true;
    }

    public void Dispose() => _file.Dispose();
}

/// <summary>Takes the records of a frame apart.</summary>
ref struct RecordReader(ReadOnlySpan<byte> records)
{
    ReadOnlySpan<byte> _rest = records;

    public CacheRecord Kind { get; private set; }

    public ushort Cache { get; private set; }

    public uint Expires { get; private set; }

    public Digest Digest { get; private set; }

    public string Text { get; private set; } = "";

    public ReadOnlySpan<byte> Value { get; private set; } = default;

    /// <exception cref="InvalidDataException">The checksum is right, but the content is of another version.</exception>
    public bool MoveNext()
    {
        if (_rest.IsEmpty) return false;
        var header = Take(3);
        Kind = (CacheRecord)header[0];
        Cache = BinaryPrimitives.ReadUInt16LittleEndian(header[1..]);
        switch (Kind)
        {
            case CacheRecord.SetDigest:
                Expires = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                Digest = Digest.Read(Take(Digest.Size));
                Value = TakeBytes();
                break;
            case CacheRecord.SetText:
                Expires = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                Text = Encoding.UTF8.GetString(TakeBytes());
                Value = TakeBytes();
                break;
            case CacheRecord.RemoveDigest: Digest = Digest.Read(Take(Digest.Size)); break;
            case CacheRecord.RemoveText or CacheRecord.Name or CacheRecord.Boot: Text = Encoding.UTF8.GetString(TakeBytes()); break;
            case CacheRecord.Closed: break;
            default: throw new InvalidDataException($"Record of unknown kind {(byte)Kind}: the file was written by a newer version.");
        }

        return true;
    }

    ReadOnlySpan<byte> TakeBytes() => Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4)));

    ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)_rest.Length) throw new InvalidDataException("A record ends behind its frame.");
        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}
