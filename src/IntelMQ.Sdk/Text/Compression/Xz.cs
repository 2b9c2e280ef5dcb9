using System.Buffers.Binary;

namespace IntelMQ.Sdk;

/// <summary>Unpacks xz (the .xz file format 1.1) with the one filter that the program uses by itself, LZMA2.</summary>
static class Xz
{
    const int HeaderSize = 12;
    const ulong Lzma2Filter = 0x21;

    static ReadOnlySpan<byte> Magic => [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0];

    public static bool IsXz(ReadOnlySpan<byte> data) => data.StartsWith(Magic);

    /// <exception cref="InvalidDataException">The data are broken, use other filters, or hold more than <paramref name="most"/> bytes.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> data, long most)
    {
        if (data.Length < HeaderSize || !IsXz(data)) throw Broken();
        var check = data[7] & 0x0F;
        var decoder = new Lzma2Decoder(most);
        var at = HeaderSize;
        // A block begins with its size; a zero instead is the index behind the last one.
        while (Byte(data, at) != 0)
        {
            var headerSize = (data[at] + 1) * 4;
            if (headerSize > data.Length - at) throw Broken();
            CheckFilter(data.Slice(at, headerSize));
            var blockStart = at + headerSize;
            var written = decoder.Length;
            at = blockStart + decoder.Decode(data[blockStart..]);
            at += (4 - (at - blockStart) % 4) % 4;
            at = SkipCheck(data, at, check, decoder.Output[written..]);
        }

        return decoder.Output.ToArray();
    }

    static void CheckFilter(ReadOnlySpan<byte> header)
    {
        var flags = header[1];
        var at = 2;
        if ((flags & 0x40) != 0) Number(header, ref at);
        if ((flags & 0x80) != 0) Number(header, ref at);
        if ((flags & 3) != 0 || Number(header, ref at) != Lzma2Filter) throw new InvalidDataException("The xz data use other filters than LZMA2.");
    }

    static ulong Number(ReadOnlySpan<byte> data, ref int at)
    {
        ulong number = 0;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var b = Byte(data, at++);
            number |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return number;
        }

        throw Broken();
    }

    static int SkipCheck(ReadOnlySpan<byte> data, int at, int check, ReadOnlySpan<byte> block)
    {
        var size = check switch { 0 => 0, 1 => 4, 4 => 8, 10 => 32, _ => throw new InvalidDataException("The xz data have a checksum of unknown kind.") };
        if (size > data.Length - at) throw Broken();
        var good = check switch
        {
            1 => BinaryPrimitives.ReadUInt32LittleEndian(data[at..]) == (uint)Crc(block, 0xEDB8_8320, uint.MaxValue),
            4 => BinaryPrimitives.ReadUInt64LittleEndian(data[at..]) == Crc(block, 0xC96C_5795_D787_0F42, ulong.MaxValue),
            10 => data.Slice(at, size).SequenceEqual(System.Security.Cryptography.SHA256.HashData(block)),
            _ => true,
        };
        return good ? at + size : throw new InvalidDataException("An xz block does not fit its checksum.");
    }

    static ulong Crc(ReadOnlySpan<byte> data, ulong polynomial, ulong ones)
    {
        Span<ulong> table = stackalloc ulong[256];
        for (var i = 0; i < 256; i++)
        {
            var entry = (ulong)i;
            for (var bit = 0; bit < 8; bit++) entry = (entry & 1) != 0 ? (entry >> 1) ^ polynomial : entry >> 1;
            table[i] = entry;
        }

        var crc = ones;
        foreach (var b in data) crc = (crc >> 8) ^ table[(byte)crc ^ b];
        return crc ^ ones;
    }

    internal static byte Byte(ReadOnlySpan<byte> data, int at) => (uint)at < (uint)data.Length ? data[at] : throw Broken();

    internal static InvalidDataException Broken() => new("The xz data are broken or end too early.");
}
