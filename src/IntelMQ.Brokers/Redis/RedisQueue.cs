using IntelMQ.Brokers.Holding;

namespace IntelMQ.Brokers.Redis;

/// <summary>What is known of a queue without asking the server.</summary>
sealed class RedisQueue(string name)
{
    /// <summary>The original's name for the list of messages that a bot has in hand.</summary>
    public const string InternalSuffix = "-internal";

    long _length = -1;

    public string Name => name;

    public string Internal { get; } = name + InternalSuffix;

    public QueueLimits Limits { get; set; }

    /// <summary>It was looked at whether the key is a list or free.</summary>
    public bool IsChecked { get; set; }

    /// <summary>Its reading side, once somebody reads it.</summary>
    public RedisSource? Source { get; set; }

    /// <summary>Length of the list at the last look; -1 before the first one. Since then only others have changed it.</summary>
    public long Length
    {
        get => Volatile.Read(ref _length);
        set => Volatile.Write(ref _length, value);
    }

    public MessageSizes Sizes { get; } = new();

    /// <summary>Whether senders wait, with so many messages in the queue.</summary>
    public bool IsFull(long length) => Sizes.IsFull(Limits, length);
}
