using System.Collections.Concurrent;
using System.Globalization;
using IntelMQ.Brokers.Holding;
using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>
/// Carries messages in the lists of a Redis or Valkey server, as the original does: a bot of the original and one of
/// ours can be neighbours on any queue. docs/specs/004 says how it maps on the lists and what can go wrong.
/// </summary>
public sealed class RedisBroker : IBroker
{
    readonly RedisBrokerOptions _options;
    readonly RedisLink _link;
    readonly Intake _intake;
    readonly ConcurrentDictionary<string, RedisQueue> _queues = new(StringComparer.Ordinal);
    readonly Lock _gate = new();
    readonly HashSet<RedisLink> _troubled = [];
    string? _refusal;

    public RedisBroker(RedisBrokerOptions options)
    {
        _options = options;
        _link = new RedisLink(options.Server, trouble => TellTrouble(_link!, trouble));
        _intake = new Intake(options, _link);
    }

    public string Name => "redis";

    public WireForm WireForm => WireForm.Json;

    public string? Obstacle => _link.Trouble ?? _refusal ?? _intake.Trouble;

    /// <summary>Does not need the server: a bot starts while it is away, and waits.</summary>
    public ValueTask DeclareAsync(string queue, QueueLimits limits, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _queues.GetOrAdd(queue, static name => new RedisQueue(name)).Limits = limits;
        return ValueTask.CompletedTask;
    }

    /// <summary>Does not need the server either.</summary>
    public ValueTask<IReceiver> SubscribeAsync(string queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = Find(queue);
        RedisSource source;
        lock (_gate) source = found.Source ??= new RedisSource(found, _options, TellTrouble);
        return ValueTask.FromResult<IReceiver>(new RedisReceiver(this, source));
    }

    RedisQueue Find(string queue) =>
        _queues.GetValueOrDefault(queue) ?? throw new BrokerException($"The queue '{queue}' was not declared.");

