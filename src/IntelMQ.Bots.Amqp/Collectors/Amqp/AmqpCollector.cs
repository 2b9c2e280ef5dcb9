using System.Runtime.CompilerServices;
using System.Threading.Channels;
using IntelMQ.Amqp;
using IntelMQ.Bots.Servers;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace IntelMQ.Bots.Collectors.Amqp;

/// <summary>Takes the messages of a queue of an AMQP server such as RabbitMQ.</summary>
/// <remarks>A message is acknowledged when its report is safe. When the connection breaks, the host makes it anew.</remarks>
[Bot("intelmq.bots.collectors.amqp.collector_amqp")]
public sealed class AmqpCollector(AmqpCollectorOptions options) : Collector
{
    // How many messages the server may send ahead.
    const ushort Ahead = 64;

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(options, Context.BotId, Log, cancellationToken);
        await using var channel = await OpenChannelAsync(connection, cancellationToken);
        var messages = Channel.CreateUnbounded<ReceivedMessage>();
        await ConsumeAsync(channel, messages.Writer, cancellationToken);
        Log.Info($"Waiting for messages of the queue '{options.QueueName}'.");
        while (true)
        {
            var message = await NextAsync(channel, messages.Reader, cancellationToken);
            if (message.Body.Length == 0) Log.Warning("A message without data came; no report is made of it.");
            else yield return ReportOf(message);
            await AcknowledgeAsync(channel, message.Tag);
        }
    }

    Report ReportOf(ReceivedMessage message)
    {
        try
        {
            return (options.ExpectIntelmqMessage ? message.ToReport(Context.Format) : null) ?? NewReport(message.Body);
        }
        catch (Exception e) when (e is InvalidMessageException or InvalidKeyException)
        {
            Log.Warning($"A report came that does not fit the data format, so it is passed on as data: {e.Message}");
            return NewReport(message.Body);
        }
    }

    async Task<IChannel> OpenChannelAsync(IConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        }
        catch (Exception e) when (IsOfConnection(e, cancellationToken))
        {
            throw Broken(e);
        }
    }

    async Task ConsumeAsync(IChannel channel, ChannelWriter<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        var consumer = new AsyncEventingBasicConsumer(channel);
        // The library uses the memory of the body again.
        consumer.ReceivedAsync += (_, message) => messages.WriteAsync(new ReceivedMessage(message.DeliveryTag, message.Body.ToArray()), CancellationToken.None).AsTask();
        consumer.UnregisteredAsync += (_, _) => EndAsync(messages, "the queue was deleted");
        channel.ChannelShutdownAsync += (_, shutdown) => EndAsync(messages, shutdown.ReplyText);
        try
        {
            await ServerConnection.DeclareExchangeAsync(channel, options.ExchangeName, options.ExchangeType, options.ExchangeDurable, cancellationToken);
            await channel.BasicQosAsync(0, Ahead, global: false, cancellationToken);
            await channel.BasicConsumeAsync(options.QueueName, autoAck: false, consumer, cancellationToken);
        }
        catch (Exception e) when (AmqpFailure.ReplyCodeOf(e) != 0)
        {
            throw new TransientException($"The AMQP server at {Place} does not give the queue '{options.QueueName}': {AmqpFailure.TextOf(e)}", inner: e);
        }
        catch (Exception e) when (IsOfConnection(e, cancellationToken))
        {
            throw Broken(e);
        }
    }

    Task EndAsync(ChannelWriter<ReceivedMessage> messages, string why)
    {
        messages.TryComplete(new TransientException($"The AMQP server at {Place} has ended the connection: {why}."));
        return Task.CompletedTask;
    }

    async Task<ReceivedMessage> NextAsync(IChannel channel, ChannelReader<ReceivedMessage> messages, CancellationToken cancellationToken)
    {
        try
        {
            // What came before the connection was lost cannot be acknowledged any more, and comes again.
            if (!channel.IsOpen) throw new TransientException($"The AMQP server at {Place} has ended the connection: {channel.CloseReason?.ReplyText}.");
            return await messages.ReadAsync(cancellationToken);
        }
        catch (ChannelClosedException e) when (e.InnerException is TransientException broken)
        {
            throw new TransientException(broken.Message, inner: e);
        }
    }

    /// <summary>Is not cancelled: the report is in its queue, and would come a second time.</summary>
    async Task AcknowledgeAsync(IChannel channel, ulong message)
    {
        try
        {
            await channel.BasicAckAsync(message, multiple: false, CancellationToken.None);
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            throw Broken(e);
        }
    }

    string Place => options.ToServer(Context.BotId).Place;

    static bool IsOfConnection(Exception e, CancellationToken cancellationToken) => AmqpFailure.IsOne(e) && !cancellationToken.IsCancellationRequested;

    TransientException Broken(Exception e) => new($"The connection to the AMQP server at {Place} broke: {AmqpFailure.TextOf(e)}", inner: e);
}
