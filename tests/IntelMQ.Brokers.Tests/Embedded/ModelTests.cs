using System.Text;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>Random commits, acknowledgements, releases, crashes and clears, compared with a model after every step.</summary>
public sealed class ModelTests
{
    const int Steps = 150;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task The_broker_does_what_the_model_does(int seed)
    {
        var random = new Random(seed);
        await using var store = await StoreFixture.OpenAsync(options => options with
        {
            QueueWindowBytes = random.Next(3) * 3000,
            SegmentBytes = random.Next(1, 4) * 2000,
            JournalBytes = random.Next(1, 4) * 1000,
            ReceiveBytes = random.Next(1, 4) * 4000,
            Durability = random.Next(4) == 0 ? Durability.Commit : Durability.Interval,
        });
        var run = new Run(store, random);
        await run.StartAsync();
        for (var step = 0; step < Steps; step++)
        {
            await run.StepAsync();
            await run.CompareAsync();
        }

        await run.DrainAsync();
        Assert.DoesNotContain(store.Notices, notice => notice.Kind != BrokerNoticeKind.TornTail);
    }

    sealed class Message(long sequence, string text)
    {
        public long Sequence { get; } = sequence;

        public string Text { get; } = text;

        public IReceiver? Lessee { get; set; }

        public bool WasDelivered { get; set; }

        public long Progress { get; set; }
    }

    sealed class QueueModel(string name)
    {
        public string Name { get; } = name;

        public long Tail { get; set; } = 1;

        public SortedDictionary<long, Message> Messages { get; } = [];

        public List<string> Cleared { get; set; } = [];

        public List<IReceiver> Receivers { get; } = [];

        public IEnumerable<Message> Waiting => Messages.Values.Where(message => message.Lessee is null);

        public void Add(string text)
        {
            Messages.Add(Tail, new Message(Tail, text));
            Tail++;
        }
    }

    sealed class Run(StoreFixture store, Random random)
    {
        readonly QueueModel[] _queues = [new("a"), new("b"), new("c")];
        int _number;

        public async Task StartAsync()
        {
            foreach (var queue in _queues) await store.Broker.DeclareAsync(queue.Name, QueueLimits.None, Token);
            await SubscribeAsync();
        }

        public Task StepAsync() => random.Next(24) switch
        {
            < 9 => CommitAsync(),
            < 15 => ReceiveAsync(),
            < 17 => ReleaseAsync(),
            17 => ReplaceReceiverAsync(),
            18 => PeekAsync(),
            19 => ClearAsync(),
            20 => RestoreAsync(),
            21 => store.Broker.TidyAsync(),
            22 => CrashAsync(),
            _ => CloseAsync(),
        };

        QueueModel AnyQueue() => _queues[random.Next(_queues.Length)];

        async Task SubscribeAsync()
        {
            foreach (var queue in _queues)
            {
                queue.Receivers.Clear();
                for (var count = 0; count < 2; count++) queue.Receivers.Add(await store.Broker.SubscribeAsync(queue.Name, Token));
            }
        }

        async Task CommitAsync()
        {
            var source = AnyQueue();
            var receiver = source.Receivers[random.Next(2)];
            var commit = new Commit { Source = receiver };
            var sent = new List<(QueueModel Queue, string Text)>();
            for (var count = random.Next(12); count > 0; count--) sent.Add((AnyQueue(), NewText()));
            foreach (var (queue, text) in sent) commit.Send(queue.Name, Encoding.UTF8.GetBytes(text));
            var leased = source.Messages.Values.Where(message => message.Lessee == receiver).ToArray();
            random.Shuffle(leased);
            var done = leased[..random.Next(leased.Length + 1)];
            foreach (var message in done) commit.Acknowledge(message.Sequence);
            var partly = done.Length < leased.Length && random.Next(3) == 0 ? leased[^1] : null;
            if (partly is not null) commit.Progress = (partly.Sequence, partly.Progress + random.Next(1, 5));
            await store.Broker.CommitAsync(commit, Token);
            foreach (var (queue, text) in sent) queue.Add(text);
            foreach (var message in done) source.Messages.Remove(message.Sequence);
            if (partly is not null) partly.Progress = commit.Progress!.Value.Outputs;
        }

