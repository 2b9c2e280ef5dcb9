namespace IntelMQ.Brokers.Holding;

/// <summary>A message that a server has given to this host and that is not acknowledged yet.</summary>
class HeldMessage(long tag, byte[] body, bool redelivered)
{
    public long Tag => tag;

    public byte[] Body => body;

    public bool Redelivered { get; set; } = redelivered;

    /// <summary>Who has it; null while nobody does.</summary>
    public IReceiver? Owner { get; set; }

    /// <summary>How many of its outputs were sent; the server does not know it, so that a crash forgets it.</summary>
    public long Progress { get; set; }

    /// <summary>A commit that acknowledges it is under way.</summary>
    public bool IsCommitting { get; set; }
}

/// <summary>
/// What a server has given to this host of a queue: messages that nobody has yet, in the order of their tags, and leased
/// ones. Not safe for several threads.
/// </summary>
sealed class HeldMessages<T> where T : HeldMessage
{
    readonly Queue<T> _arrived = new();
    readonly SortedDictionary<long, T> _returned = [];
    readonly Dictionary<long, T> _leased = [];
    long _nextTag;

    /// <summary>Messages that nobody has.</summary>
    public int Ready => _arrived.Count + _returned.Count;

    public int Total => Ready + _leased.Count;

    public IEnumerable<ReadOnlyMemory<byte>> ReadyBodies => _returned.Values.Concat(_arrived).Select(held => (ReadOnlyMemory<byte>)held.Body);

    public IEnumerable<ReadOnlyMemory<byte>> Bodies => ReadyBodies.Concat(_leased.Values.Select(held => (ReadOnlyMemory<byte>)held.Body));

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<T> All => _returned.Values.Concat(_arrived).Concat(_leased.Values);

    /// <summary>A tag for the next message that arrives.</summary>
    public long NextTag() => _nextTag++;

    public void Arrive(T held) => _arrived.Enqueue(held);

    /// <summary>Leases messages: what came back first, since its place is before everything that was never taken.</summary>
    public IReadOnlyList<Delivery> Lease(IReceiver receiver, int max)
    {
        var count = Math.Min(max, Ready);
        var deliveries = new List<Delivery>(count);
        while (deliveries.Count < count)
        {
            T held;
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
    public T? FindLeased(IReceiver receiver, long tag) =>
        _leased.TryGetValue(tag, out var held) && held.Owner == receiver && !held.IsCommitting ? held : null;

    public void Return(T held)
    {
        PutAside(held);
        _returned.Add(held.Tag, held);
    }

    /// <summary>Takes back in a message that was taken out while nobody had it.</summary>
    public void Rejoin(T held)
    {
        if (held.Redelivered) _returned.Add(held.Tag, held);
        else _arrived.Enqueue(held);
    }

    /// <summary>Takes out a message whose receiver has given it back, but that cannot be handed out now.</summary>
    public void PutAside(T held)
    {
        _leased.Remove(held.Tag);
        held.Owner = null;
        held.Redelivered = true;
    }

    /// <summary>What a receiver has and no commit is about to acknowledge.</summary>
    public IReadOnlyList<T> LeasedTo(IReceiver receiver) => [.. _leased.Values.Where(held => held.Owner == receiver && !held.IsCommitting)];

    public void ReturnAllOf(IReceiver receiver)
    {
        foreach (var held in LeasedTo(receiver)) Return(held);
    }

    public void Acknowledged(T held) => _leased.Remove(held.Tag);

    /// <summary>Takes out all messages that nobody has.</summary>
    public IReadOnlyList<T> TakeReady()
    {
        List<T> ready = [.. _returned.Values, .. _arrived];
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
            Rejoin(held);
        }
    }
}
