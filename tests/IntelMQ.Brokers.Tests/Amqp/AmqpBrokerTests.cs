using IntelMQ.Brokers.Amqp;

namespace IntelMQ.Brokers.Tests.Amqp;

/// <summary>The broker on RabbitMQ does what every broker must.</summary>
[Collection(SharedRabbitMq.Collection)]
public class AmqpBrokerTests(SharedRabbitMq shared) : BrokerConformance
{
    AmqpBrokerOptions _options = null!;

    protected virtual AmqpQueueType QueueType => AmqpQueueType.Classic;

    protected override bool KeepsProgress => false;

    protected override bool FlagsOnlyWhatWasHandedOut => false;

    public override async ValueTask InitializeAsync()
    {
        _options = SharedRabbitMq.OptionsFor((await shared.ServerAsync()).Port, QueueType);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (Broker is null) return;
        var queues = (await Broker.ListAsync(CancellationToken.None)).Select(status => status.Queue).ToList();
        await base.DisposeAsync();
        await SharedRabbitMq.DeleteAsync(_options.Server, queues);
    }

    protected override ValueTask<IBroker> OpenAsync() => new(new AmqpBroker(_options));

    protected override ValueTask<IBroker> CrashAndReopenAsync() => CloseAndReopenAsync();

    /// <summary>A server does not tell its queues over AMQP: what is declared is known by the host, which declares it again.</summary>
    protected override async ValueTask<IBroker> CloseAndReopenAsync()
    {
        var declared = (await Broker.ListAsync(Token)).Select(status => status.Queue);
        await Broker.DisposeAsync();
        var again = await OpenAsync();
        foreach (var queue in declared) await again.DeclareAsync(queue, QueueLimits.None, Token);
        return again;
    }
}

/// <summary>The same on quorum queues.</summary>
[Collection(SharedRabbitMq.Collection)]
public sealed class AmqpBrokerOnQuorumQueuesTests(SharedRabbitMq shared) : AmqpBrokerTests(shared)
{
    protected override AmqpQueueType QueueType => AmqpQueueType.Quorum;
}
