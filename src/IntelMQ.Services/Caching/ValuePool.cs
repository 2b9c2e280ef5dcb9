using System.Collections.Concurrent;
using System.Text;

namespace IntelMQ.Services;

/// <summary>Short values that many entries have, such as <c>hash</c>, <c>1</c> or a small count, once instead of per entry.</summary>
static class ValuePool
{
    const int Longest = 4;
    const int MostValues = 20_000;

    static readonly ConcurrentDictionary<string, byte[]> Pool = new(StringComparer.Ordinal);

    public static byte[] Get(string value)
    {
        if (value.Length > Longest) return Encoding.UTF8.GetBytes(value);
        if (Pool.TryGetValue(value, out var shared)) return shared;
        var bytes = Encoding.UTF8.GetBytes(value);
        return Pool.Count < MostValues ? Pool.GetOrAdd(value, bytes) : bytes;
    }

    /// <summary>The shared value with these bytes, or a copy of them.</summary>
    public static byte[] Get(ReadOnlySpan<byte> utf8) => utf8.Length <= Longest ? Get(Encoding.UTF8.GetString(utf8)) : utf8.ToArray();

    /// <summary>Whether the value is (as good as) free, since it is shared.</summary>
    public static bool IsShared(byte[] value) => value.Length <= Longest;
}
