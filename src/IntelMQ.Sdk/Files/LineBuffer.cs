using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>Grows as needed and is used again for each batch; what was written last can be cut off.</summary>
sealed class LineBuffer : IBufferWriter<byte>
{
    byte[] _bytes = new byte[64 * 1024];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(Length);
    }

    void Reserve(int size)
    {
        size = Math.Max(size, 1);
        if (_bytes.Length - Length < size) Array.Resize(ref _bytes, checked(Math.Max(_bytes.Length * 2, Length + size)));
    }

    public void EndLine()
    {
        Reserve(1);
        _bytes[Length++] = (byte)'\n';
    }

    public void CutTo(int length) => Length = length;
}
