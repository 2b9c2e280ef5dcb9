using System.Text;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>Files of the store are damaged while it is closed: whatever can still be had is had, and the rest is reported.</summary>
public sealed class DamageTests
{
    const int Messages = 300;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    static EmbeddedBrokerOptions SmallSegments(EmbeddedBrokerOptions options) =>
        options with { SegmentBytes = 4000, QueueWindowBytes = 2000 };

    static string Message(int number) => $"{number}:".PadRight(30 + (number * 31 % 200), '.');

    static int NumberOf(string message) => int.Parse(message.AsSpan(0, message.IndexOf(':', StringComparison.Ordinal)), null);

    // Queue a has messages of which the first fifty and a few later ones are acknowledged.
    static async Task<(StoreFixture Store, HashSet<int> Done)> PrepareAsync(Random random)
    {
        var store = await StoreFixture.OpenAsync(SmallSegments, "a", "b");
        for (var sent = 0; sent < Messages;)
        {
            var count = Math.Min(random.Next(1, 20), Messages - sent);
            await store.SendAsync("a", Enumerable.Range(sent, count).Select(Message));
            sent += count;
        }

        var receiver = await store.Broker.SubscribeAsync("a", Token);
        var received = await store.ReceiveAsync(receiver, 100);
        var done = received.Where((_, index) => index < 50 || index % 7 == 0).ToList();
        foreach (var part in done.Chunk(10)) await store.AcknowledgeAsync(receiver, part);
        return (store, [.. done.Select(delivery => NumberOf(StoreFixture.Text(delivery)))]);
    }

    static async Task<List<int>> DrainAsync(StoreFixture store)
    {
        var texts = await store.DrainAsync("a");
        var numbers = texts.Select(NumberOf).ToList();
        Assert.Equal(numbers.Select(Message), texts);
        Assert.Equal(numbers.Order().Distinct(), numbers);
        return numbers;
    }

