using System.Globalization;
using IntelMQ.Amqp;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace IntelMQ.Brokers.Amqp;

/// <summary>A message and the queue it is for.</summary>
readonly record struct Sent(AmqpQueue Queue, OutgoingMessage Message);

/// <summary>Sends messages until the server has confirmed each of them, however often the connection is lost meanwhile.</summary>
sealed class Publisher(AmqpBrokerOptions options, AmqpLink link, Action<BrokerNoticeKind, string> tell) : IAsyncDisposable
{
    /// <summary>How long a server that does not take messages is left alone.</summary>
    static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);

    readonly SemaphoreSlim _opening = new(1, 1);
    IConnection? _connection;
    ConfirmingChannel? _channel;
    volatile TaskCompletionSource? _blocked;
    volatile string? _blockedWhy;
    volatile string? _refusal;

    /// <summary>Why senders wait, a sentence; null when they do not.</summary>
    public string? Trouble => _blockedWhy ?? _refusal;

    /// <exception cref="BrokerException">A queue cannot be made.</exception>
    /// <exception cref="OperationCanceledException">The server may have some of the messages.</exception>
    public async Task PublishAsync(IReadOnlyList<Sent> messages, CancellationToken cancellationToken)
    {
        while (messages.Count > 0)
        {
            var channel = await ReadyChannelAsync(messages, cancellationToken);
            if (channel is null) continue;
            var results = await channel.PublishAsync(options.Exchange, [.. messages.Select(sent => sent.Message)], cancellationToken);
            messages = await LeftOfAsync(messages, results, cancellationToken);
        }

        _refusal = null;
    }

    /// <returns>A channel to a server that takes messages and has the queues; null when the connection was lost meanwhile.</returns>
    async Task<ConfirmingChannel?> ReadyChannelAsync(IReadOnlyList<Sent> messages, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await link.GetAsync(patience: null, cancellationToken);
            var channel = await connection.WhileOpenAsync(ChannelOverAsync(connection, cancellationToken));
            if (_blocked is { } blocked) await blocked.Task.WaitAsync(cancellationToken);
            // With an exchange, they are the operator's.
            if (options.Exchange.Length > 0) return channel;
            foreach (var queue in messages.Select(sent => sent.Queue).Distinct()) await connection.WhileOpenAsync(QueueDeclaration.EnsureAsync(connection, queue, options, cancellationToken));
            return channel;
        }
        catch (Exception e) when (AmqpFailure.IsOne(e) && e is not BrokerException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    async Task<ConfirmingChannel> ChannelOverAsync(IConnection connection, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (_connection == connection && _channel is { IsOpen: true } current) return current;
            // Nobody waits for the farewell of a server that is gone.
            if (_channel is { } lost) _ = lost.DisposeAsync().AsTask();
            if (_connection != connection) Watch(connection);
            return _channel = await ConfirmingChannel.OpenAsync(connection, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    /// <summary>A server that is short of memory or disk reads nothing more from those who send.</summary>
    void Watch(IConnection connection)
    {
        _connection = connection;
        Unblock();
        connection.ConnectionBlockedAsync += (_, blocked) => BlockAsync(blocked);
        connection.ConnectionUnblockedAsync += (_, _) => UnblockAsync();
        connection.ConnectionShutdownAsync += (_, _) => UnblockAsync();
    }

    Task BlockAsync(ConnectionBlockedEventArgs blocked)
    {
        if (_blocked is not null) return Task.CompletedTask;
        _blocked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _blockedWhy = $"The AMQP server at {options.Server.Place} takes no messages: {blocked.Reason}. Senders wait.";
        tell(BrokerNoticeKind.ServerFull, _blockedWhy);
        return Task.CompletedTask;
    }

    Task UnblockAsync()
    {
        Unblock();
        return Task.CompletedTask;
    }

    void Unblock()
    {
        if (_blocked is not { } blocked) return;
        (_blocked, _blockedWhy) = (null, null);
        tell(BrokerNoticeKind.ServerHasRoom, $"The AMQP server at {options.Server.Place} takes messages again.");
        blocked.TrySetResult();
    }

    /// <summary>What is to be sent again, after a rest where the server has said no.</summary>
    async Task<IReadOnlyList<Sent>> LeftOfAsync(IReadOnlyList<Sent> messages, PublishResult[] results, CancellationToken cancellationToken)
    {
        var left = new List<Sent>();
        int unknown = 0, refused = 0;
        AmqpQueue? unroutable = null;
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] == PublishResult.Confirmed) continue;
            if (results[i] == PublishResult.Unroutable) (unroutable = messages[i].Queue).DeclaredOver = null;
            if (results[i] == PublishResult.Refused) refused++;
            if (results[i] == PublishResult.Unknown) unknown++;
            left.Add(results[i] == PublishResult.Unknown ? messages[i] with { Message = messages[i].Message with { Properties = MessageNumber.AsResent(messages[i].Message.Properties) } } : messages[i]);
        }

        if (unknown > 0) tell(BrokerNoticeKind.PossibleDuplicates, string.Create(CultureInfo.InvariantCulture,
            $"The connection to the AMQP server at {options.Server.Place} was lost before it had confirmed {unknown} messages; they are sent again. Bots of ours know the second copy by its message_id and leave it out, others get both."));
        if (refused > 0) await EndureAsync($"The AMQP server at {options.Server.Place} refuses messages: a queue is full or cannot be written. Senders wait.", cancellationToken);
        // A queue that somebody has deleted is made again; where queues are the operator's, he must bind it.
        else if (unroutable is not null && options.Exchange.Length > 0)
            await EndureAsync($"The exchange '{options.Exchange}' of the AMQP server at {options.Server.Place} leads messages with the routing key '{unroutable.ServerName}' to no queue: bind the queue. Senders wait.", cancellationToken);
        return left;
    }

    async Task EndureAsync(string why, CancellationToken cancellationToken)
    {
        if (_refusal is null) tell(BrokerNoticeKind.ServerFull, why);
        _refusal = why;
        await Task.Delay(Rest, options.Server.Time, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_channel is not null) await _channel.DisposeAsync();
    }
}
