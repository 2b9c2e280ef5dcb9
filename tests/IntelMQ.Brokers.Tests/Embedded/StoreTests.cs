using System.Text;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>What only the embedded broker does: locking, giving room back, coming back after a clear, looking in from outside.</summary>
public sealed class StoreTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_second_owner_is_refused_with_the_name_of_the_first()
    {
        await using var store = await StoreFixture.OpenAsync();

        var error = await Assert.ThrowsAsync<BrokerException>(
            async () => await EmbeddedBroker.OpenAsync(store.Directory.Path, new EmbeddedBrokerOptions(), Token));

        Assert.Contains($"process {Environment.ProcessId} ", error.Message, StringComparison.Ordinal);
        Assert.Contains(store.Directory.Path, error.Message, StringComparison.Ordinal);
        Assert.StartsWith($"process {Environment.ProcessId} ", EmbeddedStore.Owner(store.Directory.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_closed_store_has_no_owner()
    {
        await using var store = await StoreFixture.OpenAsync();
        await store.Broker.DisposeAsync();

        Assert.Null(EmbeddedStore.Owner(store.Directory.Path));
    }

    [Fact]
    public async Task Disk_space_comes_back_while_a_bot_is_behind_and_all_of_it_when_the_queue_is_empty()
    {
        await using var store = await StoreFixture.OpenAsync(
            options => options with { SegmentBytes = 300_000, QueueWindowBytes = 100_000 }, "a");
        for (var count = 0; count < 200; count++) await store.SendAsync("a", new string('x', 10_000));
        var segments = store.Directory.Logs.Count();
        var receiver = await store.Broker.SubscribeAsync("a", Token);

        await store.AcknowledgeAsync(receiver, await store.ReceiveAsync(receiver, 100));
        await store.Broker.TidyAsync();
        Assert.InRange(store.Directory.Logs.Count(), 1, (segments / 2) + 1);

        await store.AcknowledgeAsync(receiver, await store.ReceiveAsync(receiver, 100));
        await store.Broker.TidyAsync();
        Assert.InRange(store.Directory.Logs.Sum(log => new FileInfo(log).Length), 0, 300_000);

        await store.SendAsync("a", "again");
        await store.CrashAndReopenAsync();
        Assert.Equal(["again"], await store.DrainAsync("a"));
    }

    [Fact]
    public async Task Acknowledged_segments_go_even_behind_a_message_that_is_still_leased()
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { SegmentBytes = 5_000 }, "a");
        for (var count = 0; count < 50; count++) await store.SendAsync("a", new string('x', 1_000));
        var receiver = await store.Broker.SubscribeAsync("a", Token);
        var received = await store.ReceiveAsync(receiver, 50);

        await store.AcknowledgeAsync(receiver, received.Skip(1));
        await store.Broker.TidyAsync();

        Assert.InRange(store.Directory.Logs.Count(), 1, 2);
        await store.CrashAndReopenAsync();
        Assert.Single(await store.DrainAsync("a"));
        Assert.DoesNotContain(store.Notices, notice => notice.Kind == BrokerNoticeKind.DamagedLog);
    }

    [Fact]
    public async Task Cleared_messages_come_back_behind_what_arrived_since_also_after_a_crash()
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { SegmentBytes = 500 }, "a");
        await store.SendAsync("a", StoreFixture.Numbers(0, 100));
        await store.Broker.ClearAsync("a", Token);
        await store.SendAsync("a", "new");
        await store.Broker.TidyAsync();
        await store.CrashAndReopenAsync();
        Assert.Equal(1, (await store.StatusAsync("a")).Waiting);

        Assert.Equal(100, await store.Broker.RestoreAsync("a", Token));

        Assert.Equal(["new", .. StoreFixture.Numbers(0, 100)], await store.DrainAsync("a"));
        Assert.Equal(0, await store.Broker.RestoreAsync("a", Token));
    }

    [Fact]
    public async Task A_clear_in_the_middle_of_reading_from_the_disk_leaves_nothing_of_what_was_read()
    {
        await using var store = await StoreFixture.OpenAsync(queues: "a");
        await store.SendAsync("a", StoreFixture.Numbers(0, 100));
        await store.CrashAndReopenAsync();
        Task<long>? clearing = null;
        store.Files.OnRead = _ => clearing ??= store.Broker.ClearAsync("a", Token).AsTask();

        var receiving = (await store.Broker.SubscribeAsync("a", Token)).ReceiveAsync(1000, Token).AsTask();
        Assert.Equal(100, await clearing!);
        await store.SendAsync("a", "new");

        Assert.Equal(["new"], (await receiving).Select(StoreFixture.Text));
        Assert.Equal((0, 1), (await store.StatusAsync("a")) is var status ? (status.Waiting, status.Leased) : default);
    }

    [Fact]
    public async Task The_next_clear_and_a_disk_that_fills_up_give_up_what_was_cleared()
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { MinimumFreeBytes = 1000 }, "a", "b");
        await store.SendAsync("a", "1");
        await store.Broker.ClearAsync("a", Token);
        await store.SendAsync("a", "2");
        await store.Broker.ClearAsync("a", Token);
        Assert.Equal(1, await store.Broker.RestoreAsync("a", Token));
        Assert.Equal(["2"], await store.DrainAsync("a"));

        await store.SendAsync("b", "3");
        await store.Broker.ClearAsync("b", Token);
        store.Files.Free = 999;
        await store.Broker.TidyAsync();

        Assert.Equal(0, await store.Broker.RestoreAsync("b", Token));
        Assert.Contains(store.Notices, notice => notice.Kind == BrokerNoticeKind.ClearedPurged);
    }

    [Fact]
    public async Task A_tap_shows_what_passes_and_takes_nothing()
    {
        await using var store = await StoreFixture.OpenAsync(null, "a");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var tap = store.Broker.TapAsync("a", stop.Token).GetAsyncEnumerator(Token);
        var first = tap.MoveNextAsync();
        await store.SendAsync("a", "1", "2");

        Assert.True(await first);
        Assert.Equal("1", Encoding.UTF8.GetString(tap.Current.Span));
        Assert.True(await tap.MoveNextAsync());
        Assert.Equal("2", Encoding.UTF8.GetString(tap.Current.Span));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await tap.MoveNextAsync());
        Assert.Equal(2, (await store.StatusAsync("a")).Waiting);
    }

    [Fact]
    public async Task The_store_can_be_looked_into_beside_a_running_host_and_without_one()
    {
        await using var store = await StoreFixture.OpenAsync(null, "b", "a");
        await store.SendAsync("a", "12", "345");
        var receiver = await store.Broker.SubscribeAsync("a", Token);
        await store.AcknowledgeAsync(receiver, await store.ReceiveAsync(receiver, 1));

        for (var running = 0; running < 2; running++)
        {
            Assert.Equal(
                [new QueueStatus("a", 1, 0, 3, false), new QueueStatus("b", 0, 0, 0, false)],
                await EmbeddedStore.ReadStatusAsync(store.Directory.Path, Token));
            var peeked = await EmbeddedStore.PeekAsync(store.Directory.Path, "a", 5, Token);
            Assert.Equal(["345"], peeked.Select(body => Encoding.UTF8.GetString(body.Span)));
            var report = await EmbeddedStore.VerifyAsync(store.Directory.Path, Token);
            Assert.Empty(report.Notices);
            Assert.Equal([(1L, 3L, 0L), (0L, 0L, 0L)], report.Queues.Select(queue => (queue.Messages, queue.Bytes, queue.Unreadable)));
            await store.Broker.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_directory_without_a_store_is_an_error_that_names_it()
    {
        using var directory = new StoreDirectory();

        var error = await Assert.ThrowsAsync<BrokerException>(() => EmbeddedStore.ReadStatusAsync(directory.Path, Token));

        Assert.Contains(directory.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_much_larger_than_the_window_and_the_segments_passes()
    {
        await using var store = await StoreFixture.OpenAsync(
            options => options with { SegmentBytes = 100_000, QueueWindowBytes = 10_000, ReceiveBytes = 1000 }, "a");
        var body = new byte[64 * 1024 * 1024];
        new Random(1).NextBytes(body);
        var commit = new Commit();
        commit.Send("a", body);
        commit.Send("a", body.AsMemory(1));
        await store.Broker.CommitAsync(commit, Token);
        await store.CrashAndReopenAsync();
        var receiver = await store.Broker.SubscribeAsync("a", Token);

        Assert.True((await receiver.ReceiveAsync(10, Token)).Single().Body.Span.SequenceEqual(body));
        Assert.True((await receiver.ReceiveAsync(10, Token)).Single().Body.Span.SequenceEqual(body.AsSpan(1)));
    }

    [Fact]
    public async Task Memory_for_waiting_messages_stays_within_the_window()
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { QueueWindowBytes = 200_000 }, "a");
        var message = new string('x', 1000);
        for (var count = 0; count < 100; count++) await store.SendAsync("a", Enumerable.Repeat(message, 50));

        Assert.InRange(store.Broker.Queue("a").WindowBytes, 1, 200_000);
        Assert.Equal(5000, (await store.DrainAsync("a")).Count);
        Assert.InRange(store.Broker.Queue("a").WindowBytes, 0, 200_000);
    }

    [Fact]
    public async Task Closing_the_broker_ends_those_who_wait()
    {
        await using var store = await StoreFixture.OpenAsync();
        await store.Broker.DeclareAsync("a", new QueueLimits(1, 0), Token);
        await store.Broker.DeclareAsync("b", QueueLimits.None, Token);
        await store.SendAsync("a", "1");
        var sender = store.SendAsync("a", "2");
        var receiver = (await store.Broker.SubscribeAsync("b", Token)).ReceiveAsync(1, Token).AsTask();

        await store.Broker.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => sender);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiver);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => store.SendAsync("b", "3"));
    }

    [Fact]
    public async Task A_disposed_receiver_with_a_commit_under_way_gives_back_only_what_was_not_acknowledged()
    {
        await using var store = await StoreFixture.OpenAsync(options => options with { Durability = Durability.Commit }, "a");
        await store.SendAsync("a", StoreFixture.Numbers(0, 10));
        var receiver = await store.Broker.SubscribeAsync("a", Token);
        var received = await store.ReceiveAsync(receiver, 10);

        var acknowledged = store.AcknowledgeAsync(receiver, received.Take(5));
        await receiver.DisposeAsync();
        await acknowledged;

        Assert.Equal(StoreFixture.Numbers(5, 5), await store.DrainAsync("a"));
    }

    [Fact]
    public async Task Limits_are_kept_and_can_be_changed()
    {
        await using var store = await StoreFixture.OpenAsync();
        await store.Broker.DeclareAsync("a", new QueueLimits(2, 0), Token);
        await store.SendAsync("a", "1", "2");
        await store.CrashAndReopenAsync();
        Assert.True((await store.StatusAsync("a")).Full);
        Assert.True((await EmbeddedStore.ReadStatusAsync(store.Directory.Path, Token)).Single().Full);
        var waiting = store.SendAsync("a", "3");

        await store.Broker.DeclareAsync("a", new QueueLimits(5, 0), Token);

        await waiting;
        Assert.False((await store.StatusAsync("a")).Full);
    }
}