    static void Flip(string path, long offset, byte bits)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = offset;
        var old = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(old ^ bits));
    }

    static void Truncate(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(length);
    }

    // What was not delivered was reported as lost, its segment is kept, and the store works on.
    static async Task CheckLossIsReportedAsync(StoreFixture store, HashSet<int> done)
    {
        var report = await EmbeddedStore.VerifyAsync(store.Directory.Path, Token);
        var numbers = await DrainAsync(store);
        var missing = Enumerable.Range(0, Messages).Where(number => !done.Contains(number)).Except(numbers).Count();
        var reported = store.Notices.Where(notice => notice.Kind == BrokerNoticeKind.DamagedLog).Sum(notice => notice.Messages ?? 0);
        Assert.DoesNotContain(numbers, done.Contains);
        Assert.InRange(missing, 0, reported);
        Assert.Equal(missing, report.Queues.Single(queue => queue.Queue == "a").Unreadable);
        await store.SendAsync("a", "after");
        Assert.Equal(["after"], await store.DrainAsync("a"));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_flipped_bit_in_a_log_costs_at_most_the_messages_it_hits_and_is_reported(int seed)
    {
        var random = new Random(seed);
        var (store, done) = await PrepareAsync(random);
        await using var _ = store;
        await (seed % 2 == 0 ? store.CrashAsync() : store.Broker.DisposeAsync().AsTask());
        var logs = store.Directory.Logs.Order(StringComparer.Ordinal).ToArray();
        var log = logs[random.Next(logs.Length)];
        Flip(log, random.NextInt64(new FileInfo(log).Length), (byte)(1 << random.Next(8)));

        await store.ReopenAsync();
        await CheckLossIsReportedAsync(store, done);

        var lost = store.Notices.Any(notice => notice is { Kind: BrokerNoticeKind.DamagedLog, Messages: > 0 });
        Assert.Equal(lost, store.Directory.SetAside.Any());
        if (lost) Assert.NotEmpty(await EmbeddedStore.SalvageAsync(store.Directory.Path, Token).ToListAsync(Token));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_log_cut_anywhere_costs_at_most_what_was_cut_and_is_reported(int seed)
    {
        var random = new Random(seed);
        var (store, done) = await PrepareAsync(random);
        await using var _ = store;
        await store.Broker.DisposeAsync();
        var logs = store.Directory.Logs.Order(StringComparer.Ordinal).ToArray();
        var log = logs[random.Next(logs.Length)];
        Truncate(log, random.NextInt64(new FileInfo(log).Length));

        await store.ReopenAsync();

        await CheckLossIsReportedAsync(store, done);
    }

    [Fact]
    public async Task A_log_that_somebody_deleted_is_reported_and_the_others_go_on()
    {
        var (store, done) = await PrepareAsync(new Random(1));
        await using var _ = store;
        await store.Broker.DisposeAsync();
        File.Delete(store.Directory.Logs.Order(StringComparer.Ordinal).ElementAt(3));

        await store.ReopenAsync();

        await CheckLossIsReportedAsync(store, done);
        Assert.Contains(store.Notices, notice => notice.Kind == BrokerNoticeKind.DamagedLog);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_flipped_bit_in_the_journal_loses_no_message_and_repeats_none_silently(int seed)
    {
        var random = new Random(seed);
        var (store, done) = await PrepareAsync(random);
        await using var _ = store;
        await store.CrashAsync();
        var journal = store.Directory.Journals.Single();
        Flip(journal, random.NextInt64(new FileInfo(journal).Length), (byte)(1 << random.Next(8)));

        await store.ReopenAsync();
        var status = await store.StatusAsync("a");
        var numbers = await DrainAsync(store);

        Assert.Empty(Enumerable.Range(0, Messages).Where(number => !done.Contains(number)).Except(numbers));
        var repeated = numbers.Where(done.Contains).ToList();
        if (repeated.Count > 0) Assert.Contains(store.Notices, notice => notice.Kind == BrokerNoticeKind.DamagedJournal);
        Assert.Equal(numbers.Count, status.Waiting);
        Assert.Equal(numbers.Sum(number => (long)Message(number).Length), status.Bytes);
        Assert.DoesNotContain(store.Notices, notice => notice.Kind == BrokerNoticeKind.DamagedLog);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task A_journal_cut_anywhere_loses_at_most_the_last_commit_and_repeats_none_silently(int seed)
    {
        var random = new Random(seed);
        var (store, done) = await PrepareAsync(random);
        await using var _ = store;
        await store.CrashAsync();
        var journal = store.Directory.Journals.Single();
        var length = random.NextInt64(1, new FileInfo(journal).Length);
        Truncate(journal, length);
        // A cut exactly between two records leaves no trace in a store that only acknowledged.
        while (Journal.Read(store.Files, journal) is { TornBytes: 0, Damage.Count: 0 } && length > 0) Truncate(journal, --length);

        await store.ReopenAsync();
        var numbers = await DrainAsync(store);

        // The last commits acknowledge, so that a cut in the last record repeats up to ten messages without any trace of it.
        Assert.Empty(Enumerable.Range(0, Messages).Where(number => !done.Contains(number)).Except(numbers));
        if (numbers.Count > Messages - done.Count + 10)
            Assert.Contains(store.Notices, notice => notice.Kind is BrokerNoticeKind.DamagedJournal or BrokerNoticeKind.TornTail);
    }

    [Fact]
    public async Task Without_a_journal_every_message_in_the_logs_is_delivered_again()
    {
        var (store, _) = await PrepareAsync(new Random(1));
        await using var disposed = store;
        await store.CrashAsync();
        File.Delete(store.Directory.Journals.Single());

        await store.ReopenAsync();

        Assert.Equal(Enumerable.Range(0, Messages), await DrainAsync(store));
        Assert.Equal(0, (await store.StatusAsync("b")).Waiting);
        Assert.Contains(store.Notices, notice => notice.Kind == BrokerNoticeKind.DamagedJournal);
        await store.SendAsync("b", "works");
        Assert.Equal(["works"], await store.DrainAsync("b"));
    }

    [Fact]
    public async Task A_folder_that_a_kill_left_before_its_queue_was_known_does_not_hide_the_queue_of_that_name()
    {
        var (store, done) = await PrepareAsync(new Random(1));
        await using var disposed = store;
        await store.CrashAsync();
        QueueFolder.Create(DiskFiles.Instance, QueueFolder.PathOf(store.Directory.Path, 99, "a"), "a");
        var journal = store.Directory.Journals.Single();
        Flip(journal, new FileInfo(journal).Length / 2, 0x10);

        await store.ReopenAsync();

        var queues = await store.Broker.ListAsync(Token);
        Assert.Single(queues, queue => queue.Queue == "a");
        Assert.Empty(Enumerable.Range(0, Messages).Where(number => !done.Contains(number)).Except(await DrainAsync(store)));
        Assert.Contains(store.Notices, notice => notice.Kind == BrokerNoticeKind.DamagedJournal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_power_failure_that_took_a_log_but_not_the_journal_takes_back_whole_commits(bool zeros)
    {
        await using var store = await StoreFixture.OpenAsync(null, "a", "b");
        await store.SendAsync("a", Enumerable.Range(0, 50).Select(Message));
        var receiver = await store.Broker.SubscribeAsync("a", Token);
        await MoveAsync(store, receiver, 10);
        await store.Broker.TidyAsync();
        var flushed = new FileInfo(store.Directory.Logs.Single(log => log.Contains("-b", StringComparison.Ordinal))).Length;
        await MoveAsync(store, receiver, 10);
        await store.SendAsync("a", Enumerable.Range(50, 10).Select(Message));
        await MoveAsync(store, receiver, 10);
        await store.CrashAsync();
        var log = store.Directory.Logs.Single(log => log.Contains("-b", StringComparison.Ordinal));
        var length = new FileInfo(log).Length;
        Truncate(log, flushed);
        if (zeros) Truncate(log, length);

        await store.ReopenAsync();

        Assert.Contains(store.Notices, notice => notice.Kind == BrokerNoticeKind.PowerLoss);
        Assert.Equal(Enumerable.Range(0, 10).Select(Message), await store.DrainAsync("b"));
        Assert.Equal(Enumerable.Range(10, 40).Select(Message), await store.DrainAsync("a"));
        var salvaged = await EmbeddedStore.SalvageAsync(store.Directory.Path, Token).ToListAsync(Token);
        Assert.Equal(
            Enumerable.Range(50, 10).Select(Message),
            salvaged.Where(message => message.IsIntact).Select(message => Encoding.UTF8.GetString(message.Body.Span)));
    }

    static async Task MoveAsync(StoreFixture store, IReceiver receiver, int count)
    {
        var commit = new Commit { Source = receiver };
        foreach (var delivery in await store.ReceiveAsync(receiver, count))
        {
            commit.Send("b", delivery.Body);
            commit.Acknowledge(delivery.Tag);
        }

        await store.Broker.CommitAsync(commit, Token);
    }
}
