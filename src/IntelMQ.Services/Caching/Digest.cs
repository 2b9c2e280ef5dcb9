using System.Buffers;
using System.Runtime.InteropServices;

namespace IntelMQ.Services;

/// <summary>
/// A key of 64 lower-case hexadecimal digits, such as the hash of an event, in 32 bytes instead of the 152 of a text.
/// </summary>
readonly record struct Digest(ulong A, ulong B, ulong C, ulong D)
{
    public const int Size = 32;

    static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether the key has this form. Upper-case digits do not: they would come back in lower case.</summary>
    public static bool TryParse(string key, out Digest digest)
    {
        digest = default;
        if (key.Length != 2 * Size || key.AsSpan().ContainsAnyExcept(LowerHex)) return false;
        var bytes = MemoryMarshal.AsBytes(new Span<Digest>(ref digest));
        return Convert.FromHexString(key, bytes, out _, out _) == OperationStatus.Done;
    }

    public void CopyTo(Span<byte> to) => MemoryMarshal.AsBytes(new ReadOnlySpan<Digest>(in this)).CopyTo(to);

    public static Digest Read(ReadOnlySpan<byte> from) => MemoryMarshal.Read<Digest>(from);

    public override int GetHashCode() => (int)A;

    /// <summary>Another part of the digest than the one that chooses the bucket within a shard.</summary>
    public int ShardHash => (int)D;

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Size];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
