namespace IntelMQ.Brokers.Embedded;

/// <summary>When a commit counts as safe.</summary>
public enum Durability
{
    /// <summary>Written before it is confirmed, flushed every <see cref="EmbeddedBrokerOptions.FlushInterval"/>: safe against the death of the process.</summary>
    Interval,

    /// <summary>Flushed before it is confirmed: safe against power loss too.</summary>
    Commit,
}

/// <summary>Settings of the embedded broker.</summary>
public sealed record EmbeddedBrokerOptions
{
    /// <summary>When a commit counts as safe.</summary>
    public Durability Durability { get; init; } = Durability.Interval;

    /// <summary>Time between two flushes, and between two looks at the free space.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Size in bytes at which a queue begins a new segment. Disk space comes back segment by segment.</summary>
    public long SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of waiting messages that one queue may keep in memory. What exceeds it is read back from the disk.</summary>
    public long QueueWindowBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of waiting messages that all queues together may keep in memory.</summary>
    public long StoreWindowBytes { get; init; } = 48 * 1024 * 1024;

    /// <summary>Bytes of messages that one receive hands out at most, unless a single message is larger.</summary>
    public long ReceiveBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>Size in bytes at which the journal begins anew with the state of all queues.</summary>
    public long JournalBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes that stay free on the disk: below it collectors wait; below a quarter of it all senders wait. 0 switches it off.
    /// </summary>
    public long MinimumFreeBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>Is told what an operator should know. Called from any thread, must return soon.</summary>
    public Action<BrokerNotice>? OnNotice { get; init; }

    /// <summary>The clock of the flushes.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal IStoreFiles Files { get; init; } = DiskFiles.Instance;
}
