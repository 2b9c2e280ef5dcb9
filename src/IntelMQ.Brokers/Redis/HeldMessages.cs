namespace IntelMQ.Brokers.Redis;

/// <summary>A message that is in the internal list of the server, as long as this host knows it.</summary>
sealed class HeldMessage(long tag, byte[] body, bool redelivered)
{
    public long Tag => tag;

    public byte[] Body => body;

    public bool Redelivered { get; set; } = redelivered;

    /// <summary>Who has it; null while nobody does.</summary>
    public RedisReceiver? Owner { get; set; }

    /// <summary>How many of its outputs were sent; the server does not know it, so that a crash forgets it.</summary>
    public long Progress { get; set; }

    /// <summary>A commit that acknowledges it is under way.</summary>
    public bool IsCommitting { get; set; }
}

/// <summary>
/// What a queue's internal list holds, as far as this host has fetched it: messages that nobody has yet, in the order of
/// their tags, and leased ones. Not safe for several threads.
/// </summary>
sealed class HeldMessages
{
    readonly Queue<HeldMessage> _arrived = new();
    readonly SortedDictionary<long, HeldMessage> _returned = [];
    readonly Dictionary<long, HeldMessage> _leased = [];
    long _nextTag;

    /// <summary>Messages that nobody has.</summary>
    public int Ready => _arrived.Count + _returned.Count;

    public int Total => Ready + _leased.Count;

    public IEnumerable<ReadOnlyMemory<byte>> ReadyBodies => _returned.Values.Concat(_arrived).Select(held => (ReadOnlyMemory<byte>)held.Body);

    public IEnumerable<ReadOnlyMemory<byte>> Bodies => ReadyBodies.Concat(_leased.Values.Select(held => (ReadOnlyMemory<byte>)held.Body));

    public void Arrive(byte[] body, bool redelivered) => _arrived.Enqueue(new HeldMessage(_nextTag++, body, redelivered));

    /// <summary>Leases messages: what came back first, since its place is before everything that was never taken.</summary>
    public IReadOnlyList<Delivery> Lease(RedisReceiver receiver, int max)
    {
        var count = Math.Min(max, Ready);
        var deliveries = new List<Delivery>(count);
        while (deliveries.Count < count)
        {
            HeldMessage held;
            if (_returned.Count > 0)
            {
                held = _returned.First().Value;
                _returned.Remove(held.Tag);
            }
            else
            {
                held = _arrived.Dequeue();
            }

            held.Owner = receiver;
            _leased.Add(held.Tag, held);
            deliveries.Add(new Delivery(held.Tag, held.Body, held.Redelivered, held.Progress));
        }

        return deliveries;
    }

    /// <returns>The message if this receiver has it and no commit is about to acknowledge it.</returns>
    public HeldMessage? FindLeased(RedisReceiver receiver, long tag) =>
        _leased.TryGetValue(tag, out var held) && held.Owner == receiver && !held.IsCommitting ? held : null;

    public void Return(HeldMessage held)
    {
        _leased.Remove(held.Tag);
        held.Owner = null;
        held.Redelivered = true;
        _returned.Add(held.Tag, held);
    }

    public void ReturnAllOf(RedisReceiver receiver)
    {
        foreach (var held in _leased.Values.Where(held => held.Owner == receiver && !held.IsCommitting).ToList()) Return(held);
    }

    public void Acknowledged(HeldMessage held) => _leased.Remove(held.Tag);

    /// <summary>Takes out all messages that nobody has.</summary>
    public IReadOnlyList<HeldMessage> TakeReady()
    {
        List<HeldMessage> ready = [.. _returned.Values, .. _arrived];
        _returned.Clear();
        _arrived.Clear();
        return ready;
    }

    /// <summary>Forgets messages that nobody has and that are not in the server any more.</summary>
    public void DropReady(Predicate<ReadOnlyMemory<byte>> isGone)
    {
        foreach (var held in TakeReady())
        {
            if (isGone(held.Body)) continue;
            // Tags keep their order: what had come back stands before what had arrived.
            if (held.Redelivered) _returned.Add(held.Tag, held);
            else _arrived.Enqueue(held);
        }
    }
}
