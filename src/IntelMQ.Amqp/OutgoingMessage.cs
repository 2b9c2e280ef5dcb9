using RabbitMQ.Client;

namespace IntelMQ.Amqp;

/// <summary>A message to publish.</summary>
/// <param name="RoutingKey">By which the exchange finds its queues; for the default exchange the name of the queue.</param>
/// <param name="Properties">With a <c>message_id</c> of its own, by which it is known again when the server returns it.</param>
/// <param name="Body">The bytes; they must not change until the message is published.</param>
public readonly record struct OutgoingMessage(string RoutingKey, BasicProperties Properties, ReadOnlyMemory<byte> Body);

/// <summary>What has become of a message that was published.</summary>
public enum PublishResult
{
    /// <summary>The connection was lost before the server has said so. It may have the message.</summary>
    Unknown,

    /// <summary>The server has it in all queues where it belongs, where it survives a restart.</summary>
    Confirmed,

    /// <summary>The server does not take it: the queue is full, or cannot be written.</summary>
    Refused,

    /// <summary>It belongs in no queue.</summary>
    Unroutable,
}
