namespace IntelMQ.Brokers.Amqp;

/// <summary>One reader among those of this host that share a queue.</summary>
sealed class AmqpReceiver(AmqpBroker broker, AmqpSource source) : IReceiver
{
    public string Queue => source.Queue.Name;

    public AmqpBroker Broker => broker;

    public AmqpSource Source => source;

    /// <summary>Guarded by the lock of the source.</summary>
    public bool IsDisposed { get; set; }

    public ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int max, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        return source.ReceiveAsync(this, max, cancellationToken);
    }

    public ValueTask ReleaseAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        source.Release(this, deliveries);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => source.CloseAsync(this);
}
