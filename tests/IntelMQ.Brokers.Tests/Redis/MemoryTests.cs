using System.Text;
using IntelMQ.Brokers.Redis;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Brokers.Tests.Redis;

/// <summary>A server whose memory runs short, and many messages.</summary>
public sealed class MemoryTests(ITestOutputHelper output) : IAsyncLifetime
{
    const long MegaByte = 1 << 20;

    RedisServerProcess _server = null!;
    RedisBroker? _broker;
    readonly List<BrokerNotice> _notices = [];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null) await _broker.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    async Task<RedisBroker> OpenAsync(long limit, params string[] arguments)
    {
        _server = await RedisServerProcess.StartAsync(withPort: false, ["--appendonly", "no", .. arguments]);
        _broker = new RedisBroker(new RedisBrokerOptions { Server = _server.Options, MemoryLimit = limit, OnNotice = Note });
        foreach (var queue in (string[])["in", "out"]) await _broker.DeclareAsync(queue, QueueLimits.None, Token);
        return _broker;
    }

    void Note(BrokerNotice notice)
    {
        lock (_notices) _notices.Add(notice);
    }

    bool Was(BrokerNoticeKind kind)
    {
        lock (_notices) return _notices.Any(notice => notice.Kind == kind);
    }

    static Commit Collected(int bytes)
    {
        var commit = new Commit();
        commit.Send("in", new byte[bytes]);
        return commit;
    }

    async Task CollectAsync(RedisBroker broker, int messages)
    {
        for (var i = 0; i < messages; i++) await broker.CommitAsync(Collected(100_000), Token);
    }

    async Task DrainAsync(RedisBroker broker, int messages)
    {
        await using var receiver = await broker.SubscribeAsync("in", Token);
        for (var drained = 0; drained < messages;)
        {
            var commit = new Commit { Source = receiver };
            foreach (var delivery in await receiver.ReceiveAsync(50, Token))
            {
                commit.Acknowledge(delivery.Tag);
                drained++;
            }

            await broker.CommitAsync(commit, Token);
        }
    }

    [Fact]
    public async Task Collectors_wait_at_the_configured_limit_and_go_on_when_messages_are_taken_out()
    {
        var broker = await OpenAsync(30 * MegaByte);
        var collecting = CollectAsync(broker, 1000);

        await Embedded.Eventually.IsTrueAsync(() => broker.Obstacle is not null || collecting.IsCompleted);

        Assert.False(collecting.IsCompleted);
        Assert.Contains("30 MB is the limit: collectors wait", broker.Obstacle, StringComparison.Ordinal);
        Assert.Contains("short of memory", Assert.Single((await broker.InspectAsync(Token)).Warnings, warning => warning.Contains("short", StringComparison.Ordinal)), StringComparison.Ordinal);
        await DrainAsync(broker, 1000);
        await collecting;
        Assert.True(Was(BrokerNoticeKind.ServerFull) && Was(BrokerNoticeKind.ServerHasRoom));
        Assert.Null(broker.Obstacle);
    }

    [Fact]
    public async Task Bots_that_pass_messages_on_go_on_while_collectors_wait()
    {
        var broker = await OpenAsync(20 * MegaByte);
        var collecting = CollectAsync(broker, 500);
        await Embedded.Eventually.IsTrueAsync(() => broker.Obstacle is not null || collecting.IsCompleted);
        await using var receiver = await broker.SubscribeAsync("in", Token);
        var delivery = (await receiver.ReceiveAsync(1, Token))[0];
        var commit = new Commit { Source = receiver };
        commit.Send("out", delivery.Body);
        commit.Acknowledge(delivery.Tag);

        await broker.CommitAsync(commit, Token);

        Assert.False(collecting.IsCompleted);
        await DrainAsync(broker, 499);
        await collecting;
    }

    [Fact]
    public async Task A_server_that_others_have_filled_makes_senders_wait_until_it_takes_messages_again()
    {
        var broker = await OpenAsync(0, "--maxmemory", "20mb");
        await broker.CommitAsync(Collected(10), Token);
        await FillAsync();
        var collecting = broker.CommitAsync(Collected(5_000_000), Token).AsTask();

        await Embedded.Eventually.IsTrueAsync(() => broker.Obstacle is not null || collecting.IsCompleted);
        Assert.False(collecting.IsCompleted);
        await _server.RunAsync("FLUSHALL");

        await collecting;
        Assert.Equal(1, (await _server.RunAsync("LLEN", "in")).AsInteger());
    }

    async Task FillAsync()
    {
        try
        {
            for (var i = 0; i < 100; i++) await _server.RunAsync("SET", $"foreign {i}", new string('x', 1_000_000));
        }
        catch (IntelMQ.Redis.RedisErrorException e) when (e.Code == "OOM")
        {
            return;
        }

        Assert.Fail("The server took more than it may.");
    }

    [Fact]
    public async Task The_check_tells_what_may_cost_messages()
    {
        var broker = await OpenAsync(0, "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru");

        var report = await broker.InspectAsync(Token);

        Assert.StartsWith($"The server at {_server.SocketPath}, database 2 is Redis ", report.Summary, StringComparison.Ordinal);
        Assert.EndsWith("collectors wait from 90 MB on.", report.Summary, StringComparison.Ordinal);
        Assert.Equal(["set maxmemory-policy to noeviction.", "set appendonly to yes."], report.Warnings.Select(warning => warning.Split(": ")[1]));
    }

    [Fact]
    public async Task A_name_that_something_else_has_in_the_server_is_told_and_nothing_is_acknowledged()
    {
        var broker = await OpenAsync(0);
        await _server.RunAsync("SET", "out", "no list");
        await broker.CommitAsync(Collected(10), Token);
        await using var receiver = await broker.SubscribeAsync("in", Token);
        var commit = new Commit { Source = receiver };
        commit.Acknowledge((await receiver.ReceiveAsync(1, Token))[0].Tag);
        commit.Send("out", new byte[1]);

        var error = await Assert.ThrowsAsync<BrokerException>(async () => await broker.CommitAsync(commit, Token));

        Assert.Contains("'out'", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await _server.RunAsync("LLEN", "in-internal")).AsInteger());
        await _server.RunAsync("DEL", "out");
        await broker.CommitAsync(commit, Token);
        Assert.Equal(0, (await _server.RunAsync("LLEN", "in-internal")).AsInteger());
    }

    [Fact]
    public async Task A_million_messages_wait_are_counted_and_come_out_in_order()
    {
        const int count = 1_000_000, batch = 2000;
        var broker = await OpenAsync(0);
        var begun = TimeProvider.System.GetTimestamp();
        for (var first = 0; first < count; first += batch)
        {
            var commit = new Commit();
            for (var i = first; i < first + batch; i++) commit.Send("in", Encoding.ASCII.GetBytes($"{i}"));
            await broker.CommitAsync(commit, Token);
        }

        Assert.Equal(count, (await broker.ListAsync(Token)).Single(queue => queue.Queue == "in").Waiting);
        await using var receiver = await broker.SubscribeAsync("in", Token);
        for (var next = 0; next < count;)
        {
            var commit = new Commit { Source = receiver };
            foreach (var delivery in await receiver.ReceiveAsync(512, Token))
            {
                if (Encoding.ASCII.GetString(delivery.Body.Span) is var text && text != $"{next}") Assert.Fail($"Message {text} where {next} was expected.");
                next++;
                commit.Acknowledge(delivery.Tag);
            }

            await broker.CommitAsync(commit, Token);
        }

        Assert.Equal(new QueueStatus("in", 0, 0, 0, false), (await broker.ListAsync(Token)).Single(queue => queue.Queue == "in"));
        output.WriteLine($"{TimeProvider.System.GetElapsedTime(begun).TotalSeconds:0.0} s for a million messages");
    }
}
