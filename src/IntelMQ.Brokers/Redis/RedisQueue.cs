namespace IntelMQ.Brokers.Redis;

/// <summary>What is known of a queue without asking the server.</summary>
sealed class RedisQueue(string name)
{
    /// <summary>The original's name for the list of messages that a bot has in hand.</summary>
    public const string InternalSuffix = "-internal";

    /// <summary>The mean follows about the last so many messages.</summary>
    const long MostCounted = 10_000;

    readonly Lock _gate = new();
    long _bytes;
    long _messages;
    long _length = -1;
    bool _isSentHere;

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

    /// <summary>Bytes of a message in the mean of those that went through here; null before the first one.</summary>
    public double? MeanBytes
    {
        get
        {
            lock (_gate) return _messages == 0 ? null : (double)_bytes / _messages;
        }
    }

    /// <summary>Whether senders wait, with so many messages in the queue. The server tells numbers only; bytes are estimated.</summary>
    public bool IsFull(long length) =>
        (Limits.Messages > 0 && length >= Limits.Messages) || (Limits.Bytes > 0 && length * (MeanBytes ?? 0) >= Limits.Bytes);

    public void CountSent(long messages, long bytes)
    {
        lock (_gate)
        {
            _isSentHere = true;
            Count(messages, bytes);
        }
    }

    /// <summary>Where this host sends the messages too, they were counted then.</summary>
    public void CountReceived(long messages, long bytes)
    {
        lock (_gate)
        {
            if (!_isSentHere) Count(messages, bytes);
        }
    }

    void Count(long messages, long bytes)
    {
        _messages += messages;
        _bytes += bytes;
        if (_messages <= MostCounted) return;
        _messages /= 2;
        _bytes /= 2;
    }
}
