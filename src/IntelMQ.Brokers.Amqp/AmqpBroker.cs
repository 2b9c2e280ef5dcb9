using System.Collections.Concurrent;
using IntelMQ.Amqp;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Amqp;

/// <summary>
/// Carries messages in the queues of RabbitMQ or another AMQP 0-9-1 server, as the original does. docs/specs/005 says how, and
/// what may come twice.
/// </summary>
public sealed class AmqpBroker : IBroker
{
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan LengthsAreValidFor = TimeSpan.FromSeconds(1);

    readonly AmqpBrokerOptions _options;
    readonly AmqpLink _sending;
    readonly AmqpLink _receiving;
    readonly Publisher _publisher;
    readonly MessageNumber.Series _numbers = new();
    readonly ConcurrentDictionary<string, AmqpQueue> _queues = new(StringComparer.Ordinal);
    readonly Lock _gate = new();
    readonly HashSet<AmqpLink> _troubled = [];

    public AmqpBroker(AmqpBrokerOptions options)
    {
        _options = options;
        // A server that is short of room stops reading from those who send; acknowledgements must get through all the same.
        _sending = new AmqpLink(options.Server with { ClientName = options.Server.ClientName + " sending" }, trouble => TellTrouble(_sending!, trouble));
        _receiving = new AmqpLink(options.Server with { ClientName = options.Server.ClientName + " receiving" }, trouble => TellTrouble(_receiving!, trouble));
        _publisher = new Publisher(options, _sending, Tell);
    }

    public string Name => "amqp";

    public WireForm WireForm => WireForm.Json;

    public string? Obstacle => _sending.Trouble ?? _receiving.Trouble ?? _publisher.Trouble;

    /// <summary>Does not need the server: a bot starts while it is away, and waits.</summary>
    public ValueTask DeclareAsync(string queue, QueueLimits limits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _queues.GetOrAdd(queue, static name => new AmqpQueue(name)).Limits = limits;
        return ValueTask.CompletedTask;
    }

    /// <summary>Does not need the server either.</summary>
    public ValueTask<IReceiver> SubscribeAsync(string queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Find(queue);
        AmqpSource source;
        lock (_gate) source = found.Source ??= new AmqpSource(found, _options, _receiving);
        return ValueTask.FromResult<IReceiver>(source.NewReceiver(this));
    }

    AmqpQueue Find(string queue) =>
        _queues.GetValueOrDefault(queue) ?? throw new BrokerException($"The queue '{queue}' was not declared.");

    /// <summary>
    /// Sends, waits until the server has confirmed all of it, and acknowledges then. A host that ends in between finds the
    /// messages again that were not acknowledged, and sends a second time.
    /// </summary>
    public async ValueTask CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        var sends = SendsOf(commit);
        var receiver = ReceiverOf(commit);
        IReadOnlyList<AmqpMessage> messages = receiver is null ? [] : receiver.Source.BeginAcknowledging(receiver, commit.Acknowledged);
        var isSent = false;
        try
        {
            foreach (var queue in sends.Select(sent => sent.Queue).Distinct()) await WaitForRoomAsync(queue, cancellationToken);
            await _publisher.PublishAsync(sends, cancellationToken);
            isSent = true;
        }
        finally
        {
            if (!isSent) receiver?.Source.NotAcknowledged(messages);
        }