    public async ValueTask CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        var sends = SendsOf(commit);
        var receiver = ReceiverOf(commit);
        var source = receiver?.Source;
        IReadOnlyList<HeldMessage> messages = receiver is null ? [] : receiver.Source.BeginAcknowledging(receiver, commit.Acknowledged);
        var (happened, doubtful) = (false, false);
        try
        {
            if (sends.Count > 0) await _intake.WaitForRoomAsync([.. sends.Select(send => send.Queue)], GrowthOf(commit, receiver, messages), commit.Bytes, cancellationToken);
            if (sends.Count + messages.Count > 0)
            {
                using var transaction = new RedisTransaction(sends, source?.Queue, messages);
                // Only cancelling can end it with a doubt.
                doubtful = true;
                await ExecuteAsync(transaction, source, cancellationToken);
            }

            if (receiver is not null && commit.Progress is { } progress) receiver.Source.Progressed(receiver, progress.Tag, progress.Outputs);
            happened = true;
        }
        catch (BrokerException)
        {
            doubtful = false;
            throw;
        }
        finally
        {
            if (happened) source?.Acknowledged(messages);
            else source?.NotAcknowledged(messages, doubtful);
        }
    }

    List<(RedisQueue Queue, List<ReadOnlyMemory<byte>> Bodies)> SendsOf(Commit commit)
    {
        var sends = new List<(RedisQueue Queue, List<ReadOnlyMemory<byte>> Bodies)>();
        foreach (var send in commit.SendsSpan)
        {
            var index = sends.FindIndex(known => ReferenceEquals(known.Queue.Name, send.Queue) || known.Queue.Name == send.Queue);
            if (index < 0)
            {
                index = sends.Count;
                sends.Add((Find(send.Queue), []));
            }

            sends[index].Bodies.Add(send.Body);
        }

        return sends;
    }

    RedisReceiver? ReceiverOf(Commit commit) =>
        commit.Source switch
        {
            null => null,
            RedisReceiver receiver when receiver.Broker == this => receiver,
            _ => throw new BrokerException("The messages to acknowledge come from another broker."),
        };

    /// <summary>Bytes that the server will hold more afterwards; for a collector all counts.</summary>
    static Growth GrowthOf(Commit commit, RedisReceiver? receiver, IReadOnlyList<HeldMessage> messages) =>
        receiver is null ? Growth.New
        : commit.Bytes > messages.Sum(held => (long)held.Body.Length) ? Growth.OfMessages
        : Growth.None;

    async Task ExecuteAsync(RedisTransaction transaction, RedisSource? source, CancellationToken cancellationToken)
    {
        RedisConnection? unanswered = null;
        while (true)
        {
            var connection = await _link.GetAsync(patience: null, cancellationToken);
            try
            {
                if (unanswered is not null && await HasHappenedAsync(connection, unanswered, transaction, source)) return;
                unanswered = null;
                var replies = await transaction.ExecuteAsync(connection);
                if (transaction.RefusalIn(replies) is { } refusal)
                {
                    await EndureAsync(connection, refusal, cancellationToken);
                    continue;
                }

                _refusal = null;
                if (transaction.Learn(replies) is var missing and > 0) TellMissing(source!, missing);
                return;
            }
            catch (RedisConnectionException e)
            {
                if (e.MayHaveHappened) unanswered ??= connection;
            }
        }
    }

    /// <summary>
    /// Finds out what became of a commit whose answer was lost. The old connection is ended in the server first, so that
    /// commands that it has received and not yet read cannot take effect afterwards.
    /// </summary>
    async Task<bool> HasHappenedAsync(RedisConnection connection, RedisConnection unanswered, RedisTransaction transaction, RedisSource? source)
    {
        using var kill = new CommandBatch().Add("CLIENT", "KILL", "ID", unanswered.Server.ConnectionId.ToString(CultureInfo.InvariantCulture));
        // It is gone already, as a rule, which is an error that says so.
        await connection.ExecuteAsync(kill);
        if (transaction.Acknowledged.Count > 0 && source is not null) return await source.HasAcknowledgedAsync(connection, transaction.Acknowledged);

        Tell(BrokerNoticeKind.PossibleDuplicates, $"The connection to the Redis server at {_options.Server.Place} was lost while messages were sent that nothing was acknowledged with; they are sent again and may be there twice.");
        return false;
    }

    /// <summary>Waits where waiting helps.</summary>
    /// <exception cref="BrokerException">It does not.</exception>
    async Task EndureAsync(RedisConnection connection, string refusal, CancellationToken cancellationToken)
    {
        if (RedisRefusal.IsOfTheMoment(refusal)) await _link.DropAsync(connection);
        else if (!RedisRefusal.IsFull(refusal)) throw RedisRefusal.ToException(refusal, _options.Server);

        var sentence = RedisRefusal.SentenceFor(refusal, _options.Server);
        if (_refusal is null && RedisRefusal.IsFull(refusal)) Tell(BrokerNoticeKind.ServerFull, sentence);
        _refusal = sentence;
        await Task.Delay(Intake.LookInterval, _options.Server.Time, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<QueueStatus>> ListAsync(CancellationToken cancellationToken) =>
        await AskAsync(connection => QueueListing.ReadAsync(connection, _queues, cancellationToken), cancellationToken);

    public async ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> PeekAsync(string queue, int max, CancellationToken cancellationToken)
    {
        List<ReadOnlyMemory<byte>> bodies = [.. _queues.GetValueOrDefault(queue)?.Source?.PeekReady(max) ?? []];
        if (bodies.Count >= max) return bodies;
        var first = (bodies.Count - max).ToString(CultureInfo.InvariantCulture);
        var list = await AskAsync(connection => connection.ExecuteAsync("LRANGE", queue, first, "-1"), cancellationToken);
        bodies.AddRange(list.AsList().Reverse().Select(item => (ReadOnlyMemory<byte>)item.AsBytes()!));
        return bodies;
    }

    public async ValueTask<long> ClearAsync(string queue, CancellationToken cancellationToken)
    {
        var ready = _queues.GetValueOrDefault(queue)?.Source?.TakeReady() ?? [];
        return await AskAsync(
            async connection =>
            {
                using var batch = new CommandBatch().Add("MULTI").Add("LLEN", queue).Add("DEL", queue);
                foreach (var held in ready) batch.Command("LREM", 3).Argument(queue + RedisQueue.InternalSuffix).Argument(-1).Argument(held.Body);
                var replies = await connection.ExecuteAsync(batch.Add("EXEC"));
                foreach (var reply in replies) reply.ThrowIfError();
                return replies[^1].AsList()[0].AsInteger() + ready.Count;
            },
            cancellationToken);
    }

    public async ValueTask<BrokerReport> InspectAsync(CancellationToken cancellationToken) =>
        await AskAsync(async connection => ServerReport.Of((await connection.ExecuteAsync("INFO")).AsText() ?? "", _options), cancellationToken);

    async Task<T> AskAsync<T>(Func<RedisConnection, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await _link.GetAsync(_options.Patience, cancellationToken);
            return await ask(connection).WaitAsync(cancellationToken);
        }
        catch (RedisConnectionException e)
        {
            throw new BrokerException(e.Message, e);
        }
        catch (RedisErrorException e)
        {
            throw RedisRefusal.ToException(e.Message, _options.Server);
        }
    }

    void TellMissing(RedisSource source, int missing) =>
        Tell(BrokerNoticeKind.MissingAcknowledgement, string.Create(CultureInfo.InvariantCulture,
            $"{missing} messages were to be acknowledged that are not in {source.Queue.Internal} any more: somebody else has removed them, or the server has come back with an older state."));

    void TellTrouble(RedisLink link, string? trouble)
    {
        // A server that goes away takes all connections with it; it is told once.
        bool isFirst, isLast;
        lock (_gate)
        {
            isFirst = trouble is not null && _troubled.Count == 0;
            if (trouble is null) _troubled.Remove(link);
            else _troubled.Add(link);
            isLast = trouble is null && _troubled.Count == 0;
        }

        if (isFirst) Tell(BrokerNoticeKind.ServerLost, trouble!);
        if (isLast) Tell(BrokerNoticeKind.ServerBack, $"The Redis server at {_options.Server.Place} can be used again.");
    }

    void Tell(BrokerNoticeKind kind, string message) => _options.OnNotice?.Invoke(new BrokerNotice(kind, message));

    public async ValueTask DisposeAsync()
    {
        foreach (var queue in _queues.Values)
        {
            if (queue.Source is { } source) await source.DisposeAsync();
        }

        await _link.DisposeAsync();
    }
}
