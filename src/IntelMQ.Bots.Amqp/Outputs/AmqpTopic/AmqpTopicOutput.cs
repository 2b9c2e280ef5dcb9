using System.Buffers;
using System.Globalization;
using IntelMQ.Amqp;
using IntelMQ.Bots.Servers;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace IntelMQ.Bots.Outputs.AmqpTopic;

/// <summary>Publishes each message to an exchange of an AMQP server such as RabbitMQ.</summary>
/// <remarks>
/// All messages since the last flush are published at once, and acknowledged when the server has confirmed each. When the
/// connection breaks before that, those without a confirmation are published again, so that they may be there twice.
/// </remarks>
[Bot("intelmq.bots.outputs.amqptopic.output")]
public sealed class AmqpTopicOutput : Output
{
    readonly AmqpTopicOutputOptions _options;
    readonly EventExport _export;
    readonly MessageTemplate? _routingKey;
    readonly ArrayBufferWriter<byte> _buffer = new(1024);
    readonly List<OutgoingMessage> _waiting = [];
    IConnection? _connection;
    ConfirmingChannel? _channel;
    IChannel? _unconfirmed;

    /// <summary>An output with these options.</summary>
    public AmqpTopicOutput(AmqpTopicOutputOptions options)
    {
        _options = options;
        _export = new EventExport(options);
        if (options.FormatRoutingKey) _routingKey = MessageTemplate.Parse(options.RoutingKey ?? "", "ev");
    }

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken) => await ConnectAsync(cancellationToken);

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _buffer.ResetWrittenCount();
        _export.Write(_buffer, message);
        var properties = new BasicProperties
        {
            ContentType = _options.ContentType,
            DeliveryMode = _options.DeliveryMode == 1 ? DeliveryModes.Transient : DeliveryModes.Persistent,
            MessageId = Guid.NewGuid().ToString("N"),
        };
        _waiting.Add(new OutgoingMessage(_routingKey?.Fill(message) ?? _options.RoutingKey ?? "", properties, _buffer.WrittenSpan.ToArray()));
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        await ConnectAsync(cancellationToken);
        if (_channel is null) await PublishUnconfirmedAsync(cancellationToken);
        else await PublishAsync(_channel, cancellationToken);
    }

    async Task PublishAsync(ConfirmingChannel channel, CancellationToken cancellationToken)
    {
        var results = await channel.PublishAsync(Exchange, _waiting, cancellationToken);
        var left = _waiting.Zip(results).Where(pair => pair.Second != PublishResult.Confirmed).ToList();
        _waiting.Clear();
        _waiting.AddRange(left.Select(pair => pair.First));
        if (left.Count == 0) return;

        var unroutable = left.FirstOrDefault(pair => pair.Second == PublishResult.Unroutable);
        if (unroutable.Second == PublishResult.Unroutable)
            throw new ConfigurationException($"The exchange '{Exchange}' leads a message with the routing key '{unroutable.First.RoutingKey}' to no queue; expected a queue that is bound for it.");
        var reason = left.Any(pair => pair.Second == PublishResult.Refused) ? "it refuses them" : channel.WhyClosed ?? "the connection is lost";
        throw new TransientException(string.Create(CultureInfo.InvariantCulture, $"The AMQP server at {Place} has not confirmed {left.Count} messages: {reason}."));
    }

    /// <summary>Still waits until the server has read them all, since a later request is answered after that.</summary>
    async Task PublishUnconfirmedAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var message in _waiting)
                await _unconfirmed!.BasicPublishAsync(Exchange, message.RoutingKey, mandatory: true, message.Properties, message.Body, cancellationToken);
            await _unconfirmed!.BasicQosAsync(0, 0, global: false, cancellationToken);
            _waiting.Clear();
        }
        catch (Exception e) when (AmqpFailure.IsOne(e) && !cancellationToken.IsCancellationRequested)
        {
            throw new TransientException($"The AMQP server at {Place} does not take messages: {AmqpFailure.TextOf(e)}", inner: e);
        }
    }

    string Exchange => _options.ExchangeName ?? "";

    string Place => _options.ToServer(Context.BotId).Place;

    async Task ConnectAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true } || _unconfirmed is { IsOpen: true }) return;
        await DisconnectAsync();
        _connection = await ServerConnection.OpenAsync(_options, Context.BotId, Log, cancellationToken);
        try
        {
            await using (var declaring = await _connection.CreateChannelAsync(cancellationToken: cancellationToken))
                await ServerConnection.DeclareExchangeAsync(declaring, _options.ExchangeName, _options.ExchangeType, _options.ExchangeDurable, cancellationToken);
            if (_options.RequireConfirmation) _channel = await ConfirmingChannel.OpenAsync(_connection, cancellationToken);
            else _unconfirmed = await OpenUnconfirmedAsync(_connection, cancellationToken);
        }
        catch (Exception e) when (AmqpFailure.IsOne(e) && !cancellationToken.IsCancellationRequested)
        {
            throw new TransientException($"The connection to the AMQP server at {Place} broke: {AmqpFailure.TextOf(e)}", inner: e);
        }
    }

    async Task<IChannel> OpenUnconfirmedAsync(IConnection connection, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        channel.BasicReturnAsync += (_, returned) => TellReturned(returned);
        return channel;
    }

    Task TellReturned(BasicReturnEventArgs returned)
    {
        Log.Error($"A message with the routing key '{returned.RoutingKey}' belongs in no queue and is lost: {returned.ReplyText}.");
        return Task.CompletedTask;
    }

    async Task DisconnectAsync()
    {
        var (connection, channel, unconfirmed) = (_connection, _channel, _unconfirmed);
        (_connection, _channel, _unconfirmed) = (null, null, null);
        if (channel is not null) await channel.DisposeAsync();
        if (unconfirmed is not null) await unconfirmed.DisposeAsync();
        if (connection is not null) await connection.DisposeAsync();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await base.DisposeAsync();
    }
}
