namespace IntelMQ.Brokers.Holding;

/// <summary>How large the messages of a queue are in the mean, of a server that counts messages only.</summary>
sealed class MessageSizes
{
    /// <summary>The mean follows about the last so many messages.</summary>
    const long MostCounted = 10_000;

    readonly Lock _gate = new();
    long _bytes;
    long _messages;
    bool _isSentHere;

    /// <summary>Bytes of a message in the mean of those that went through here; null before the first one.</summary>
    public double? Mean
    {
        get
        {
            lock (_gate) return _messages == 0 ? null : (double)_bytes / _messages;
        }
    }

    /// <summary>Whether senders wait, with so many messages in the queue; bytes are estimated.</summary>
    public bool IsFull(QueueLimits limits, long length) =>
        (limits.Messages > 0 && length >= limits.Messages) || (limits.Bytes > 0 && length * (Mean ?? 0) >= limits.Bytes);

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
