using System.Globalization;
using System.Text;

namespace IntelMQ.Brokers.Tests;

/// <summary>What every broker must do. A broker's own class says how to open one and inherits all facts.</summary>
public abstract class BrokerConformance : IAsyncLifetime
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    protected IBroker Broker { get; set; } = null!;

    /// <summary>Opens the broker on an empty store.</summary>
    protected abstract ValueTask<IBroker> OpenAsync();

    /// <summary>Ends the broker without warning, as a killed host would, and opens it again on the same store.</summary>
    protected abstract ValueTask<IBroker> CrashAndReopenAsync();

    /// <summary>Ends the broker properly and opens it again on the same store.</summary>
    protected abstract ValueTask<IBroker> CloseAndReopenAsync();

    /// <summary>The broker remembers over a crash how many outputs of a message have been sent.</summary>
    protected virtual bool KeepsProgress => true;

    /// <summary>
    /// After a crash, only what a receiver had had comes back flagged. Otherwise also what the broker had sent ahead and no receiver had
    /// seen.
    /// </summary>
    protected virtual bool FlagsOnlyWhatWasHandedOut => true;

    public virtual async ValueTask InitializeAsync() => Broker = await OpenAsync();

    public virtual async ValueTask DisposeAsync() => await Broker.DisposeAsync();

    protected async Task DeclareAsync(params string[] queues)
    {
        foreach (var queue in queues) await Broker.DeclareAsync(queue, QueueLimits.None, Token);
    }

    protected async Task SendAsync(string queue, params IEnumerable<string> messages)
    {
        var commit = new Commit();
        foreach (var message in messages) commit.Send(queue, Encoding.UTF8.GetBytes(message));
        await Broker.CommitAsync(commit, Token);
    }

    protected static async Task<List<Delivery>> ReceiveAsync(IReceiver receiver, int count)
    {
        var received = new List<Delivery>();
        while (received.Count < count) received.AddRange(await receiver.ReceiveAsync(count - received.Count, Token));
        return received;
    }

    protected async Task AcknowledgeAsync(IReceiver receiver, params IEnumerable<Delivery> deliveries)
    {
        var commit = new Commit { Source = receiver };
        foreach (var delivery in deliveries) commit.Acknowledge(delivery.Tag);
        await Broker.CommitAsync(commit, Token);
    }

    protected async Task<QueueStatus> StatusAsync(string queue) =>
        (await Broker.ListAsync(Token)).Single(status => status.Queue == queue);

    protected static string Text(Delivery delivery) => Encoding.UTF8.GetString(delivery.Body.Span);

    protected static List<string> Texts(IEnumerable<Delivery> deliveries) => [.. deliveries.Select(Text)];

    protected static IEnumerable<string> Numbers(int first, int count) =>
        Enumerable.Range(first, count).Select(number => number.ToString(CultureInfo.InvariantCulture));

    [Fact]
    public async Task Messages_arrive_in_the_order_in_which_they_were_sent()
    {
        await DeclareAsync("a");
        await SendAsync("a", Numbers(0, 500));
        await SendAsync("a", Numbers(500, 500));
        await using var receiver = await Broker.SubscribeAsync("a", Token);

        var received = await ReceiveAsync(receiver, 1000);

        Assert.Equal(Numbers(0, 1000), Texts(received));
        Assert.All(received, delivery => Assert.False(delivery.Redelivered));
        Assert.Equal(1000, received.Select(delivery => delivery.Tag).Distinct().Count());
    }

    [Fact]
    public async Task An_empty_message_and_one_of_ten_megabytes_arrive_as_they_were()
    {
        await DeclareAsync("a");
        var large = new byte[10_000_000];
        new Random(1).NextBytes(large);
        var commit = new Commit();
        commit.Send("a", ReadOnlyMemory<byte>.Empty);
        commit.Send("a", large);
        commit.Send("a", "after"u8.ToArray());
        await Broker.CommitAsync(commit, Token);
        await using var receiver = await Broker.SubscribeAsync("a", Token);

        var received = await ReceiveAsync(receiver, 3);

        Assert.Equal(0, received[0].Body.Length);
        Assert.True(received[1].Body.Span.SequenceEqual(large));
        Assert.Equal("after", Text(received[2]));
    }

    [Fact]
    public async Task Receive_hands_out_at_most_as_many_as_asked_for_and_returns_at_once()
    {
        await DeclareAsync("a");
        await SendAsync("a", "1", "2", "3");
        await using var receiver = await Broker.SubscribeAsync("a", Token);

        var first = await receiver.ReceiveAsync(2, Token);
        var second = await receiver.ReceiveAsync(10, Token);

        Assert.Equal(["1", "2"], Texts(first));
        Assert.Equal(["3"], Texts(second));
    }

    [Fact]
    public async Task A_receiver_that_waits_gets_what_is_sent_later()
    {
        await DeclareAsync("a");
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        var waiting = receiver.ReceiveAsync(10, Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await SendAsync("a", "late");

        Assert.Equal(["late"], Texts(await waiting));
    }

    [Fact]
    public async Task A_receiver_that_waits_can_be_cancelled_and_used_again()
    {
        await DeclareAsync("a");
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        using var cancel = new CancellationTokenSource();
        var waiting = receiver.ReceiveAsync(1, cancel.Token).AsTask();

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await SendAsync("a", "x");

        Assert.Equal(["x"], Texts(await receiver.ReceiveAsync(1, Token)));
    }

    [Fact]
    public async Task One_commit_sends_to_several_queues_and_keeps_the_order_of_each()
    {
        await DeclareAsync("a", "b");
        var commit = new Commit();
        for (var number = 0; number < 300; number++)
            commit.Send(number % 3 == 0 ? "a" : "b", Encoding.UTF8.GetBytes(number.ToString(CultureInfo.InvariantCulture)));
        await Broker.CommitAsync(commit, Token);
        await using var a = await Broker.SubscribeAsync("a", Token);
        await using var b = await Broker.SubscribeAsync("b", Token);

        Assert.Equal(Numbers(0, 300).Where((_, index) => index % 3 == 0), Texts(await ReceiveAsync(a, 100)));
        Assert.Equal(Numbers(0, 300).Where((_, index) => index % 3 != 0), Texts(await ReceiveAsync(b, 200)));
    }

    [Fact]
    public async Task A_commit_object_can_be_cleared_and_used_again()
    {
        await DeclareAsync("a");
        var commit = new Commit();
        var buffer = "one"u8.ToArray();
        commit.Send("a", buffer);
        await Broker.CommitAsync(commit, Token);
        commit.Clear();
        "two"u8.CopyTo(buffer);
        commit.Send("a", buffer);
        await Broker.CommitAsync(commit, Token);
        await using var receiver = await Broker.SubscribeAsync("a", Token);

        Assert.Equal(["one", "two"], Texts(await ReceiveAsync(receiver, 2)));
    }

    [Fact]
    public async Task Acknowledged_messages_do_not_come_back_after_a_crash_and_others_do_first_and_flagged()
    {
        await DeclareAsync("a");
        await SendAsync("a", Numbers(0, 10));
        var receiver = await Broker.SubscribeAsync("a", Token);
        var received = await ReceiveAsync(receiver, 5);
        await AcknowledgeAsync(receiver, received[1], received[3]);

        Broker = await CrashAndReopenAsync();
        await using var again = await Broker.SubscribeAsync("a", Token);
        var redelivered = await ReceiveAsync(again, 8);

        Assert.Equal(["0", "2", "4", "5", "6", "7", "8", "9"], Texts(redelivered));
        Assert.All(redelivered.Take(3), delivery => Assert.True(delivery.Redelivered));
        if (FlagsOnlyWhatWasHandedOut) Assert.All(redelivered.Skip(3), delivery => Assert.False(delivery.Redelivered));
    }

    [Fact]
    public async Task Messages_survive_a_proper_close()
    {
        await DeclareAsync("a", "b");
        await SendAsync("a", "1", "2");
        Broker = await CloseAndReopenAsync();
        await using var receiver = await Broker.SubscribeAsync("a", Token);

        Assert.Equal(["1", "2"], Texts(await ReceiveAsync(receiver, 2)));
        Assert.Equal(["a", "b"], (await Broker.ListAsync(Token)).Select(status => status.Queue));
    }

    [Fact]
    public async Task Sends_and_acknowledgements_of_a_commit_happen_together()
    {
        await DeclareAsync("a", "b");
        await SendAsync("a", "in");
        var receiver = await Broker.SubscribeAsync("a", Token);
        var received = await ReceiveAsync(receiver, 1);
        var commit = new Commit { Source = receiver };
        commit.Send("b", "out"u8.ToArray());
        commit.Acknowledge(received[0].Tag);
        await Broker.CommitAsync(commit, Token);

        Broker = await CrashAndReopenAsync();

        Assert.Equal(0, (await StatusAsync("a")).Waiting);
        Assert.Equal(1, (await StatusAsync("b")).Waiting);
    }

    [Fact]
    public async Task A_commit_of_a_message_that_is_not_leased_fails_and_sends_nothing()
    {
        await DeclareAsync("a", "b");
        await SendAsync("a", "1", "2");
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        var received = await ReceiveAsync(receiver, 2);
        await AcknowledgeAsync(receiver, received[0]);
        var commit = new Commit { Source = receiver };
        commit.Acknowledge(received[1].Tag);
        commit.Acknowledge(received[0].Tag);
        commit.Send("b", "never"u8.ToArray());

        await Assert.ThrowsAsync<BrokerException>(async () => await Broker.CommitAsync(commit, Token));

        Assert.Equal(0, (await StatusAsync("b")).Waiting);
        Assert.Equal(1, (await StatusAsync("a")).Leased);
        await AcknowledgeAsync(receiver, received[1]);
        Assert.Equal(0, (await StatusAsync("a")).Leased);
    }

    [Fact]
    public async Task Several_receivers_share_a_queue_without_getting_a_message_twice()
    {
        await DeclareAsync("a");
        const int count = 2000;
        var all = new List<string>();
        async Task WorkAsync()
        {
            await using var receiver = await Broker.SubscribeAsync("a", Token);
            while (true)
            {
                var batch = await receiver.ReceiveAsync(7, Token);
                await AcknowledgeAsync(receiver, batch);
                lock (all) all.AddRange(Texts(batch).Where(text => text != "end"));
                if (batch.Any(delivery => Text(delivery) == "end"))
                {
                    await SendAsync("a", Enumerable.Repeat("end", batch.Count(delivery => Text(delivery) == "end") - 1));
                    return;
                }
            }
        }

        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(WorkAsync, Token)).ToArray();
        for (var start = 0; start < count; start += 50) await SendAsync("a", Numbers(start, 50));
        await SendAsync("a", Enumerable.Repeat("end", 4));
        await Task.WhenAll(workers);

        Assert.Equal(count, all.Count);
        Assert.Equal(Numbers(0, count).Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_a_disposed_receiver_had_goes_back_to_its_place_flagged()
    {
        await DeclareAsync("a");
        await SendAsync("a", Numbers(0, 6));
        var first = await Broker.SubscribeAsync("a", Token);
        var received = await ReceiveAsync(first, 4);
        await AcknowledgeAsync(first, received[2]);
        await first.DisposeAsync();
        await using var second = await Broker.SubscribeAsync("a", Token);

        var again = await ReceiveAsync(second, 5);

        Assert.Equal(["0", "1", "3", "4", "5"], Texts(again));
        Assert.Equal([true, true, true, false, false], again.Select(delivery => delivery.Redelivered));
        Assert.Equal(received.Where((_, index) => index != 2).Select(delivery => delivery.Tag), again.Take(3).Select(delivery => delivery.Tag));
    }

    [Fact]
    public async Task Disposing_a_receiver_wakes_one_that_waits()
    {
        await DeclareAsync("a");
        await SendAsync("a", "1");
        var first = await Broker.SubscribeAsync("a", Token);
        await ReceiveAsync(first, 1);
        await using var second = await Broker.SubscribeAsync("a", Token);
        var waiting = second.ReceiveAsync(1, Token).AsTask();

        await first.DisposeAsync();

        Assert.Equal(["1"], Texts(await waiting));
    }

    [Fact]
    public async Task Released_messages_go_back_to_their_place()
    {
        await DeclareAsync("a");
        await SendAsync("a", Numbers(0, 5));
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        var received = await ReceiveAsync(receiver, 4);

        await receiver.ReleaseAsync([received[3], received[1]], Token);
        var again = await ReceiveAsync(receiver, 3);

        Assert.Equal(["1", "3", "4"], Texts(again));
        Assert.Equal([true, true, false], again.Select(delivery => delivery.Redelivered));
        await AcknowledgeAsync(receiver, [.. again, received[0], received[2]]);
        Assert.Equal(new QueueStatus("a", 0, 0, 0, false), await StatusAsync("a"));
    }

    [Fact]
    public async Task Progress_of_a_message_comes_back_with_it_until_it_is_acknowledged()
    {
        var remembered = KeepsProgress ? 2 : 0;
        await DeclareAsync("a", "b");
        await SendAsync("a", "report", "next");
        var receiver = await Broker.SubscribeAsync("a", Token);
        var report = (await ReceiveAsync(receiver, 1))[0];
        var commit = new Commit { Source = receiver, Progress = (report.Tag, 2) };
        commit.Send("b", "x"u8.ToArray());
        commit.Send("b", "y"u8.ToArray());
        await Broker.CommitAsync(commit, Token);

        Broker = await CrashAndReopenAsync();
        await using var again = await Broker.SubscribeAsync("a", Token);
        var redelivered = await ReceiveAsync(again, 2);

        Assert.Equal(remembered, redelivered[0].Progress);
        Assert.Equal(0, redelivered[1].Progress);
        await again.ReleaseAsync(redelivered, Token);
        Assert.Equal(remembered, (await ReceiveAsync(again, 1))[0].Progress);
    }

    [Fact]
    public async Task A_full_queue_makes_its_senders_wait_until_messages_are_taken()
    {
        await Broker.DeclareAsync("a", new QueueLimits(2, 0), Token);
        await SendAsync("a", "1", "2");
        Assert.True((await StatusAsync("a")).Full);
        var waiting = SendAsync("a", "3");
        Assert.False(waiting.IsCompleted);
        await using var receiver = await Broker.SubscribeAsync("a", Token);

        await receiver.ReceiveAsync(1, Token);
        await waiting;

        Assert.Equal(["2", "3"], Texts(await ReceiveAsync(receiver, 2)));
        Assert.False((await StatusAsync("a")).Full);
    }

    [Fact]
    public async Task A_sender_that_waits_can_be_cancelled_and_has_sent_nothing()
    {
        await Broker.DeclareAsync("a", new QueueLimits(0, 3), Token);
        await SendAsync("a", "12345");
        using var cancel = new CancellationTokenSource();
        var commit = new Commit();
        commit.Send("a", "6"u8.ToArray());
        var waiting = Broker.CommitAsync(commit, cancel.Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        Assert.Equal(1, (await StatusAsync("a")).Waiting);
    }

    [Fact]
    public async Task A_message_larger_than_the_limit_passes_alone()
    {
        await Broker.DeclareAsync("a", new QueueLimits(0, 3), Token);

        await SendAsync("a", "much more than three bytes");

        await using var receiver = await Broker.SubscribeAsync("a", Token);
        Assert.Equal(["much more than three bytes"], Texts(await receiver.ReceiveAsync(1, Token)));
    }

    [Fact]
    public async Task A_full_queue_lets_acknowledgements_pass()
    {
        await Broker.DeclareAsync("a", new QueueLimits(1, 0), Token);
        await SendAsync("a", "1", "2");
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        var received = await ReceiveAsync(receiver, 1);
        Assert.True((await StatusAsync("a")).Full);

        await AcknowledgeAsync(receiver, received);

        Assert.Equal(1, (await StatusAsync("a")).Waiting);
    }

    [Fact]
    public async Task The_list_counts_waiting_and_leased_messages_and_their_bytes_in_the_order_of_names()
    {
        await DeclareAsync("b", "a");
        await SendAsync("a", "12345", "678");
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        await ReceiveAsync(receiver, 1);

        Assert.Equal(
            [new QueueStatus("a", 1, 1, 8, false), new QueueStatus("b", 0, 0, 0, false)], await Broker.ListAsync(Token));
    }

    [Fact]
    public async Task Peek_shows_waiting_messages_and_takes_none()
    {
        await DeclareAsync("a");
        await SendAsync("a", "1", "2", "3", "4");
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        await ReceiveAsync(receiver, 1);

        var peeked = await Broker.PeekAsync("a", 2, Token);

        Assert.Equal(["2", "3"], peeked.Select(body => Encoding.UTF8.GetString(body.Span)));
        Assert.Equal(3, (await StatusAsync("a")).Waiting);
        Assert.Equal(["2", "3", "4"], Texts(await ReceiveAsync(receiver, 3)));
    }

    [Fact]
    public async Task Clear_removes_what_waits_and_leaves_what_is_leased()
    {
        await DeclareAsync("a");
        await SendAsync("a", Numbers(0, 10));
        await using var receiver = await Broker.SubscribeAsync("a", Token);
        var received = await ReceiveAsync(receiver, 3);
        await receiver.ReleaseAsync([received[1]], Token);

        Assert.Equal(8, await Broker.ClearAsync("a", Token));

        Assert.Equal(new QueueStatus("a", 0, 2, 2, false), await StatusAsync("a"));
        await AcknowledgeAsync(receiver, received[0], received[2]);
        await SendAsync("a", "new");
        Assert.Equal(["new"], Texts(await ReceiveAsync(receiver, 1)));
    }

    [Theory]
    [InlineData("a/b\\..\\c:*?\"<>|")]
    [InlineData("..")]
    [InlineData("größe – 中文 \u0001\n")]
    [InlineData(" ")]
    [InlineData("a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-a-very-long-name-")]
    public async Task A_queue_may_have_any_name(string name)
    {
        await DeclareAsync(name, name + "2");
        await SendAsync(name, "x");
        Broker = await CrashAndReopenAsync();
        await DeclareAsync(name, name + "2");
        await using var receiver = await Broker.SubscribeAsync(name, Token);

        Assert.Equal(["x"], Texts(await receiver.ReceiveAsync(1, Token)));
        Assert.Equal(0, (await StatusAsync(name + "2")).Waiting);
    }

    [Fact]
    public async Task An_unknown_queue_is_an_error_that_names_it()
    {
        var error = await Assert.ThrowsAsync<BrokerException>(() => SendAsync("missing", "x"));

        Assert.Contains("missing", error.Message, StringComparison.Ordinal);
    }
}
