namespace IntelMQ.Sdk.Tests;

public sealed class ReportInboxTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Report Report(string feed)
    {
        var report = new Report(DataFormat.Shipped);
        report.Add(Fields.FeedName, feed);
        return report;
    }

    [Fact]
    public async Task Whoever_hands_a_report_in_learns_that_it_is_safe_when_the_host_asks_for_the_next()
    {
        var inbox = new ReportInbox();
        var first = inbox.PutAsync(Report("1"), Token);
        await using var reports = inbox.ReadAllAsync(Token).GetAsyncEnumerator(Token);
        Assert.True(await reports.MoveNextAsync());
        Assert.Equal("1", reports.Current.Get(Fields.FeedName).Text);
        Assert.False(first.IsCompleted);

        var next = reports.MoveNextAsync();
        await first.WaitAsync(TimeSpan.FromSeconds(10), Token);
        inbox.Complete();
        Assert.False(await next);
    }

    [Fact]
    public async Task A_report_that_the_host_could_not_take_is_not_called_safe()
    {
        var inbox = new ReportInbox();
        var put = inbox.PutAsync(Report("1"), Token);
        await using (var reports = inbox.ReadAllAsync(Token).GetAsyncEnumerator(Token)) Assert.True(await reports.MoveNextAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => put.WaitAsync(TimeSpan.FromSeconds(10), Token));
    }

    [Fact]
    public async Task A_full_inbox_makes_its_senders_wait()
    {
        var inbox = new ReportInbox(capacity: 1);
        var first = inbox.PutAsync(Report("1"), Token);
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var second = inbox.PutAsync(Report("2"), given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(first.IsCompleted);
        inbox.Complete();
        Assert.Equal(["1"], await inbox.ReadAllAsync(Token).Select(r => r.Get(Fields.FeedName).Text!).ToListAsync(Token));
        await first;
    }

    [Fact]
    public async Task The_error_that_has_ended_the_source_reaches_the_host()
    {
        var inbox = new ReportInbox();
        inbox.Complete(new TransientException("The connection broke."));
        await using var reports = inbox.ReadAllAsync(Token).GetAsyncEnumerator(Token);
        await Assert.ThrowsAsync<TransientException>(async () => await reports.MoveNextAsync());
    }
}
