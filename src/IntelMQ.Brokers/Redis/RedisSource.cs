using System.Globalization;
using IntelMQ.Brokers.Holding;
using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>
/// The reading side of a queue for all receivers of this host. Messages move from the right end of the queue's list to
/// the left end of its internal list, in batches over a connection of its own, since that one waits in the server while
/// there is no message.
/// </summary>
sealed class RedisSource : IAsyncDisposable
{
    /// <summary>How much of the internal list is looked at in one go beyond what is known of it.</summary>
    const int PageOfUnknown = 2048;

    const int LeastMoves = 16;

    readonly RedisBrokerOptions _options;
    readonly RedisLink _link;
    readonly Lock _gate = new();
    readonly HeldMessages<HeldMessage> _held = new();
    readonly CancellationTokenSource _closing = new();

    TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    Task? _fetching;
    int _moves = 64;

    // The connection for which the internal list was compared; null when it must be compared again.
    RedisConnection? _comparedOn;
    List<ReadOnlyMemory<byte>>? _acknowledgedMeanwhile;

    public RedisSource(RedisQueue queue, RedisBrokerOptions options, Action<RedisLink, string?> tellTrouble)
    {
        Queue = queue;
        _options = options;
        _link = new RedisLink(options.Server, trouble => tellTrouble(_link!, trouble));
    }

    public RedisQueue Queue { get; }

    /// <summary>Messages that are in the internal list and that nobody has.</summary>
    public int Ready
    {
        get
        {
            lock (_gate) return _held.Ready;
        }
    }

    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(RedisReceiver receiver, int max, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task fetching, changed;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(receiver.IsDisposed, receiver);
                if (_held.Ready > 0) return _held.Lease(receiver, max);
                fetching = _fetching ??= Task.Run(() => FetchAsync(max), CancellationToken.None);
                changed = _changed.Task;
            }

