using System.Globalization;
using IntelMQ.Amqp;
using IntelMQ.Brokers.Holding;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Amqp;

/// <summary>A message with the way to acknowledge it.</summary>
sealed class AmqpMessage(long tag, byte[] body, bool redelivered, UInt128? number) : HeldMessage(tag, body, redelivered)
{
    public UInt128? Number => number;

    /// <summary>The channel that it came over; null since that was lost.</summary>
    public Consumption? Over { get; set; }

    public ulong DeliveryTag { get; set; }
}

/// <summary>The reading side of a queue for all receivers of this host, which share one consumer of the server.</summary>
sealed class AmqpSource : IAsyncDisposable
{
    const int RememberedNumbers = 8192;
    const ushort FirstAhead = 64;

    readonly AmqpBrokerOptions _options;
    readonly AmqpLink _link;
    readonly Lock _gate = new();
    readonly HeldMessages<AmqpMessage> _held = new();
    readonly Dictionary<UInt128, AmqpMessage> _byNumber = [];
    readonly RecentNumbers _done = new(RememberedNumbers);
    readonly HashSet<AmqpReceiver> _receivers = [];
    readonly CancellationTokenSource _closing = new();
    TaskCompletionSource? _changed;
    Task? _starting;
    Consumption? _consumption;
    long _heldBytes;

    public AmqpSource(AmqpQueue queue, AmqpBrokerOptions options, AmqpLink link) => (Queue, _options, _link) = (queue, options, link);

    public AmqpQueue Queue { get; }

    /// <summary>Messages here that nobody has, and that somebody has.</summary>
    public (int Ready, int Leased) Counts
    {
        get
        {
            lock (_gate) return (_held.Ready, _held.Total - _held.Ready);
        }
    }

    public AmqpReceiver NewReceiver(AmqpBroker broker)
    {
        var receiver = new AmqpReceiver(broker, this);
        lock (_gate) _receivers.Add(receiver);
        return receiver;
    }

    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(AmqpReceiver receiver, int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task? starting = null;
            Task changed;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(receiver.IsDisposed, receiver);
                if (_consumption is not { IsOpen: true } || FittingAhead() != _consumption.Ahead) starting = _starting ??= Task.Run(StartAsync, CancellationToken.None);
                if (_held.Ready > 0) return _held.Lease(receiver, max);
                changed = (_changed ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            // The start goes on when this receiver is cancelled: what it brings is for the next one.
            if (starting is null) await changed.WaitAsync(cancellationToken);
            else if (await Task.WhenAny(starting, changed).WaitAsync(cancellationToken) == starting) await starting;
        }
    }

    /// <summary>
    /// How many messages the server is to send ahead, so that they take little memory: a queue of large reports needs few, one of
    /// events many. It is changed when it is far off.
    /// </summary>
    ushort FittingAhead()
    {
        var ahead = _consumption?.Ahead ?? 0;
        var mean = Math.Max(Queue.Sizes.Mean ?? 0, _held.Total == 0 ? 0 : (double)_heldBytes / _held.Total);
        var fitting = mean == 0 ? FirstAhead : (ushort)Math.Clamp(_options.MostBytesAhead / mean, 1, _options.MostAhead);
        return ahead > 0 && fitting < ahead * 4 && fitting * 4 > ahead ? ahead : fitting;
    }

    /// <exception cref="BrokerException">The server cannot be reached or refuses.</exception>
    async Task StartAsync()
    {
        try
        {
            var connection = await _link.GetAsync(_options.Patience, _closing.Token);
            await connection.WhileOpenAsync(ConsumeAsync(connection));
        }
        catch (AmqpConnectionException e)
        {
            throw new BrokerException(e.Message, e);
        }
        catch (Exception e) when (AmqpFailure.ReplyCodeOf(e) == AmqpFailure.InternalError)
        {
            // RabbitMQ 3.10 stumbles at times when a quorum queue gets another consumer of the same channel. The next one is fine.
            await Task.Delay(_options.Server.FirstPause, _options.Server.Time, _closing.Token);
        }
        catch (Exception e) when (AmqpFailure.IsOne(e) && e is not BrokerException && !_closing.IsCancellationRequested)
        {
            Queue.DeclaredOver = null;
            throw new BrokerException($"The AMQP server at {_options.Server.Place} does not give the queue '{Queue.Name}': {AmqpFailure.TextOf(e)}", e);
        }
        finally
        {
            lock (_gate) _starting = null;
        }
    }

