using System.Diagnostics.CodeAnalysis;

namespace IntelMQ.Brokers.Redis;

/// <summary>Compares messages by their bytes: equal ones are the same to a list of the server.</summary>
sealed class MessageBytes : IEqualityComparer<ReadOnlyMemory<byte>>
{
    public static MessageBytes Comparer { get; } = new();

    public bool Equals(ReadOnlyMemory<byte> x, ReadOnlyMemory<byte> y) => x.Span.SequenceEqual(y.Span);

    public int GetHashCode([DisallowNull] ReadOnlyMemory<byte> body)
    {
        // Large messages differ in their first bytes or in their length.
        var hash = new HashCode();
        hash.Add(body.Length);
        hash.AddBytes(body.Span[..Math.Min(body.Length, 4096)]);
        return hash.ToHashCode();
    }

    /// <summary>How often each message is among some.</summary>
    public static Dictionary<ReadOnlyMemory<byte>, int> Count(IEnumerable<ReadOnlyMemory<byte>> bodies)
    {
        var counts = new Dictionary<ReadOnlyMemory<byte>, int>(Comparer);
        foreach (var body in bodies) counts[body] = counts.GetValueOrDefault(body) + 1;
        return counts;
    }
}
