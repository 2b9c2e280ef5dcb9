using System.Globalization;
using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>The memory of a server at one moment.</summary>
/// <param name="Used">Bytes in use.</param>
/// <param name="Maximum">What it is allowed (<c>maxmemory</c>); 0 for no limit.</param>
/// <param name="Policy">What it does at its limit (<c>maxmemory_policy</c>).</param>
public readonly record struct ServerMemory(long Used, long Maximum, string Policy)
{
    /// <summary>
    /// At its own limit a server refuses to move messages to the internal list too, so that nobody could take any out.
    /// Collectors must wait before that, and later on those whose messages grow.
    /// </summary>
    const double ShareForCollectors = 0.9;
    const double ShareForGrowth = 0.97;

    /// <summary>From here on collectors wait; <see cref="long.MaxValue"/> for never.</summary>
    public long LimitFor(long configured)
    {
        var own = Maximum > 0 ? (long)(Maximum * ShareForCollectors) : long.MaxValue;
        return configured > 0 ? Math.Min(configured, own) : own;
    }

    /// <summary>
    /// From here on everybody waits who sends more than he acknowledges. Others go on: as long as messages leave the
    /// pipeline there will be room again.
    /// </summary>
    public long LimitForGrowth => Maximum > 0 ? (long)(Maximum * ShareForGrowth) : long.MaxValue;

    /// <summary>At its limit the server would throw away queues.</summary>
    public bool MayEvictQueues => Maximum > 0 && Policy.StartsWith("allkeys", StringComparison.Ordinal);

    public static ServerMemory Of(string info)
    {
        var values = ServerInfo.Parse(info);
        long Number(string name) => long.TryParse(values.GetValueOrDefault(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new(Number("used_memory"), Number("maxmemory"), values.GetValueOrDefault("maxmemory_policy", ""));
    }
}
