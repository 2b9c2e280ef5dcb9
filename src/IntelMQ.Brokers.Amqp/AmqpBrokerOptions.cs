using IntelMQ.Amqp;

namespace IntelMQ.Brokers.Amqp;

/// <summary>How a queue is made that does not exist yet. One that exists is used as it is.</summary>
public enum AmqpQueueType
{
    /// <summary>On one node of the server, with its messages on the disk: as the original declares it.</summary>
    Classic,

    /// <summary>On several nodes of a cluster, which agree on what is in it.</summary>
    Quorum,
}

/// <summary>How an AMQP server carries messages.</summary>
public sealed record AmqpBrokerOptions
{
    public required AmqpOptions Server { get; init; }

    /// <summary>
    /// The exchange to publish to, with the names of queues as routing keys; empty for the server's default one. With an exchange
    /// nothing is declared: exchange, queues and bindings are the operator's.
    /// </summary>
    public string Exchange { get; init; } = "";

    public AmqpQueueType QueueType { get; init; }

    /// <summary>How many messages of a queue the server sends ahead at most.</summary>
    public ushort MostAhead { get; init; } = 1024;

    /// <summary>Bytes of messages of a queue that the server is to send ahead at most, as far as their mean size tells.</summary>
    public long MostBytesAhead { get; init; } = 32 << 20;

    /// <summary>How long a receiver, or a look at the queues, waits for a server that is away before it reports that.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Is told what the log of the host should tell.</summary>
    public Action<BrokerNotice>? OnNotice { get; init; }
}