    async Task ConsumeAsync(IConnection connection)
    {
        await QueueDeclaration.EnsureAsync(connection, Queue, _options, _closing.Token);
        Consumption? consumption;
        ushort ahead;
        lock (_gate) (consumption, ahead) = (_consumption, FittingAhead());
        if (consumption is not { IsOpen: true })
        {
            if (consumption is not null) Lose(consumption);
            consumption = new Consumption(this, await connection.CreateChannelAsync(cancellationToken: _closing.Token));
            lock (_gate)
            {
                // This may be an attempt that was given up, and another one has come first.
                if (_consumption is not null) return;
                _consumption = consumption;
                ahead = FittingAhead();
            }
        }

        await consumption.ConsumeAsync(ahead, _closing.Token);
    }

    /// <summary>Takes in what the server has sent.</summary>
    /// <returns>False for a copy of a message that is here, or that was dealt with.</returns>
    public bool Arrive(Consumption over, ulong deliveryTag, bool mayBeCopy, bool redelivered, UInt128? number, byte[] body)
    {
        lock (_gate)
        {
            if (over != _consumption) return true;
            if (number is { } known && mayBeCopy)
            {
                if (_done.Contains(known)) return false;
                if (_byNumber.GetValueOrDefault(known) is { } held) return Meet(held, over, deliveryTag);
            }

            var message = new AmqpMessage(_held.NextTag(), body, redelivered, number) { Over = over, DeliveryTag = deliveryTag };
            if (number is { } own) _byNumber[own] = message;
            _held.Arrive(message);
            _heldBytes += body.Length;
        }

        Queue.Sizes.CountReceived(1, body.Length);
        Wake();
        return true;
    }

    /// <summary>A message came again that is known: over a new connection as a rule, or as a second copy.</summary>
    bool Meet(AmqpMessage held, Consumption over, ulong deliveryTag)
    {
        if (held.Over is not null) return false;
        (held.Over, held.DeliveryTag) = (over, deliveryTag);
        // Whoever has it goes on with it; otherwise it takes its place again.
        if (held.Owner is not null) return true;
        _held.Rejoin(held);
        _heldBytes += held.Body.Length;
        Wake();
        return true;
    }

    /// <summary>Forgets the way to the server: it sends everything again that is not acknowledged.</summary>
    public void Lose(Consumption consumption)
    {
        lock (_gate)
        {
            if (_consumption != consumption) return;
            _consumption = null;
            // Those that nobody had before the last loss either have gone to another host.
            foreach (var (number, held) in _byNumber.Where(pair => pair.Value is { Over: null, Owner: null }).ToList()) _byNumber.Remove(number);
            foreach (var held in _held.All) held.Over = null;
            foreach (var held in _held.TakeReady()) _heldBytes -= held.Body.Length;
        }

        Wake();
    }

    public void Release(AmqpReceiver receiver, IReadOnlyList<Delivery> deliveries)
    {
        lock (_gate)
        {
            foreach (var delivery in deliveries)
            {
                if (_held.FindLeased(receiver, delivery.Tag) is { } held) Return(held);
            }
        }

        Wake();
    }

    /// <summary>Without a way to the server, a message that nobody has waits for the server to send it again.</summary>
    void Return(AmqpMessage held)
    {
        if (held.Over is not null)
        {
            _held.Return(held);
            return;
        }

        _held.PutAside(held);
        _heldBytes -= held.Body.Length;
    }

