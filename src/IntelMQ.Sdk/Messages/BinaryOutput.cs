using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>Writes many small pieces to a buffer, which is asked for room and told of progress only now and then.</summary>
ref struct BinaryOutput(IBufferWriter<byte> to)
{
    const int LeastRoom = 512;

    Span<byte> _room;
    int _written;

    /// <summary>Room for so many bytes at least.</summary>
    public Span<byte> Reserve(int size)
    {
        if (_room.Length - _written < size) Renew(size);
        return _room[_written..];
    }

    void Renew(int size)
    {
        to.Advance(_written);
        _written = 0;
        _room = to.GetSpan(Math.Max(size, LeastRoom));
    }

    public void Advance(int count) => _written += count;

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        _written++;
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        _written += bytes.Length;
    }

    /// <summary>A number as LEB128.</summary>
    public void WriteNumber(ulong number)
    {
        var span = Reserve(10);
        var i = 0;
        for (; number >= 0x80; number >>= 7) span[i++] = (byte)(number | 0x80);
        span[i++] = (byte)number;
        _written += i;
    }

    /// <summary>Tells the buffer what was written last.</summary>
    public void End()
    {
        to.Advance(_written);
        _written = 0;
    }
}
