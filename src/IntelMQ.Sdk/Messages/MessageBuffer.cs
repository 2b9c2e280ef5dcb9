using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>
/// Takes encoded messages of a batch, one after the other, and hands each out as a slice of a shared array. Arrays are
/// left to the garbage collector: a slice stays valid as long as somebody holds it.
/// </summary>
sealed class MessageBuffer : IBufferWriter<byte>
{
    // Below the limit from which on arrays go to the large object heap.
    const int ChunkSize = 64 * 1024;

    byte[] _chunk = [];
    int _start;
    int _end;

    public void Advance(int count) => _end += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _chunk.AsMemory(_end);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _chunk.AsSpan(_end);
    }

    void Reserve(int size)
    {
        if (_chunk.Length - _end >= Math.Max(size, 1)) return;

        var begun = _chunk.AsSpan(_start, _end - _start);
        var needed = (long)begun.Length + Math.Max(size, 256);
        var larger = new byte[needed <= ChunkSize / 2 ? ChunkSize : checked((int)Math.Min(needed + (needed / 2), Array.MaxLength))];
        begun.CopyTo(larger);
        _chunk = larger;
        _end = begun.Length;
        _start = 0;
    }

    /// <summary>Ends the message that was written since the last call.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        var message = _chunk.AsMemory(_start, _end - _start);
        _start = _end;
        return message;
    }

    /// <summary>Forgets what was written since the last message ended.</summary>
    public void Discard() => _end = _start;
}