        string NewText()
        {
            var length = random.Next(40) switch
            {
                0 => Chunk.LargeMessageBytes + random.Next(1000),
                1 => 0,
                < 5 => random.Next(20_000),
                _ => random.Next(300),
            };
            var number = $"{_number++}:";
            return length == 0 ? string.Empty : number.PadRight(length, (char)('a' + random.Next(26)));
        }

        async Task ReceiveAsync()
        {
            var queue = AnyQueue();
            if (!queue.Waiting.Any()) return;
            var receiver = queue.Receivers[random.Next(2)];
            var max = random.Next(1, 15);
            var received = await receiver.ReceiveAsync(max, Token);
            Assert.InRange(received.Count, 1, max);
            var expected = queue.Waiting.Take(received.Count).ToList();
            Assert.Equal(expected.Select(message => message.Sequence), received.Select(delivery => delivery.Tag));
            for (var index = 0; index < expected.Count; index++)
            {
                Assert.Equal(expected[index].Text, StoreFixture.Text(received[index]));
                Assert.Equal(expected[index].WasDelivered, received[index].Redelivered);
                Assert.Equal(expected[index].Progress, received[index].Progress);
                expected[index].WasDelivered = true;
                expected[index].Lessee = receiver;
            }
        }

        async Task ReleaseAsync()
        {
            var queue = AnyQueue();
            var receiver = queue.Receivers[random.Next(2)];
            var leased = queue.Messages.Values.Where(message => message.Lessee == receiver).ToArray();
            random.Shuffle(leased);
            var given = leased[..random.Next(leased.Length + 1)];
            await receiver.ReleaseAsync([.. given.Select(message => new Delivery(message.Sequence, default, false, 0))], Token);
            foreach (var message in given) message.Lessee = null;
        }

        async Task ReplaceReceiverAsync()
        {
            var queue = AnyQueue();
            var index = random.Next(2);
            await queue.Receivers[index].DisposeAsync();
            foreach (var message in queue.Messages.Values.Where(message => message.Lessee == queue.Receivers[index])) message.Lessee = null;
            queue.Receivers[index] = await store.Broker.SubscribeAsync(queue.Name, Token);
        }

        async Task PeekAsync()
        {
            var queue = AnyQueue();
            var peeked = await store.Broker.PeekAsync(queue.Name, 7, Token);
            Assert.Equal(
                queue.Waiting.Take(peeked.Count).Select(message => message.Text),
                peeked.Select(body => Encoding.UTF8.GetString(body.Span)));
            Assert.Equal(queue.Waiting.Any(), peeked.Count > 0);
        }

        async Task ClearAsync()
        {
            var queue = AnyQueue();
            var waiting = queue.Waiting.ToList();
            Assert.Equal(waiting.Count, await store.Broker.ClearAsync(queue.Name, Token));
            queue.Cleared = [.. waiting.Select(message => message.Text)];
            foreach (var message in waiting) queue.Messages.Remove(message.Sequence);
        }

        async Task RestoreAsync()
        {
            var queue = AnyQueue();
            Assert.Equal(queue.Cleared.Count, await store.Broker.RestoreAsync(queue.Name, Token));
            foreach (var text in queue.Cleared) queue.Add(text);
            queue.Cleared = [];
        }

        async Task CrashAsync()
        {
            await store.CrashAndReopenAsync();
            await AfterReopenAsync();
        }

        async Task CloseAsync()
        {
            await store.Broker.DisposeAsync();
            await store.ReopenAsync();
            await AfterReopenAsync();
        }

        async Task AfterReopenAsync()
        {
            foreach (var message in _queues.SelectMany(queue => queue.Messages.Values)) message.Lessee = null;
            await SubscribeAsync();
        }

        public async Task CompareAsync()
        {
            var expected = _queues.Select(queue => new QueueStatus(
                queue.Name,
                queue.Waiting.Count(),
                queue.Messages.Values.Count(message => message.Lessee is not null),
                queue.Messages.Values.Sum(message => (long)message.Text.Length),
                false));
            Assert.Equal(expected, await store.Broker.ListAsync(Token));
        }

        public async Task DrainAsync()
        {
            await CrashAsync();
            foreach (var queue in _queues) Assert.Equal(queue.Waiting.Select(message => message.Text), await store.DrainAsync(queue.Name));
        }
    }
}
