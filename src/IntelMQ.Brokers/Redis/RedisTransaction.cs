using IntelMQ.Brokers.Holding;
using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>The commands of a commit: all of them or none take effect in the server.</summary>
sealed class RedisTransaction : IDisposable
{
    readonly CommandBatch _batch = new();
    readonly IReadOnlyList<(RedisQueue Queue, List<ReadOnlyMemory<byte>> Bodies)> _sends;
    readonly bool _isWrapped;

    public RedisTransaction(
        IReadOnlyList<(RedisQueue Queue, List<ReadOnlyMemory<byte>> Bodies)> sends, RedisQueue? source, IReadOnlyList<HeldMessage> acknowledged)
    {
        _sends = sends;
        Acknowledged = acknowledged;
        _isWrapped = sends.Count + acknowledged.Count > 1;
        if (_isWrapped) _batch.Add("MULTI");
        foreach (var (queue, bodies) in sends)
        {
            _batch.Command("LPUSH", bodies.Count + 1).Argument(queue.Name);
            foreach (var body in bodies) _batch.Argument(body);
        }

        // By value, from the old end: whatever else has happened to the list, no other message can be taken for this one.
        foreach (var held in acknowledged) _batch.Command("LREM", 3).Argument(source!.Internal).Argument(-1).Argument(held.Body);
        if (_isWrapped) _batch.Add("EXEC");
    }

    public IReadOnlyList<HeldMessage> Acknowledged { get; }

    public Task<RedisReply[]> ExecuteAsync(RedisConnection connection) => connection.ExecuteAsync(_batch);

    /// <summary>Why the server has not done it; null when it has.</summary>
    public string? RefusalIn(RedisReply[] replies)
    {
        foreach (var reply in replies)
        {
            if (reply.IsError) return reply.ErrorText;
        }

        foreach (var reply in Results(replies))
        {
            if (reply.IsError) return reply.ErrorText;
        }

        return null;
    }

    /// <summary>Learns from the answers how long the queues are now.</summary>
    /// <returns>How many of the acknowledged messages were not in the server any more.</returns>
    public int Learn(RedisReply[] replies)
    {
        var results = Results(replies);
        for (var i = 0; i < _sends.Count; i++)
        {
            var (queue, bodies) = _sends[i];
            queue.Length = results[i].AsInteger();
            queue.Sizes.CountSent(bodies.Count, bodies.Sum(body => (long)body.Length));
        }

        var missing = 0;
        for (var i = _sends.Count; i < results.Count; i++)
        {
            if (results[i].AsInteger() == 0) missing++;
        }

        return missing;
    }

    IReadOnlyList<RedisReply> Results(RedisReply[] replies) => _isWrapped ? replies[^1].AsList() : replies;

    public void Dispose() => _batch.Dispose();
}
