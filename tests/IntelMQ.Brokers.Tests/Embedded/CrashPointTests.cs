using System.Globalization;
using System.Text;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>
/// The machine stops after every so many bytes written, and in half of the tests loses what was not flushed. A small pipeline
/// must then be in the state before or after one of its commits.
/// </summary>
public sealed class CrashPointTests
{
    const int Messages = 24;
    const int Step = 41;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Durability.Interval, false)]
    [InlineData(Durability.Commit, false)]
    [InlineData(Durability.Interval, true)]
    [InlineData(Durability.Commit, true)]
    public async Task After_a_stop_at_any_byte_every_message_is_in_one_queue(Durability durability, bool powerFails)
    {
        var random = new Random(3);
        for (long room = Step; ; room += Step)
        {
            await using var store = await StoreFixture.OpenAsync(options => options with
            {
                Durability = durability, SegmentBytes = 400, JournalBytes = 600, QueueWindowBytes = room % 2 * 100_000,
            });
            foreach (var queue in new[] { "a", "b", "c" }) await store.Broker.DeclareAsync(queue, QueueLimits.None, Token);
            await store.Broker.TidyAsync();
            store.Files.StopsWhenFull = true;
            store.Files.Room = room;
            var run = new Run(store.Broker, new Random((int)room));
            var finished = await run.TryAsync();

            await store.CrashAsync();
            store.Files.StopsWhenFull = false;
            store.Files.Room = long.MaxValue;
            if (powerFails) store.Files.FailPower(random);
            await store.ReopenAsync();
            await CheckAsync(store, run, mayLoseTheLast: powerFails && durability == Durability.Interval, room);
            if (finished) return;
        }
    }

    static async Task CheckAsync(StoreFixture store, Run run, bool mayLoseTheLast, long room)
    {
        var report = string.Join("\n", store.Notices.Select(notice => notice.Message));
        List<int> found = [];
        foreach (var queue in new[] { "a", "b", "c" }) found.AddRange((await store.DrainAsync(queue)).Select(text => int.Parse(text.Split(':')[0], null)));
        found.Sort();
        // When the power fails between two flushes, some logs may have reached the disk further than the journal. Then what is
        // there comes, also twice, and that is reported; what had been flushed is there in any case.
        if (mayLoseTheLast && store.Notices.Any(notice => notice.Kind == BrokerNoticeKind.DamagedJournal))
        {
            Assert.Empty(Enumerable.Range(0, run.Flushed).Except(found));
            Assert.All(found, number => Assert.InRange(number, 0, run.Begun - 1));
            return;
        }

        // Commits are made one after the other, so that the messages there are begin with the first.
        Assert.True(found.SequenceEqual(Enumerable.Range(0, found.Count)), $"After {room} bytes: {string.Join(' ', found)}\n{report}");
        Assert.InRange(found.Count, mayLoseTheLast ? run.Flushed : run.Confirmed, run.Begun);
        Assert.True(found.Count % Run.PerCommit == 0, $"After {room} bytes half of a commit is there: {found.Count} messages.\n{report}");
        Assert.DoesNotContain(store.Notices, notice => notice.Kind is BrokerNoticeKind.DamagedLog);
        if (!mayLoseTheLast)
            Assert.DoesNotContain(store.Notices, notice => notice.Kind is BrokerNoticeKind.PowerLoss or BrokerNoticeKind.DamagedJournal);
        await store.SendAsync("a", "works");
        Assert.Equal(["works"], await store.DrainAsync("a"));
    }

    sealed class Run(EmbeddedBroker broker, Random random)
    {
        public const int PerCommit = 3;

        public int Confirmed { get; private set; }

        public int Begun { get; private set; }

        public int Flushed { get; private set; }

        /// <summary>Runs until the disk stands still; true if it never did.</summary>
        public async Task<bool> TryAsync()
        {
            try
            {
                var a = await broker.SubscribeAsync("a", Token);
                var b = await broker.SubscribeAsync("b", Token);
                while (Begun < Messages)
                {
                    await SendAsync();
                    await MoveAsync(a, "b");
                    if (random.Next(3) == 0)
                    {
                        await broker.TidyAsync();
                        Flushed = Confirmed;
                    }

                    await SendAsync();
                    await MoveAsync(b, "c");
                    await MoveAsync(a, "c");
                }

                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }

        async Task SendAsync()
        {
            var commit = new Commit();
            for (var count = 0; count < PerCommit; count++)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{Begun++}:").PadRight(random.Next(4, 60), '.');
                commit.Send("a", Encoding.UTF8.GetBytes(text));
            }

            await broker.CommitAsync(commit, Token);
            Confirmed = Begun;
        }

        async Task MoveAsync(IReceiver receiver, string to)
        {
            var batch = (await receiver.ReceiveAsync(random.Next(1, 4), Token)).ToArray();
            random.Shuffle(batch);
            var commit = new Commit { Source = receiver };
            foreach (var delivery in batch)
            {
                commit.Send(to, delivery.Body);
                commit.Acknowledge(delivery.Tag);
            }

            await broker.CommitAsync(commit, Token);
        }
    }
}