        Count(sends);
        if (receiver is null) return;
        if (commit.Progress is { } progress) receiver.Source.Progressed(receiver, progress.Tag, progress.Outputs);
        if (messages.Count > 0 && await receiver.Source.AcknowledgeAsync(messages) is var lost and > 0)
            Tell(BrokerNoticeKind.PossibleDuplicates, $"{lost} messages of {receiver.Queue} were dealt with when the connection to the AMQP server at {_options.Server.Place} was lost; they are not ours, so they cannot be known again and are dealt with twice.");
    }

    List<Sent> SendsOf(Commit commit)
    {
        var sends = new List<Sent>(commit.SendsSpan.Length);
        AmqpQueue? last = null;
        foreach (var send in commit.SendsSpan)
        {
            if (last?.Name != send.Queue) last = Find(send.Queue);
            sends.Add(new Sent(last, new OutgoingMessage(last.ServerName, MessageNumber.NewProperties(_numbers.Next()), send.Body)));
        }

        return sends;
    }

    AmqpReceiver? ReceiverOf(Commit commit) =>
        commit.Source switch
        {
            null => null,
            AmqpReceiver receiver when receiver.Broker == this => receiver,
            _ => throw new BrokerException("The messages to acknowledge come from another broker."),
        };

    static void Count(List<Sent> sends)
    {
        foreach (var queue in sends.GroupBy(sent => sent.Queue))
        {
            var count = queue.Count();
            queue.Key.Length.CountSent(count);
            queue.Key.Sizes.CountSent(count, queue.Sum(sent => (long)sent.Message.Body.Length));
        }
    }

    async Task WaitForRoomAsync(AmqpQueue queue, CancellationToken cancellationToken)
    {
        if (queue.Limits == QueueLimits.None) return;
        var pause = FirstPause;
        while (queue.Length.Estimate(_options.Server.Time, LengthsAreValidFor) is var length && (length < 0 || queue.IsFull(length)))
        {
            if (await TryCountAsync(queue, cancellationToken) is { } waiting && !queue.IsFull(waiting)) return;
            await Task.Delay(pause, _options.Server.Time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    async Task<long?> TryCountAsync(AmqpQueue queue, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _receiving.GetAsync(patience: null, cancellationToken);
            var waiting = (await connection.WhileOpenAsync(QueueDeclaration.CountAsync(connection, queue, cancellationToken)) ?? 0) + (queue.Source?.Counts.Ready ?? 0);
            queue.Length.Look(waiting, _options.Server.Time);
            return waiting;
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            // A question may be asked again. The link waits until there is somebody to ask.
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    public async ValueTask<IReadOnlyList<QueueStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var queues = _queues.Values.OrderBy(queue => queue.Name, StringComparer.Ordinal).ToList();
        if (queues.Count == 0) return [];
        return await AskAsync(
            async connection =>
            {
                var list = new List<QueueStatus>(queues.Count);
                foreach (var queue in queues) list.Add(await StatusAsync(connection, queue, cancellationToken));
                return list;
            },
            cancellationToken);
    }

    static async Task<QueueStatus> StatusAsync(IConnection connection, AmqpQueue queue, CancellationToken cancellationToken)
    {
        var inServer = await QueueDeclaration.CountAsync(connection, queue, cancellationToken) ?? 0;
        // What was on its way then is counted here.
        if (queue.Source is { } source) await source.CatchUpAsync(cancellationToken);
        var (ready, leased) = queue.Source?.Counts ?? (0, 0);
        var waiting = inServer + ready;
        return new(queue.Name, waiting, leased, (long)Math.Round((waiting + leased) * (queue.Sizes.Mean ?? 0)), queue.IsFull(waiting));
    }

    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> PeekAsync(string queue, int max, CancellationToken cancellationToken)
    {
        var found = _queues.GetValueOrDefault(queue) ?? new AmqpQueue(queue);
        return await AskAsync(
            async connection =>
            {
                if (found.Source is { } source) await source.CatchUpAsync(cancellationToken);
                List<ReadOnlyMemory<byte>> bodies = [.. found.Source?.PeekReady(max) ?? []];
                await PeekInServerAsync(connection, found, max - bodies.Count, bodies, cancellationToken);
                return bodies;
            },
            cancellationToken);
    }

    /// <summary>Takes messages and gives them back; the server then calls them delivered before.</summary>
    static async Task PeekInServerAsync(IConnection connection, AmqpQueue queue, int count, List<ReadOnlyMemory<byte>> bodies, CancellationToken cancellationToken)
    {
        if (count <= 0) return;
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        while (count-- > 0 && await channel.BasicGetAsync(queue.ServerName, autoAck: false, cancellationToken) is { } message) bodies.Add(message.Body.ToArray());
        await channel.CloseAsync(cancellationToken);
    }

    public async ValueTask<long> ClearAsync(string queue, CancellationToken cancellationToken)
    {
        var found = _queues.GetValueOrDefault(queue) ?? new AmqpQueue(queue);
        return await AskAsync(
            async connection =>
            {
                long removed = await PurgeAsync(connection, found, cancellationToken);
                if (found.Source is not { } source) return removed;
                await source.CatchUpAsync(cancellationToken);
                return removed + await source.DiscardReadyAsync();
            },
            cancellationToken);
    }

    static async Task<long> PurgeAsync(IConnection connection, AmqpQueue queue, CancellationToken cancellationToken)
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return await channel.QueuePurgeAsync(queue.ServerName, cancellationToken);
        }
        catch (Exception e) when (AmqpFailure.ReplyCodeOf(e) == AmqpFailure.NotFound)
        {
            return 0;
        }
    }

    public async ValueTask<BrokerReport> InspectAsync(CancellationToken cancellationToken) =>
        await AskAsync(connection => Task.FromResult(ServerReport.Of(connection, _options)), cancellationToken);

    async Task<T> AskAsync<T>(Func<IConnection, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _receiving.GetAsync(_options.Patience, cancellationToken);
            return await connection.WhileOpenAsync(ask(connection)).WaitAsync(cancellationToken);
        }
        catch (AmqpConnectionException e)
        {
            throw new BrokerException(e.Message, e);
        }
        catch (Exception e) when (AmqpFailure.IsOne(e) && !cancellationToken.IsCancellationRequested)
        {
            throw new BrokerException($"The AMQP server at {_options.Server.Place} does not answer as it should: {AmqpFailure.TextOf(e)}", e);
        }
    }

    void TellTrouble(AmqpLink link, string? trouble)
    {
        // A server that goes away takes both connections with it; it is told once.
        bool isFirst, isLast;
        lock (_gate)
        {
            isFirst = trouble is not null && _troubled.Count == 0;
            if (trouble is null) _troubled.Remove(link);
            else _troubled.Add(link);
            isLast = trouble is null && _troubled.Count == 0;
        }

        if (isFirst) Tell(BrokerNoticeKind.ServerLost, trouble!);
        if (isLast) Tell(BrokerNoticeKind.ServerBack, $"The AMQP server at {_options.Server.Place} can be used again.");
    }

    void Tell(BrokerNoticeKind kind, string message) => _options.OnNotice?.Invoke(new BrokerNotice(kind, message));

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues.Values)
        {
            if (queue.Source is { } source) await source.DisposeAsync();
        }

        await _publisher.DisposeAsync();
        await _sending.DisposeAsync();
        await _receiving.DisposeAsync();
    }
}
