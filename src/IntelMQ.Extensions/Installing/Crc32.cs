namespace IntelMQ.Extensions;

/// <summary>The checksum that archives keep of each entry (CRC-32 of ISO 3309). The library reads entries without looking at it.</summary>
internal struct Crc32
{
    const uint Polynomial = 0xEDB88320;

    static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(TableEntry)];

    uint _inverted;

    static uint TableEntry(int index)
    {
        var value = (uint)index;
        for (var bit = 0; bit < 8; bit++) value = (value & 1) != 0 ? (value >> 1) ^ Polynomial : value >> 1;
        return value;
    }

    /// <summary>Of all bytes so far.</summary>
    public readonly uint Value => _inverted;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        var state = ~_inverted;
        foreach (var b in bytes) state = Table[(byte)(state ^ b)] ^ (state >> 8);
        _inverted = ~state;
    }
}
