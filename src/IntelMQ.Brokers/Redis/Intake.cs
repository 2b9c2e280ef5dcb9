using System.Globalization;
using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>What a commit does to the memory of the server.</summary>
enum Growth
{
    /// <summary>It takes out at least as much as it brings in.</summary>
    None,

    /// <summary>It brings in more than it takes out.</summary>
    OfMessages,

    /// <summary>It only brings in: a collector.</summary>
    New,
}

/// <summary>Lets senders wait while a queue is full or the server is short of memory.</summary>
sealed class Intake(RedisBrokerOptions options, RedisLink link)
{
    public static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);
    static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(5);
    static readonly TimeSpan MemoryInterval = TimeSpan.FromSeconds(1);

    readonly TimeProvider _time = options.Server.Time;
    ServerMemory _memory;
    long _measured;
    long _sentSince;

    /// <summary>Why collectors wait, a sentence; null when they do not.</summary>
    public string? Trouble { get; private set; }

    public async Task WaitForRoomAsync(IReadOnlyList<RedisQueue> queues, Growth growth, long bytes, CancellationToken cancellationToken)
    {
        foreach (var queue in queues)
        {
            await CheckTypeAsync(queue, cancellationToken);
            if (queue.Limits != QueueLimits.None) await WaitForQueueAsync(queue, cancellationToken);
        }

        Interlocked.Add(ref _sentSince, bytes);
        if (growth != Growth.None) await WaitForMemoryAsync(growth, cancellationToken);
    }

    /// <summary>
    /// In a transaction of Redis a command that fails does not keep the others from taking effect: messages would be
    /// acknowledged whose outputs went nowhere. That a key is no list is the one thing that can fail that late.
    /// </summary>
    async Task CheckTypeAsync(RedisQueue queue, CancellationToken cancellationToken)
    {
        if (queue.IsChecked) return;
        var reply = await AskAsync(new CommandBatch().Add("TYPE", queue.Name), cancellationToken);
        if (!reply.IsError && reply.AsText() is not ("list" or "none"))
            throw new BrokerException($"The queue '{queue.Name}' cannot be used: the Redis server at {options.Server.Place} has something else under this name ({reply.AsText()}).");
        queue.IsChecked = true;
    }

    async Task WaitForQueueAsync(RedisQueue queue, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (queue.Length < 0 || queue.IsFull(queue.Length))
        {
            var reply = await AskAsync(new CommandBatch().Add("LLEN", queue.Name), cancellationToken);
            if (reply.IsError) throw RedisRefusal.ToException(reply.ErrorText, options.Server);
            queue.Length = reply.AsInteger();
            if (!queue.IsFull(queue.Length)) return;
            await Task.Delay(pause, _time, cancellationToken);
            pause = pause * 2 < LookInterval ? pause * 2 : LookInterval;
        }
    }

    async Task WaitForMemoryAsync(Growth growth, CancellationToken cancellationToken)
    {
        while (true)
        {
            var limit = LimitFor(growth);
            if (IsOutdated(limit))
            {
                await MeasureAsync(cancellationToken);
                limit = LimitFor(growth);
            }

            if (_memory.Used < limit) return;
            await Task.Delay(LookInterval, _time, cancellationToken);
            await MeasureAsync(cancellationToken);
        }
    }

    long LimitFor(Growth growth) => growth == Growth.New ? _memory.LimitFor(options.MemoryLimit) : _memory.LimitForGrowth;

    /// <summary>Too long ago, or what was sent since could have reached the limit.</summary>
    bool IsOutdated(long limit) =>
        _measured == 0 || _time.GetElapsedTime(_measured) > MemoryInterval || _memory.Used >= limit - Interlocked.Read(ref _sentSince);

    async Task MeasureAsync(CancellationToken cancellationToken)
    {
        var reply = await AskAsync(new CommandBatch().Add("INFO", "memory"), cancellationToken);
        // A user who may not ask still learns from the server's refusal that it is full.
        _memory = reply.IsError ? default : ServerMemory.Of(reply.AsText() ?? "");
        _measured = _time.GetTimestamp();
        Interlocked.Exchange(ref _sentSince, 0);
        Tell();
    }

    void Tell()
    {
        var limit = _memory.LimitFor(options.MemoryLimit);
        var trouble = _memory.Used < limit
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"The Redis server at {options.Server.Place} uses {_memory.Used >> 20} MB of memory, {limit >> 20} MB is the limit: collectors wait until messages are taken out.");
        var had = Trouble;
        Trouble = trouble;
        if (had is null && trouble is not null) options.OnNotice?.Invoke(new BrokerNotice(BrokerNoticeKind.ServerFull, trouble));
        else if (had is not null && trouble is null) options.OnNotice?.Invoke(new BrokerNotice(BrokerNoticeKind.ServerHasRoom, $"The Redis server at {options.Server.Place} has room again."));
    }

    async Task<RedisReply> AskAsync(CommandBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            while (true)
            {
                try
                {
                    return (await (await link.GetAsync(patience: null, cancellationToken)).ExecuteAsync(batch))[0];
                }
                catch (RedisConnectionException)
                {
                    // A question may be asked again. The link waits until there is somebody to ask.
                    cancellationToken.ThrowIfCancellationRequested();
                }
            }
        }
    }
}
