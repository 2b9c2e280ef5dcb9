using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace IntelMQ.Amqp;

/// <summary>
/// Publishes messages, many at once, and learns of each what has become of it. The library's own tracking waits for
/// messages one by one, and adds a header to each.
/// </summary>
public sealed class ConfirmingChannel : IAsyncDisposable
{
    static readonly CreateChannelOptions Confirming = new(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false);

    readonly IChannel _channel;
    readonly SemaphoreSlim _publishing = new(1, 1);
    readonly Lock _gate = new();
    readonly Dictionary<ulong, (Publication Of, int Index)> _open = [];
    ulong _oldest = 1;
    readonly TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ConfirmingChannel(IChannel channel)
    {
        _channel = channel;
        channel.BasicAcksAsync += (_, ack) => Settle(ack.DeliveryTag, ack.Multiple, PublishResult.Confirmed);
        channel.BasicNacksAsync += (_, nack) => Settle(nack.DeliveryTag, nack.Multiple, PublishResult.Refused);
        channel.BasicReturnAsync += (_, returned) => NoteReturn(returned.BasicProperties.MessageId);
        channel.ChannelShutdownAsync += (_, _) => NoteLossAsync();
    }

    /// <exception cref="Exception">The connection is lost; see <see cref="AmqpFailure.IsOne"/>.</exception>
    public static async Task<ConfirmingChannel> OpenAsync(IConnection connection, CancellationToken cancellationToken) =>
        new(await connection.CreateChannelAsync(Confirming, cancellationToken));

    public bool IsOpen => !_lost.Task.IsCompleted && _channel.IsOpen;

    /// <summary>Why the server has closed it, for messages.</summary>
    public string? WhyClosed => _channel.CloseReason?.ReplyText;

    /// <summary>Publishes messages in their order and waits until the server has told of each, or the connection is lost.</summary>
    /// <returns>One result for each message, in the same order.</returns>
    /// <exception cref="OperationCanceledException">Nobody waits any longer; the server may take the messages all the same.</exception>
    public async Task<PublishResult[]> PublishAsync(string exchange, IReadOnlyList<OutgoingMessage> messages, CancellationToken cancellationToken)
    {
        var publication = new Publication(messages);
        var sending = SendAsync(exchange, publication, cancellationToken);
        // A request of the library may outlive its connection.
        await Task.WhenAny(sending, _lost.Task).WaitAsync(cancellationToken);
        if (_lost.Task.IsCompleted) return ResultsOf(publication);
        await sending;
        return await publication.Results.WaitAsync(cancellationToken);
    }

    PublishResult[] ResultsOf(Publication publication)
    {
        lock (_gate) return publication.SoFar;
    }

    async Task SendAsync(string exchange, Publication publication, CancellationToken cancellationToken)
    {
        await _publishing.WaitAsync(cancellationToken);
        try
        {
            var number = await _channel.GetNextPublishSequenceNumberAsync(cancellationToken);
            if (!TryRegister(number, publication)) return;
            foreach (var message in publication.Messages)
                await _channel.BasicPublishAsync(exchange, message.RoutingKey, mandatory: true, message.Properties, message.Body, cancellationToken);
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            // How many were sent is not known, so that later numbers would not be right. Nobody waits for a server that may be gone.
            await NoteLossAsync();
            _ = DisposeAsync().AsTask();
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            _publishing.Release();
        }
    }

    bool TryRegister(ulong number, Publication publication)
    {
        lock (_gate)
        {
            if (_lost.Task.IsCompleted) return false;
            for (var i = 0; i < publication.Messages.Count; i++) _open.Add(number++, (publication, i));
            return true;
        }
    }

    Task Settle(ulong number, bool multiple, PublishResult result)
    {
        lock (_gate)
        {
            if (!multiple) Settle(number, result);
            // Those that were settled one by one before are passed over.
            else for (; _oldest <= number; _oldest++) Settle(_oldest, result);
        }

        return Task.CompletedTask;
    }

    void Settle(ulong number, PublishResult result)
    {
        if (_open.Remove(number, out var place)) place.Of.Settle(place.Index, result);
    }

    /// <summary>A return comes before the confirmation of the same message.</summary>
    Task NoteReturn(string? messageId)
    {
        lock (_gate)
        {
            foreach (var (publication, index) in _open.Values)
            {
                if (publication.Messages[index].Properties.MessageId == messageId) publication.NoteReturn(index);
            }
        }

        return Task.CompletedTask;
    }

    Task NoteLossAsync()
    {
        lock (_gate)
        {
            foreach (var (publication, index) in _open.Values) publication.Settle(index, PublishResult.Unknown);
            _open.Clear();
            _lost.TrySetResult();
        }

        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await NoteLossAsync();
        try
        {
            await _channel.DisposeAsync();
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            // It was gone already.
            return;
        }
    }

    /// <summary>Messages that were handed over together.</summary>
    sealed class Publication(IReadOnlyList<OutgoingMessage> messages)
    {
        readonly PublishResult[] _results = new PublishResult[messages.Count];
        readonly TaskCompletionSource<PublishResult[]> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int _unsettled = messages.Count;

        public IReadOnlyList<OutgoingMessage> Messages => messages;

        public Task<PublishResult[]> Results => _done.Task;

        /// <summary>As far as the server has told.</summary>
        public PublishResult[] SoFar => [.. _results];

        public void NoteReturn(int index) => _results[index] = PublishResult.Unroutable;

        public void Settle(int index, PublishResult result)
        {
            if (_results[index] != PublishResult.Unroutable) _results[index] = result;
            if (--_unsettled == 0) _done.TrySetResult(_results);
        }
    }
}
