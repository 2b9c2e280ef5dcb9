using System.Globalization;
using System.Text;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>Many collectors and workers at once, on a store whose every part is as small as it can be.</summary>
public sealed class StressTests
{
    const int Collectors = 3;
    const int PerCollector = 4000;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Durability.Interval)]
    [InlineData(Durability.Commit)]
    public async Task Every_message_arrives_once_whatever_receivers_do(Durability durability)
    {
        await using var store = await StoreFixture.OpenAsync(options => options with
        {
            Durability = durability,
            QueueWindowBytes = 10_000,
            StoreWindowBytes = 20_000,
            SegmentBytes = 20_000,
            JournalBytes = 5_000,
            FlushInterval = TimeSpan.FromMilliseconds(1),
        });
        await store.Broker.DeclareAsync("a", new QueueLimits(300, 0), Token);
        await store.Broker.DeclareAsync("b", new QueueLimits(0, 20_000), Token);
        await store.Broker.DeclareAsync("c", QueueLimits.None, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        List<Task> workers = [];
        for (var worker = 0; worker < 3; worker++)
        {
            workers.Add(Task.Run(() => MoveAsync(store.Broker, "a", "b", new Random(worker), stop.Token), Token));
            workers.Add(Task.Run(() => MoveAsync(store.Broker, "b", "c", new Random(worker + 100), stop.Token), Token));
        }

        await Task.WhenAll(Enumerable.Range(0, Collectors).Select(collector => Task.Run(() => CollectAsync(store.Broker, collector), Token)));
        // A worker that fails ends the wait, and its error is shown by the last line of this block.
        var arrived = Eventually.IsTrueAsync(() => store.Broker.Queue("c").Ledger.Count == Collectors * PerCollector);
        await await Task.WhenAny([arrived, .. workers]);
        await stop.CancelAsync();
        foreach (var worker in workers) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => worker);

        await store.CrashAndReopenAsync();
        var numbers = (await store.DrainAsync("c")).Select(text => int.Parse(text.Split(':')[0], CultureInfo.InvariantCulture)).Order();
        Assert.Equal(Enumerable.Range(0, Collectors * PerCollector), numbers);
        Assert.Equal(0, (await store.StatusAsync("a")).Bytes);
        Assert.Equal(0, (await store.StatusAsync("b")).Bytes);
        Assert.DoesNotContain(store.Notices, notice => notice.Kind != BrokerNoticeKind.TornTail);
    }

    static async Task CollectAsync(EmbeddedBroker broker, int collector)
    {
        var random = new Random(collector);
        var commit = new Commit();
        for (var sent = 0; sent < PerCollector;)
        {
            commit.Clear();
            for (var count = random.Next(1, 60); count > 0 && sent < PerCollector; count--, sent++)
            {
                var text = $"{(collector * PerCollector) + sent}:".PadRight(random.Next(10, 150), '.');
                commit.Send("a", Encoding.UTF8.GetBytes(text));
            }

            await broker.CommitAsync(commit, Token);
        }
    }

    // Acknowledges in any order, gives back, gives up waiting, and is replaced now and then.
    static async Task MoveAsync(EmbeddedBroker broker, string from, string to, Random random, CancellationToken stop)
    {
        while (true)
        {
            await using var receiver = await broker.SubscribeAsync(from, stop);
            for (var rounds = random.Next(1, 30); rounds > 0; rounds--)
            {
                var batch = (await ReceiveAsync(receiver, random, stop)).ToArray();
                random.Shuffle(batch);
                var given = random.Next(4) == 0 ? random.Next(batch.Length + 1) : 0;
                var kept = batch[given..];
                await receiver.ReleaseAsync(batch[..given], stop);
                var commit = new Commit { Source = receiver };
                foreach (var delivery in kept)
                {
                    commit.Send(to, delivery.Body);
                    commit.Acknowledge(delivery.Tag);
                }

                // At the end some stay leased, for the receiver's end to give back.
                if (rounds > 1 || random.Next(2) == 0) await broker.CommitAsync(commit, stop);
            }
        }
    }

    static async Task<IReadOnlyList<Delivery>> ReceiveAsync(IReceiver receiver, Random random, CancellationToken stop)
    {
        while (true)
        {
            using var hurry = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var waiting = receiver.ReceiveAsync(random.Next(1, 50), hurry.Token).AsTask();
            if (random.Next(5) == 0) await hurry.CancelAsync();
            try
            {
                return await waiting;
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                // Given up waiting; asks again.
            }
        }
    }
}
