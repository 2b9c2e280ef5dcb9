namespace IntelMQ.Services;

/// <summary>How much a <see cref="CacheStore"/> may take, and how it treats the disk.</summary>
public sealed record CacheStoreOptions
{
    /// <summary>
    /// Bytes of memory that the entries of one cache may take, tables and values included. When it is reached, expired
    /// entries go first and then the oldest. One million keys of 64 hexadecimal digits take about 60 million bytes.
    /// </summary>
    public long MaxBytesPerCache { get; init; } = 256L << 20;

    /// <summary>Parts of each cache with a lock of their own; a power of two.</summary>
    public int Shards { get; init; } = 16;

    /// <summary>How often what was written is flushed from the operating system to the disk.</summary>
    public TimeSpan FlushInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How long a commit of the broker may sit in the operating system before it is flushed. After a loss of power, what
    /// the cache learned in this last span before it is forgotten, since the broker may have forgotten it too.
    /// </summary>
    public TimeSpan BrokerFlushLag { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The log is rewritten when it is longer than this many bytes and twice as long as what is alive.</summary>
    public long CompactionBytes { get; init; } = 32L << 20;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where trouble in the background is reported.</summary>
    public Sdk.IBotLog? Log { get; init; }

    /// <summary>Names the current start of the operating system: a change means that the power may have been lost.</summary>
    internal string BootId { get; init; } = ReadBootId();

    static string ReadBootId()
    {
        const string File = "/proc/sys/kernel/random/boot_id";
        return System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File).Trim() : "unknown";
    }
}

/// <summary>What a cache holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Entries">Entries, expired ones that were not cleared yet included.</param>
/// <param name="Bytes">Estimated memory of the entries.</param>
/// <param name="Evicted">Entries that had to go before their time because the cache was full, since the start.</param>
public sealed record CacheStatus(string Name, long Entries, long Bytes, long Evicted);
