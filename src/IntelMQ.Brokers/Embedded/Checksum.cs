using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// CRC32C in three interleaved lanes, folded into one: every bit is covered by the CRC of its lane, and the processor works
/// on three lanes in the time of one.
/// </summary>
internal static class Checksum
{
    public static uint Of(ReadOnlySpan<byte> bytes, uint seed = 0)
    {
        uint a = ~seed, b = 0x9E3779B9, c = 0x7F4A7C15;
        if (BitConverter.IsLittleEndian)
        {
            var words = MemoryMarshal.Cast<byte, ulong>(bytes);
            var index = 0;
            for (; index + 3 <= words.Length; index += 3)
            {
                a = BitOperations.Crc32C(a, words[index]);
                b = BitOperations.Crc32C(b, words[index + 1]);
                c = BitOperations.Crc32C(c, words[index + 2]);
            }

            for (; index < words.Length; index++) a = BitOperations.Crc32C(a, words[index]);
            bytes = bytes[(words.Length * sizeof(ulong))..];
        }
        else
        {
            for (; bytes.Length >= 24; bytes = bytes[24..])
            {
                a = BitOperations.Crc32C(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                b = BitOperations.Crc32C(b, BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
                c = BitOperations.Crc32C(c, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]));
            }

            for (; bytes.Length >= 8; bytes = bytes[8..])
                a = BitOperations.Crc32C(a, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var single in bytes) a = BitOperations.Crc32C(a, single);
        return ~BitOperations.Crc32C(a, ((ulong)b << 32) | c);
    }
}
