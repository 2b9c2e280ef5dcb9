using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>How a Redis server carries messages.</summary>
public sealed record RedisBrokerOptions
{
    public required RedisOptions Server { get; init; }

    /// <summary>
    /// Bytes of memory in the server from which on collectors wait; 0 for nine tenths of what the server itself is
    /// allowed (<c>maxmemory</c>), and no limit where that is not set.
    /// </summary>
    public long MemoryLimit { get; init; }

    /// <summary>How long a receiver, or a look at the queues, waits for a server that is away before it reports that.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server waits for a message before the receiver looks whether all is well.</summary>
    public TimeSpan IdleCheck { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Is told what the log of the host should tell.</summary>
    public Action<BrokerNotice>? OnNotice { get; init; }
}