    /// <summary>With the last receiver, the messages go back to the server, so that other hosts get them.</summary>
    public async ValueTask CloseAsync(AmqpReceiver receiver)
    {
        Consumption? last = null;
        lock (_gate)
        {
            receiver.IsDisposed = true;
            _receivers.Remove(receiver);
            foreach (var held in _held.LeasedTo(receiver)) Return(held);
            if (_receivers.Count == 0) last = _consumption;
        }

        Wake();
        if (last is null) return;
        Lose(last);
        await last.CloseAsync();
    }

    void Wake()
    {
        TaskCompletionSource? changed;
        lock (_gate) (changed, _changed) = (_changed, null);
        changed?.TrySetResult();
    }

    /// <summary>Marks what a commit acknowledges, so that no other one does.</summary>
    /// <exception cref="BrokerException">A message is not leased to the receiver.</exception>
    public IReadOnlyList<AmqpMessage> BeginAcknowledging(AmqpReceiver receiver, IReadOnlyList<long> tags)
    {
        lock (_gate)
        {
            var messages = new List<AmqpMessage>(tags.Count);
            foreach (var tag in tags)
            {
                if (_held.FindLeased(receiver, tag) is { } held)
                {
                    held.IsCommitting = true;
                    messages.Add(held);
                    continue;
                }

                foreach (var marked in messages) marked.IsCommitting = false;
                throw new BrokerException(string.Create(CultureInfo.InvariantCulture, $"Message {tag} of {Queue.Name} is not leased to this receiver; nothing was committed."));
            }

            return messages;
        }
    }

    /// <summary>Their outputs are safe: the server is told, or will not be believed when it sends them again.</summary>
    /// <returns>How many will come again, since their connection was lost and they have no number.</returns>
    public async Task<int> AcknowledgeAsync(IReadOnlyList<AmqpMessage> messages)
    {
        Consumption? consumption;
        var tags = new List<ulong>(messages.Count);
        var lost = 0;
        lock (_gate)
        {
            consumption = _consumption;
            foreach (var held in messages)
            {
                _held.Acknowledged(held);
                _heldBytes -= held.Body.Length;
                if (held.Number is { } number)
                {
                    _byNumber.Remove(number);
                    _done.Add(number);
                }

                if (held.Over is not null && held.Over == consumption) tags.Add(held.DeliveryTag);
                else if (held.Number is null) lost++;
            }
        }

        if (tags.Count > 0 && consumption is not null) await consumption.AcknowledgeConfirmedAsync(tags);
        return lost;
    }

    /// <summary>Remembers how many outputs of a message were sent.</summary>
    public void Progressed(AmqpReceiver receiver, long tag, long outputs)
    {
        lock (_gate)
        {
            if (_held.FindLeased(receiver, tag) is { } held) held.Progress = outputs;
        }
    }

    public void NotAcknowledged(IReadOnlyList<AmqpMessage> messages)
    {
        lock (_gate)
        {
            foreach (var held in messages)
            {
                held.IsCommitting = false;
                if (held.Owner is AmqpReceiver { IsDisposed: true }) Return(held);
            }
        }

        Wake();
    }

    /// <summary>Waits until everything is here that the server had sent before.</summary>
    public Task CatchUpAsync(CancellationToken cancellationToken)
    {
        Consumption? consumption;
        lock (_gate) consumption = _consumption;
        return consumption is { IsOpen: true } ? consumption.CatchUpAsync(cancellationToken) : Task.CompletedTask;
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> PeekReady(int max)
    {
        lock (_gate) return [.. _held.ReadyBodies.Take(max)];
    }

    /// <summary>Acknowledges what nobody has, returns how many.</summary>
    public async Task<int> DiscardReadyAsync()
    {
        IReadOnlyList<AmqpMessage> ready;
        lock (_gate) ready = _held.TakeReady();
        await AcknowledgeAsync(ready);
        return ready.Count;
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        Consumption? consumption;
        lock (_gate) consumption = _consumption;
        if (consumption is null) return;
        Lose(consumption);
        await consumption.CloseAsync();
    }
}
