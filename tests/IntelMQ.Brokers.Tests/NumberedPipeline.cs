using System.Text;

namespace IntelMQ.Brokers.Tests;

/// <summary>Collector, two bots and an output on one broker, with numbered messages; counts what becomes of them.</summary>
sealed class NumberedPipeline : IAsyncDisposable
{
    const int Batch = 40;

    readonly IBroker _broker;
    readonly CancellationTokenSource _stop = new();
    readonly Dictionary<int, int> _arrived = [];
    readonly Lock _gate = new();
    Task[] _workers = [];
    Task _collecting = Task.CompletedTask;

    /// <param name="open">Opens the broker, which tells its notices to what it is given.</param>
    public NumberedPipeline(Func<Action<BrokerNotice>, IBroker> open)
    {
        _broker = open(notice =>
        {
            lock (_gate) Notices.Add(notice);
        });
    }

    public List<BrokerNotice> Notices { get; } = [];

    public IBroker Broker => _broker;

    /// <summary>Messages that came out at the end.</summary>
    public int Arrived
    {
        get
        {
            lock (_gate) return _arrived.Count;
        }
    }

    /// <summary>Messages that came out more than once.</summary>
    public int Doubled
    {
        get
        {
            lock (_gate) return _arrived.Values.Count(times => times > 1);
        }
    }

    public async Task StartAsync(int messages)
    {
        foreach (var queue in (string[])["A", "B", "C"]) await _broker.DeclareAsync(queue, new QueueLimits(2000, 0), CancellationToken.None);
        _collecting = Task.Run(() => CollectAsync(messages));
        _workers = [Task.Run(() => MoveAsync("A", "B")), Task.Run(() => MoveAsync("A", "B")), Task.Run(() => MoveAsync("B", "C")), Task.Run(DrainAsync)];
    }

    async Task CollectAsync(int messages)
    {
        var commit = new Commit();
        for (var number = 0; number < messages;)
        {
            commit.Clear();
            for (var i = 0; i < Batch && number < messages; i++) commit.Send("A", Encoding.UTF8.GetBytes($"{number++} {new string('x', number % 500)}"));
            await _broker.CommitAsync(commit, _stop.Token);
        }
    }

    Task MoveAsync(string from, string to) => ReceiveAsync(from, (commit, delivery) => commit.Send(to, delivery.Body));

    Task DrainAsync() => ReceiveAsync("C", (_, delivery) =>
    {
        var number = int.Parse(Encoding.UTF8.GetString(delivery.Body.Span).Split(' ')[0], null);
        lock (_gate) _arrived[number] = _arrived.GetValueOrDefault(number) + 1;
    });

    async Task ReceiveAsync(string queue, Action<Commit, Delivery> handle)
    {
        await using var receiver = await _broker.SubscribeAsync(queue, _stop.Token);
        while (true)
        {
            IReadOnlyList<Delivery> deliveries;
            try
            {
                deliveries = await receiver.ReceiveAsync(Batch, _stop.Token);
            }
            catch (BrokerException) when (!_stop.IsCancellationRequested)
            {
                // As the worker of a host, which tries again.
                continue;
            }

            // Every second one first, so that acknowledgements come out of order.
            foreach (var part in (IEnumerable<Delivery>[])[deliveries.Where((_, i) => i % 2 == 1), deliveries.Where((_, i) => i % 2 == 0)])
            {
                var commit = new Commit { Source = receiver };
                foreach (var delivery in part)
                {
                    handle(commit, delivery);
                    commit.Acknowledge(delivery.Tag);
                }

                if (!commit.IsEmpty) await _broker.CommitAsync(commit, _stop.Token);
            }
        }
    }

    /// <summary>Waits until everything has been sent and has arrived.</summary>
    public async Task EndAsync(int messages)
    {
        await _collecting;
        await Embedded.Eventually.IsTrueAsync(() => Arrived == messages || _workers.Any(worker => worker.IsCompleted));
        foreach (var failed in _workers.Where(worker => worker.IsFaulted)) await failed;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await Task.WhenAll([_collecting, .. _workers]);
        }
        catch (OperationCanceledException)
        {
            // That is how they end.
        }

        await _broker.DisposeAsync();
        _stop.Dispose();
    }
}