            // The fetch goes on when this receiver is cancelled: what it brings is for the next one.
            if (await Task.WhenAny(fetching, changed).WaitAsync(cancellationToken) == fetching) await fetching;
        }
    }

    /// <summary>Brings messages, or returns after a while without one.</summary>
    /// <exception cref="BrokerException">The server cannot be reached or refuses.</exception>
    async Task FetchAsync(int max)
    {
        try
        {
            var connection = await _link.GetAsync(_options.Patience, _closing.Token);
            if (_comparedOn != connection && await CompareAsync(connection)) return;
            if (await MoveAsync(connection, max)) return;
            if (await WaitForOneAsync(connection)) return;
            await LookForStrandedAsync(connection);
        }
        catch (RedisConnectionException e) when (e.MayHaveHappened)
        {
            // What the server had moved before the connection was lost is found in the internal list over the next one.
            return;
        }
        catch (RedisConnectionException e)
        {
            throw new BrokerException(e.Message, e);
        }
        finally
        {
            lock (_gate) _fetching = null;
        }
    }

    /// <summary>Moves what is there, without waiting.</summary>
    async Task<bool> MoveAsync(RedisConnection connection, int max)
    {
        var count = Math.Min(max, _moves);
        using var batch = new CommandBatch();
        for (var i = 0; i < count; i++)
        {
            if (connection.Server.HasMove) batch.Add("LMOVE", Queue.Name, Queue.Internal, "RIGHT", "LEFT");
            else batch.Add("RPOPLPUSH", Queue.Name, Queue.Internal);
        }

        var moved = await TakeAsync(connection, await connection.ExecuteAsync(batch));
        // Moves in vain cost the server little and no round trip; still there are no more of them than messages as a rule.
        _moves = moved == count ? Math.Max(count * 2, _moves) : Math.Max(LeastMoves, moved * 2);
        return moved > 0;
    }

    async Task<bool> WaitForOneAsync(RedisConnection connection)
    {
        var seconds = _options.IdleCheck.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        // Before version 6 the time is a whole number.
        if (!connection.Server.HasMove) seconds = Math.Max(1, (int)_options.IdleCheck.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        using var batch = new CommandBatch();
        if (connection.Server.HasMove) batch.Add("BLMOVE", Queue.Name, Queue.Internal, "RIGHT", "LEFT", seconds);
        else batch.Add("BRPOPLPUSH", Queue.Name, Queue.Internal, seconds);
        return await TakeAsync(connection, await connection.ExecuteAsync(batch, _options.IdleCheck)) > 0;
    }

    async Task<int> TakeAsync(RedisConnection connection, IReadOnlyList<RedisReply> replies)
    {
        long bytes = 0;
        var moved = 0;
        RedisReply refused = default;
        lock (_gate)
        {
            foreach (var reply in replies)
            {
                if (reply.IsError) refused = reply;
                if (reply.IsError || reply.AsBytes() is not { } body) continue;
                _held.Arrive(new HeldMessage(_held.NextTag(), body, redelivered: false));
                bytes += body.Length;
                moved++;
            }
        }

        if (moved > 0) Queue.Sizes.CountReceived(moved, bytes);
        else if (refused.IsError) await RefusedAsync(connection, refused.ErrorText);
        return moved;
    }

    /// <exception cref="BrokerException">Always, unless the server will think better of it over a new connection.</exception>
    async Task RefusedAsync(RedisConnection connection, string error)
    {
        if (RedisRefusal.IsOfTheMoment(error)) await _link.DropAsync(connection);
        throw RedisRefusal.ToException(error, _options.Server);
    }

    /// <summary>
    /// Compares the internal list with what is known of it. What is unknown was taken by somebody who did not finish it:
    /// an earlier host, a bot of the original, or this host when the answer was lost. It comes first, as in the original.
    /// </summary>
    /// <returns>Whether there was something.</returns>
    async Task<bool> CompareAsync(RedisConnection connection)
    {
        int known;
        lock (_gate)
        {
            _acknowledgedMeanwhile = [];
            known = _held.Total;
        }

        try
        {
            using var batch = new CommandBatch();
            var page = known + PageOfUnknown;
            batch.Add("LRANGE", Queue.Internal, (-page).ToString(CultureInfo.InvariantCulture), "-1");
            var reply = (await connection.ExecuteAsync(batch))[0];
            if (reply.IsError) await RefusedAsync(connection, reply.ErrorText);
            var list = reply.AsList();
            lock (_gate)
            {
                var before = _held.Ready;
                TakeUnknown(list, isWhole: list.Count < page);
                // A page that was not the whole list: once it is worked off, there is more.
                _comparedOn = list.Count < page ? connection : null;
                return _held.Ready > 0 || before > 0;
            }
        }
        finally
        {
            lock (_gate) _acknowledgedMeanwhile = null;
        }
    }

    void TakeUnknown(IReadOnlyList<RedisReply> list, bool isWhole)
    {
        // Acknowledged while the list was on its way: it may still stand in it.
        var known = MessageBytes.Count(_held.Bodies.Concat(_acknowledgedMeanwhile!));
        if (isWhole)
        {
            var there = MessageBytes.Count(list.Select(item => (ReadOnlyMemory<byte>)item.AsBytes()!));
            _held.DropReady(body => !there.ContainsKey(body));
        }

        for (var i = list.Count - 1; i >= 0; i--)
        {
            var body = list[i].AsBytes()!;
            if (known.GetValueOrDefault(body) is var count and > 0) known[body] = count - 1;
            else _held.Arrive(new HeldMessage(_held.NextTag(), body, redelivered: true));
        }
    }

    /// <summary>A message that the server had moved for a connection that was gone lies in the internal list and nobody knows.</summary>
    async Task LookForStrandedAsync(RedisConnection connection)
    {
        using var batch = new CommandBatch().Add("LLEN", Queue.Internal);
        var reply = (await connection.ExecuteAsync(batch))[0];
        if (reply.IsError) return;
        lock (_gate)
        {
            if (reply.AsInteger() > _held.Total) _comparedOn = null;
        }
    }

    public void Release(RedisReceiver receiver, IReadOnlyList<Delivery> deliveries)
    {
        lock (_gate)
        {
            foreach (var delivery in deliveries)
            {
                if (_held.FindLeased(receiver, delivery.Tag) is { } held) _held.Return(held);
            }
        }

        Wake();
    }

    public void Close(RedisReceiver receiver)
    {
        lock (_gate)
        {
            receiver.IsDisposed = true;
            _held.ReturnAllOf(receiver);
        }

        Wake();
    }

    void Wake()
    {
        TaskCompletionSource changed;
        lock (_gate) (changed, _changed) = (_changed, new(TaskCreationOptions.RunContinuationsAsynchronously));
        changed.TrySetResult();
    }

    /// <summary>Marks what a commit acknowledges, so that no other one does.</summary>
    /// <exception cref="BrokerException">A message is not leased to the receiver.</exception>
    public IReadOnlyList<HeldMessage> BeginAcknowledging(RedisReceiver receiver, IReadOnlyList<long> tags)
    {
        lock (_gate)
        {
            var messages = new List<HeldMessage>(tags.Count);
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

    public void Acknowledged(IReadOnlyList<HeldMessage> messages)
    {
        lock (_gate)
        {
            foreach (var held in messages)
            {
                _held.Acknowledged(held);
                _acknowledgedMeanwhile?.Add(held.Body);
            }
        }
    }

    /// <summary>Remembers how many outputs of a message were sent.</summary>
    public void Progressed(RedisReceiver receiver, long tag, long outputs)
    {
        lock (_gate)
        {
            if (_held.FindLeased(receiver, tag) is { } held) held.Progress = outputs;
        }
    }

    /// <summary>The commit did not happen, or nobody waits any longer to learn whether it did.</summary>
    /// <param name="messages">What it was to acknowledge.</param>
    /// <param name="isDoubtful">It is not known, so that the list of the server must tell what is still there.</param>
    public void NotAcknowledged(IReadOnlyList<HeldMessage> messages, bool isDoubtful)
    {
        lock (_gate)
        {
            foreach (var held in messages)
            {
                held.IsCommitting = false;
                if (held.Owner is RedisReceiver { IsDisposed: true }) _held.Return(held);
            }

            if (isDoubtful) _comparedOn = null;
        }

        Wake();
    }

    /// <summary>
    /// Whether a commit whose answer was lost has happened: its messages have left the internal list then. Where equal
    /// messages leave a doubt, the answer is no, since a message too many is better than one too few.
    /// </summary>
    public async Task<bool> HasAcknowledgedAsync(RedisConnection connection, IReadOnlyList<HeldMessage> messages)
    {
        using var batch = new CommandBatch().Add("LRANGE", Queue.Internal, "0", "-1");
        var reply = (await connection.ExecuteAsync(batch))[0];
        if (reply.IsError) throw RedisRefusal.ToException(reply.ErrorText, _options.Server);
        var there = MessageBytes.Count(reply.AsList().Select(item => (ReadOnlyMemory<byte>)item.AsBytes()!));
        lock (_gate)
        {
            var known = MessageBytes.Count(_held.Bodies);
            return messages.FirstOrDefault(held => known.GetValueOrDefault(held.Body) == 1) is { } telling && !there.ContainsKey(telling.Body);
        }
    }

    public IReadOnlyList<ReadOnlyMemory<byte>> PeekReady(int max)
    {
        lock (_gate) return [.. _held.ReadyBodies.Take(max)];
    }

    public IReadOnlyList<HeldMessage> TakeReady()
    {
        lock (_gate) return _held.TakeReady();
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _link.DisposeAsync();
    }
}
