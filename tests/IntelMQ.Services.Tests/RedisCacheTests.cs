using IntelMQ.Redis.TestServer;
using IntelMQ.Sdk;

namespace IntelMQ.Services.Tests;

/// <summary>The cache on a real server, which a bot of the original may share.</summary>
public sealed class RedisCacheTests : IAsyncLifetime
{
    RedisServerProcess _server = null!;
    RedisCacheStore _store = null!;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        _server = await RedisServerProcess.StartAsync();
        _store = new RedisCacheStore(_server.Options, new NoLog());
    }

    public async ValueTask DisposeAsync()
    {
        if (_store is not null) await _store.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    sealed class NoLog : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? exception = null)
        {
        }
    }

    async Task UntilThereAsync(string key)
    {
        while ((await _server.RunAsync("EXISTS", key)).AsInteger() == 0) await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, Token);
    }

    [Fact]
    public async Task What_a_bot_adds_reaches_the_server_with_its_time_to_live_once_its_messages_are_committed()
    {
        using var session = _store.BeginSession();
        var cache = session.Cache(TimeSpan.FromSeconds(86400));

        Assert.True(await cache.TryAddAsync("8f3c", "hash", null, Token));
        Assert.False(await cache.TryAddAsync("8f3c", "hash", null, Token));
        Assert.Equal(0, (await _server.RunAsync("EXISTS", "8f3c")).AsInteger());
        session.Complete();

        await UntilThereAsync("8f3c");
        Assert.Equal("hash", (await _server.RunAsync("GET", "8f3c")).AsText());
        Assert.InRange((await _server.RunAsync("TTL", "8f3c")).AsInteger(), 86300, 86400);
        Assert.False(await cache.TryAddAsync("8f3c", "hash", null, Token));
    }

    [Fact]
    public async Task What_the_original_has_written_counts()
    {
        await _server.RunAsync("SET", "8f3c", "hash");
        using var session = _store.BeginSession();
        var cache = session.Cache(null);

        Assert.False(await cache.TryAddAsync("8f3c", "hash", null, Token));
        Assert.Equal("hash", await cache.GetAsync("8f3c", Token));
        Assert.Null(await cache.GetAsync("other", Token));
    }

    [Fact]
    public async Task Workers_see_what_others_have_not_committed_yet_and_what_is_given_up_is_gone()
    {
        using var one = _store.BeginSession();
        using var two = _store.BeginSession();
        Assert.True(await one.Cache(null).TryAddAsync("a", "1", null, Token));
        var mark = one.Mark();
        Assert.True(await one.Cache(null).TryAddAsync("b", "1", null, Token));

        Assert.False(await two.Cache(null).TryAddAsync("a", "2", null, Token));
        one.AbandonSince(mark);
        Assert.True(await two.Cache(null).TryAddAsync("b", "2", null, Token));
        one.Abandon();
        Assert.True(await two.Cache(null).TryAddAsync("a", "2", null, Token));
        two.Complete();

        await UntilThereAsync("a");
        await UntilThereAsync("b");
        Assert.Equal("2", (await _server.RunAsync("GET", "a")).AsText());
    }

    [Fact]
    public async Task Numbers_are_added_in_the_server_and_removed_keys_leave_it()
    {
        await _server.RunAsync("SET", "n", "5");
        await _server.RunAsync("SET", "gone", "x");
        using var session = _store.BeginSession();
        var cache = session.Cache(null);
        Assert.Equal(7, await cache.IncrementAsync("n", 2, null, Token));
        Assert.Equal(10, await cache.IncrementAsync("n", 3, null, Token));
        await cache.RemoveAsync("gone", Token);
        Assert.Null(await cache.GetAsync("gone", Token));
        // Meanwhile somebody else counts too.
        await _server.RunAsync("INCRBY", "n", "100");
        session.Complete();
        await cache.SetAsync("last", "x", null, Token);
        session.Complete();

        await UntilThereAsync("last");
        Assert.Equal("110", (await _server.RunAsync("GET", "n")).AsText());
        Assert.Equal(0, (await _server.RunAsync("EXISTS", "gone")).AsInteger());
    }

    [Fact]
    public async Task Completed_entries_wait_for_a_server_that_is_away_and_a_bot_that_asks_is_told_to_try_again()
    {
        using var session = _store.BeginSession();
        var cache = session.Cache(null);
        Assert.True(await cache.TryAddAsync("a", "1", null, Token));
        await _server.KillAsync();
        session.Complete();

        await Assert.ThrowsAsync<TransientException>(async () => await cache.GetAsync("b", Token));
        Assert.False(await cache.TryAddAsync("a", "1", null, Token));
        await _server.StartAgainAsync();

        await UntilThereAsync("a");
    }
}
