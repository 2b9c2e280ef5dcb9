using IntelMQ.Amqp;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Amqp;

/// <summary>A channel over which the server sends the messages of a queue, until it is lost.</summary>
sealed class Consumption : AsyncDefaultBasicConsumer
{
    readonly AmqpSource _source;
    readonly SemaphoreSlim _asking = new(1, 1);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly UnacknowledgedTags _unacknowledged = new();
    TaskCompletionSource? _caughtUp;
    string? _marker;
    long _markers;

    public Consumption(AmqpSource source, IChannel channel) : base(channel)
    {
        _source = source;
        channel.ChannelShutdownAsync += (_, _) => EndAsync();
        if (!channel.IsOpen) _ended.TrySetResult();
    }

    Task EndAsync()
    {
        _ended.TrySetResult();
        _source.Lose(this);
        return Task.CompletedTask;
    }

    /// <summary>How many messages the server sends ahead.</summary>
    public ushort Ahead { get; private set; }

    public bool IsOpen => Channel.IsOpen && !IsCancelled && !_ended.Task.IsCompleted;

    /// <summary>The queue was deleted under it.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>Starts to consume, or goes on with another number of messages ahead.</summary>
    public async Task ConsumeAsync(ushort ahead, CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            foreach (var tag in ConsumerTags.ToList()) await Channel.BasicCancelAsync(tag, cancellationToken: cancellationToken);
            Channel.DefaultConsumer = this;
            await Channel.BasicQosAsync(0, ahead, global: false, cancellationToken);
            Ahead = ahead;
            await Channel.BasicConsumeAsync(_source.Queue.ServerName, autoAck: false, this, cancellationToken);
        }
        finally
        {
            _asking.Release();
        }
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties, ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        // The library uses the memory again. A copy that is here already, or was dealt with, is done with at once.
        var isSurplus = !_source.Arrive(this, deliveryTag, redelivered || MessageNumber.IsResent(properties), redelivered, MessageNumber.Of(properties), body.ToArray());
        return isSurplus ? AcknowledgeAsync([deliveryTag]) : Task.CompletedTask;
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        IsCancelled = true;
        _source.Queue.DeclaredOver = null;
        _source.Lose(this);
        // Not from within a handler of the channel itself.
        _ = Task.Run(CloseAsync, CancellationToken.None);
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    public override Task HandleBasicCancelOkAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        if (consumerTag != _marker) return base.HandleBasicCancelOkAsync(consumerTag, cancellationToken);
        Volatile.Read(ref _caughtUp)?.TrySetResult();
        return Task.CompletedTask;
    }

    /// <summary>
    /// Acknowledges, and waits until the server has read it: a host that is killed afterwards gets none of these messages
    /// again. When the connection is lost instead, the server sends them again.
    /// </summary>
    public async Task AcknowledgeConfirmedAsync(IReadOnlyList<ulong> tags)
    {
        // A request of the library may outlive its connection.
        await Task.WhenAny(AskToConfirmAsync(tags), _ended.Task);
    }

    async Task AskToConfirmAsync(IReadOnlyList<ulong> tags)
    {
        await _asking.WaitAsync();
        try
        {
            await AcknowledgeAsync(tags);
            await Channel.BasicQosAsync(0, Ahead, global: false);
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            await EndAsync();
        }
        finally
        {
            _asking.Release();
        }
    }

    async Task AcknowledgeAsync(IReadOnlyList<ulong> tags)
    {
        try
        {
            var (through, single) = _unacknowledged.Acknowledge(tags);
            if (through is { } last) await Channel.BasicAckAsync(last, multiple: true);
            foreach (var tag in single) await Channel.BasicAckAsync(tag, multiple: false);
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            await EndAsync();
        }
    }

    /// <summary>Waits until everything has arrived that the server had sent before.</summary>
    /// <exception cref="Exception">The connection is lost; see <see cref="AmqpFailure.IsOne"/>.</exception>
    public async Task CatchUpAsync(CancellationToken cancellationToken)
    {
        await _asking.WaitAsync(cancellationToken);
        try
        {
            // The answer to a cancellation goes the way of the messages, also when there is nothing to cancel.
            _marker = $"marker-{++_markers}";
            var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _caughtUp, caughtUp);
            await Channel.BasicCancelAsync(_marker, cancellationToken: cancellationToken);
            await Task.WhenAny(caughtUp.Task, _ended.Task).WaitAsync(cancellationToken);
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Gives everything back to the server that is not acknowledged.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await Channel.CloseAsync();
            await Channel.DisposeAsync();
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            // It was gone already.
            return;
        }
    }
}

/// <summary>Tags of a channel that are to be acknowledged; finds out which can be with one word.</summary>
sealed class UnacknowledgedTags
{
    readonly Lock _gate = new();
    readonly HashSet<ulong> _above = [];
    ulong _allThrough;

    /// <returns>The tag up to which all can be acknowledged at once, and those beyond it.</returns>
    public (ulong? Through, IReadOnlyList<ulong> Single) Acknowledge(IReadOnlyList<ulong> tags)
    {
        lock (_gate)
        {
            _above.UnionWith(tags);
            var before = _allThrough;
            while (_above.Remove(_allThrough + 1)) _allThrough++;
            // It must be one of these: the server does not know the others any more.
            ulong? through = null;
            foreach (var tag in tags)
            {
                if (tag > before && tag <= _allThrough && (through is null || tag > through)) through = tag;
            }

            return (through, [.. tags.Where(tag => tag > (through ?? 0))]);
        }
    }
}
