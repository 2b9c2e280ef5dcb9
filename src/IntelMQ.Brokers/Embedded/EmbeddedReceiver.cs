namespace IntelMQ.Brokers.Embedded;

internal sealed class EmbeddedReceiver(EmbeddedBroker broker, EmbeddedQueue source) : IReceiver
{
    public string Queue => source.Name;

    public EmbeddedBroker Broker => broker;

    public EmbeddedQueue Source => source;

    /// <summary>Guarded by the lock of the queue.</summary>
    public LeaseTable Leases { get; } = new();

    /// <summary>Guarded by the lock of the queue.</summary>
    public bool IsDisposed { get; set; }

    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return await source.ReceiveAsync(this, max, cancellationToken);
    }

    public ValueTask ReleaseAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        source.Release(this, deliveries);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        source.Close(this);
        return ValueTask.CompletedTask;
    }
}
