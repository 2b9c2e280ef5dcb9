using System.Text;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>The disk fails in the middle of a commit: it has not happened, can be tried again, and nothing else suffers.</summary>
public sealed class FailingDiskTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static bool IsLog(string path) => path.EndsWith(".log", StringComparison.Ordinal);

    static bool IsJournal(string path) => Path.GetFileName(path).Contains("journal", StringComparison.Ordinal);

    [Theory]
    [InlineData(Durability.Interval)]
    [InlineData(Durability.Commit)]
    public async Task A_full_disk_at_any_byte_of_a_commit_loses_nothing_and_is_retried_with_success(Durability durability)
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { Durability = durability }, "a", "b");
        await store.SendAsync("a", StoreFixture.Numbers(0, 10));
        var receiver = await store.Broker.SubscribeAsync("a", Token);
        var expected = new List<string>();
        for (var room = 0; room < 260; room += 13)
        {
            var commit = new Commit { Source = receiver };
            var name = $"message after {room} bytes";
            commit.Send("b", Encoding.UTF8.GetBytes(name));
            commit.Send("a", Encoding.UTF8.GetBytes(name));
            commit.Send("b", Encoding.UTF8.GetBytes(name));
            commit.Acknowledge((await receiver.ReceiveAsync(1, Token))[0].Tag);
            store.Files.Room = room;
            var failed = false;
            try
            {
                await store.Broker.CommitAsync(commit, Token);
            }
            catch (BrokerFullException)
            {
                failed = true;
                Assert.True((await store.StatusAsync("b")).Full);
            }

            store.Files.Room = long.MaxValue;
            if (failed) await store.Broker.CommitAsync(commit, Token);
            expected.AddRange([name, name]);
        }

        await store.CrashAndReopenAsync();

        Assert.Equal(expected, await store.DrainAsync("b"));
        Assert.Equal(10, (await store.StatusAsync("a")).Waiting);
        Assert.DoesNotContain(store.Notices, notice => notice.Kind is BrokerNoticeKind.DamagedLog or BrokerNoticeKind.DamagedJournal);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_write_error_fails_the_commit_as_a_whole_even_if_it_cannot_be_undone(bool log, bool cannotCut)
    {
        await using var store = await StoreFixture.OpenAsync(null, "a", "b");
        await store.SendAsync("a", "first");
        store.Files.FailsWrite = path => log ? IsLog(path) : IsJournal(path);
        store.Files.FailsCut = _ => cannotCut;

        var error = await Assert.ThrowsAsync<BrokerException>(() => store.SendAsync("b", "lost", "lost too"));
        Assert.IsNotType<BrokerFullException>(error);

        store.Files.FailsWrite = _ => false;
        Assert.Equal(0, (await store.StatusAsync("b")).Waiting);
        await store.SendAsync("b", "second");
        store.Files.FailsCut = _ => false;
        await store.CrashAndReopenAsync();
        Assert.Equal(["first"], await store.DrainAsync("a"));
        Assert.Equal(["second"], await store.DrainAsync("b"));
        Assert.DoesNotContain(store.Notices, notice => notice.Kind is BrokerNoticeKind.DamagedLog or BrokerNoticeKind.DamagedJournal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_flush_fails_a_flushed_commit_and_the_next_one_succeeds(bool log)
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { Durability = Durability.Commit }, "a");
        await store.SendAsync("a", "first");
        store.Files.FailsFlush = path => log ? IsLog(path) : IsJournal(path);

        await Assert.ThrowsAsync<BrokerException>(() => store.SendAsync("a", "never"));

        store.Files.FailsFlush = _ => false;
        await store.SendAsync("a", "second");
        await store.CrashAndReopenAsync();
        Assert.Equal(["first", "second"], await store.DrainAsync("a"));
    }

    [Fact]
    public async Task A_failed_flush_in_between_is_reported_and_done_again()
    {
        await using var store = await StoreFixture.OpenAsync(
            options => options with { FlushInterval = TimeSpan.FromMilliseconds(5) }, "a");
        store.Files.FailsFlush = IsLog;
        await store.SendAsync("a", "first");
        await Eventually.IsTrueAsync(() => store.Broker.Notices.Any(notice => notice.Kind == BrokerNoticeKind.FlushFailed));

        store.Files.FailsFlush = _ => false;
        var before = store.Files.Flushes;
        await Eventually.IsTrueAsync(() => store.Files.Flushes > before + 1);
        await store.SendAsync("a", "second");
        await store.CrashAndReopenAsync();

        Assert.Equal(["first", "second"], await store.DrainAsync("a"));
    }

    [Fact]
    public async Task Acknowledgements_go_on_while_the_disk_is_full_and_give_room_back()
    {
        await using var store = await StoreFixture.OpenAsync(
            options => options with { FlushInterval = TimeSpan.FromMilliseconds(5), SegmentBytes = 4096 }, "a");
        for (var count = 0; count < 20; count++) await store.SendAsync("a", new string('x', 1000));
        await Eventually.IsTrueAsync(() =>
            new FileInfo(Path.Combine(store.Directory.Path, "reserve")) is { Exists: true, Length: 2 * 1024 * 1024 });
        var receiver = await store.Broker.SubscribeAsync("a", Token);
        var received = await store.ReceiveAsync(receiver, 20);
        var segments = store.Directory.Logs.Count();
        store.Files.Room = 0;
        await Assert.ThrowsAsync<BrokerFullException>(() => store.SendAsync("a", new string('x', 100_000)));

        await store.AcknowledgeAsync(receiver, received);

        await Eventually.IsTrueAsync(() => store.Directory.Logs.Count() < segments);
        Assert.Equal(0, (await store.StatusAsync("a")).Leased);
    }

    [Fact]
    public async Task One_commit_that_does_not_fit_does_not_fail_those_written_with_it()
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { Durability = Durability.Commit }, "a", "b");
        store.Files.Room = 5000;
        var large = store.SendAsync("a", new string('x', 10_000));
        var small = Enumerable.Range(0, 5).Select(number => store.SendAsync("b", $"{number}")).ToList();

        await Assert.ThrowsAsync<BrokerFullException>(() => large);
        await Task.WhenAll(small);

        Assert.Equal(5, (await store.StatusAsync("b")).Waiting);
        Assert.Equal(0, (await store.StatusAsync("a")).Waiting);
    }

    [Fact]
    public async Task Low_space_makes_collectors_wait_first_and_then_all_senders()
    {
        await using var store = await StoreFixture.OpenAsync(
            options => options with { FlushInterval = TimeSpan.FromMilliseconds(5), MinimumFreeBytes = 1000 }, "a", "b");
        await store.SendAsync("a", "1", "2");
        var receiver = await store.Broker.SubscribeAsync("a", Token);
        var received = await store.ReceiveAsync(receiver, 2);

        store.Files.Free = 500;
        await Eventually.IsTrueAsync(() => store.Broker.Notices.Any(notice => notice.Kind == BrokerNoticeKind.LowSpace));
        Assert.True((await store.StatusAsync("a")).Full);
        var collector = store.SendAsync("a", "3");
        await MoveAsync(store, receiver, received[0]);
        Assert.False(collector.IsCompleted);

        store.Files.Free = 100;
        var flagged = store.Broker.Notices.Count;
        await Eventually.IsTrueAsync(() => MoveAsync(store, receiver, received[1]) is { IsCompleted: false });
        Assert.False(collector.IsCompleted);

        store.Files.Free = 5000;
        await collector;
        await Eventually.IsTrueAsync(() => store.Broker.Notices.Count > flagged);
        Assert.False((await store.StatusAsync("a")).Full);
    }

    static Task MoveAsync(StoreFixture store, IReceiver receiver, Delivery delivery)
    {
        var commit = new Commit { Source = receiver };
        commit.Send("b", delivery.Body);
        return store.Broker.CommitAsync(commit, Token).AsTask();
    }
}
