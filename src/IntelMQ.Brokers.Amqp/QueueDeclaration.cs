using IntelMQ.Amqp;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Amqp;

/// <summary>Sees to it that queues exist in the server.</summary>
static class QueueDeclaration
{
    static readonly Dictionary<string, object?> Classic = new() { ["x-queue-mode"] = "lazy" };
    static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    /// <exception cref="BrokerException">It does not exist and is not to be made, or the user may not.</exception>
    public static async Task EnsureAsync(IConnection connection, AmqpQueue queue, AmqpBrokerOptions options, CancellationToken cancellationToken)
    {
        if (queue.DeclaredOver == connection) return;
        // One that exists may have been made by the original or by the operator, in another way than ours.
        if (await CountAsync(connection, queue, cancellationToken) is null)
        {
            if (options.Exchange.Length > 0)
                throw new BrokerException($"The queue '{queue.Name}' does not exist on the AMQP server at {options.Server.Place}; with pipeline_amqp_exchange, queues are the operator's to make and to bind.");
            await MakeAsync(connection, queue, options, cancellationToken);
        }

        queue.DeclaredOver = connection;
    }

    static async Task MakeAsync(IConnection connection, AmqpQueue queue, AmqpBrokerOptions options, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            await channel.QueueDeclareAsync(queue.ServerName, durable: true, exclusive: false, autoDelete: false, options.QueueType == AmqpQueueType.Quorum ? Quorum : Classic, cancellationToken: cancellationToken);
        }
        catch (Exception e) when (AmqpFailure.ReplyCodeOf(e) == AmqpFailure.PreconditionFailed)
        {
            // Somebody else has made it in the meantime.
            return;
        }
        catch (Exception e) when (AmqpFailure.ReplyCodeOf(e) == AmqpFailure.AccessRefused)
        {
            throw new BrokerException($"The AMQP server at {options.Server.Place} does not let this user make the queue '{queue.Name}': {AmqpFailure.TextOf(e)}", e);
        }
    }

    /// <summary>How many messages wait in the server; null when there is no such queue.</summary>
    public static async Task<long?> CountAsync(IConnection connection, AmqpQueue queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue.ServerName, cancellationToken)).MessageCount;
        }
        catch (Exception e) when (AmqpFailure.ReplyCodeOf(e) == AmqpFailure.NotFound)
        {
            return null;
        }
    }
}
