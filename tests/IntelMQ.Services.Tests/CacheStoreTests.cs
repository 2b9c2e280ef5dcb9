using System.Security.Cryptography;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Services.Tests;

public sealed class CacheStoreTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly SetTime _time = new();

    public void Dispose() => _directory.Dispose();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static string Key(int number) => Convert.ToHexStringLower(SHA256.HashData(BitConverter.GetBytes(number)));

    CacheStoreOptions Options => new() { Time = _time, FlushInterval = TimeSpan.FromHours(1), BrokerFlushLag = TimeSpan.FromSeconds(3) };

    ValueTask<CacheStore> OpenAsync(CacheStoreOptions? options = null) => CacheStore.OpenAsync(_directory.Path, options ?? Options, Token);

    /// <summary>The directory as another process would find it after this one was killed.</summary>
    TemporaryDirectory Crash()
    {
        var copy = new TemporaryDirectory();
        foreach (var file in Directory.EnumerateFiles(_directory.Path))
            if (Path.GetFileName(file) != "lock")
                File.Copy(file, Path.Combine(copy.Path, Path.GetFileName(file)));
        return copy;
    }

    [Theory]
    [InlineData("plain key", "a value, ünïcode")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "hash")]
    [InlineData("0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", "hash")]
    [InlineData("", "")]
    public async Task A_value_comes_back_also_after_a_restart(string key, string value)
    {
        await using (var store = await OpenAsync())
        {
            var cache = store.Cache("c", null);
            Assert.Null(await cache.GetAsync(key, Token));
            await cache.SetAsync(key, value, null, Token);
            Assert.Equal(value, await cache.GetAsync(key, Token));
            Assert.Null(await store.Cache("other", null).GetAsync(key, Token));
        }

        await using var again = await OpenAsync();
        Assert.Equal(value, await again.Cache("c", null).GetAsync(key, Token));
        Assert.Null(await again.Cache("other", null).GetAsync(key, Token));
    }

    [Fact]
    public async Task A_key_is_added_once_and_its_life_does_not_change()
    {
        await using var store = await OpenAsync();
        var cache = store.Cache("c", TimeSpan.FromSeconds(10));
        Assert.True(await cache.TryAddAsync(Key(1), "hash", null, Token));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(await cache.TryAddAsync(Key(1), "hash", null, Token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await cache.TryAddAsync(Key(1), "hash", null, Token));
    }

    [Fact]
    public async Task A_life_given_with_the_value_replaces_that_of_the_cache()
    {
        await using var store = await OpenAsync();
        var cache = store.Cache("c", TimeSpan.FromSeconds(10));
        await cache.SetAsync("short", "v", TimeSpan.FromSeconds(1), Token);
        await cache.SetAsync("normal", "v", null, Token);
        await store.Cache("c", TimeSpan.Zero).SetAsync("for ever", "v", null, Token);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await cache.GetAsync("short", Token));
        Assert.Equal("v", await cache.GetAsync("normal", Token));
        _time.Advance(TimeSpan.FromDays(365));
        Assert.Null(await cache.GetAsync("normal", Token));
        Assert.Equal("v", await cache.GetAsync("for ever", Token));
    }

    [Fact]
    public async Task Counting_starts_the_life_of_a_number_anew()
    {
        await using var store = await OpenAsync();
        var cache = store.Cache("c", TimeSpan.FromSeconds(10));
        Assert.Equal(1, await cache.IncrementAsync(Key(1), 1, null, Token));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(3, await cache.IncrementAsync(Key(1), 2, null, Token));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("3", await cache.GetAsync(Key(1), Token));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(-1, await cache.IncrementAsync(Key(1), -1, null, Token));
        await cache.SetAsync("text", "x", null, Token);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await cache.IncrementAsync("text", 1, null, Token));
    }

    [Fact]
    public async Task A_removed_key_stays_away_after_a_restart()
    {
        await using (var store = await OpenAsync())
        {
            var cache = store.Cache("c", null);
            foreach (var key in new[] { "text", Key(1) })
            {
                await cache.SetAsync(key, "v", null, Token);
                await cache.RemoveAsync(key, Token);
                Assert.Null(await cache.GetAsync(key, Token));
            }
        }

        await using var again = await OpenAsync();
        Assert.Null(await again.Cache("c", null).GetAsync("text", Token));
        Assert.Null(await again.Cache("c", null).GetAsync(Key(1), Token));
    }

    [Fact]
    public async Task What_was_acknowledged_survives_a_kill()
    {
        await using var store = await OpenAsync();
        await store.Cache("c", null).SetAsync("k", "v", null, Token);
        using var session = store.BeginSession();
        await session.Cache("c", null).TryAddAsync(Key(1), "hash", null, Token);
        session.Complete();

        using var left = Crash();
        await using var again = await CacheStore.OpenAsync(left.Path, Options, Token);
        Assert.Equal("v", await again.Cache("c", null).GetAsync("k", Token));
        Assert.Equal("hash", await again.Cache("c", null).GetAsync(Key(1), Token));
    }

    [Fact]
    public async Task What_waits_for_its_commit_does_not_survive_a_kill()
    {
        await using var store = await OpenAsync();
        using var session = store.BeginSession();
        var cache = session.Cache("c", null);
        Assert.True(await cache.TryAddAsync(Key(1), "hash", null, Token));
        await cache.SetAsync("k", "v", null, Token);
        // Other commits, and a rewriting of the log, do not take it along.
        await store.Cache("c", null).SetAsync("other", "v", null, Token);
        await CompactAsync(store);

        using var left = Crash();
        await using var again = await CacheStore.OpenAsync(left.Path, Options, Token);
        Assert.Null(await again.Cache("c", null).GetAsync(Key(1), Token));
        Assert.Null(await again.Cache("c", null).GetAsync("k", Token));
        Assert.Equal("v", await again.Cache("c", null).GetAsync("other", Token));
    }

    [Fact]
    public async Task A_session_and_all_others_see_what_waits_for_its_commit()
    {
        await using var store = await OpenAsync();
        using var one = store.BeginSession();
        using var two = store.BeginSession();
        Assert.True(await one.Cache("c", null).TryAddAsync(Key(1), "hash", null, Token));
        Assert.False(await one.Cache("c", null).TryAddAsync(Key(1), "hash", null, Token));
        Assert.False(await two.Cache("c", null).TryAddAsync(Key(1), "hash", null, Token));
        two.Complete();
        one.Abandon();
        Assert.True(await two.Cache("c", null).TryAddAsync(Key(1), "hash", null, Token));
    }

    [Fact]
    public async Task Abandoning_brings_back_what_was_there_before()
    {
        await using var store = await OpenAsync();
        var committed = store.Cache("c", null);
        foreach (var key in new[] { "text", Key(1) }) await committed.SetAsync(key, "old", null, Token);
        foreach (var key in new[] { "gone", Key(2) }) await committed.SetAsync(key, "old", null, Token);
        using var session = store.BeginSession();
        var cache = session.Cache("c", null);
        foreach (var key in new[] { "text", Key(1) }) await cache.SetAsync(key, "new", null, Token);
        foreach (var key in new[] { "gone", Key(2) }) await cache.RemoveAsync(key, Token);
        await cache.IncrementAsync("number", 1, null, Token);
        await cache.IncrementAsync("number", 1, null, Token);
        session.Abandon();

        foreach (var key in new[] { "text", Key(1), "gone", Key(2) }) Assert.Equal("old", await committed.GetAsync(key, Token));
        Assert.Null(await committed.GetAsync("number", Token));
        using var left = Crash();
        await using var again = await CacheStore.OpenAsync(left.Path, Options, Token);
        foreach (var key in new[] { "text", Key(1), "gone", Key(2) }) Assert.Equal("old", await again.Cache("c", null).GetAsync(key, Token));
    }

    [Fact]
    public async Task One_message_of_a_batch_can_be_undone_alone()
    {
        await using var store = await OpenAsync();
        using var session = store.BeginSession();
        var cache = session.Cache("c", null);
        await cache.TryAddAsync(Key(1), "hash", null, Token);
        var mark = session.Mark();
        await cache.TryAddAsync(Key(2), "hash", null, Token);
        session.AbandonSince(mark);
        Assert.True(await cache.TryAddAsync(Key(2), "hash", null, Token));
        session.AbandonSince(mark);
        session.Complete();

        using var left = Crash();
        await using var again = await CacheStore.OpenAsync(left.Path, Options, Token);
        Assert.Equal("hash", await again.Cache("c", null).GetAsync(Key(1), Token));
        Assert.Null(await again.Cache("c", null).GetAsync(Key(2), Token));
    }

    [Fact]
    public async Task An_entry_that_two_batches_wrote_never_outlives_the_failure_of_both()
    {
        await using var store = await OpenAsync();
        using var one = store.BeginSession();
        using var two = store.BeginSession();
        await one.Cache("c", null).TryAddAsync(Key(1), "hash", null, Token);
        await two.Cache("c", null).SetAsync(Key(1), "2", null, Token);
        one.Abandon();
        two.Abandon();
        Assert.Null(await store.Cache("c", null).GetAsync(Key(1), Token));
    }

    [Fact]
    public async Task After_a_loss_of_power_the_last_seconds_are_forgotten_since_the_broker_may_have_lost_them()
    {
        await using var store = await OpenAsync(Options with { BootId = "first" });
        var cache = store.Cache("c", null);
        await cache.SetAsync("before", "v", null, Token);
        _time.Advance(TimeSpan.FromSeconds(4));
        await cache.SetAsync("late", "v", null, Token);

        using var left = Crash();
        await using (var again = await CacheStore.OpenAsync(left.Path, Options with { BootId = "second" }, Token))
        {
            Assert.Equal("v", await again.Cache("c", null).GetAsync("before", Token));
            Assert.Null(await again.Cache("c", null).GetAsync("late", Token));
        }

        // It stays forgotten at the next start.
        await using var third = await CacheStore.OpenAsync(left.Path, Options with { BootId = "third" }, Token);
        Assert.Equal("v", await third.Cache("c", null).GetAsync("before", Token));
        Assert.Null(await third.Cache("c", null).GetAsync("late", Token));
    }

    [Fact]
    public async Task An_orderly_end_before_a_reboot_forgets_nothing()
    {
        await using (var store = await OpenAsync(Options with { BootId = "first" })) await store.Cache("c", null).SetAsync("k", "v", null, Token);
        await using var again = await OpenAsync(Options with { BootId = "second" });
        Assert.Equal("v", await again.Cache("c", null).GetAsync("k", Token));
    }

    [Fact]
    public async Task A_torn_end_of_the_log_costs_only_what_was_not_acknowledged()
    {
        await using var store = await OpenAsync();
        for (var i = 0; i < 20; i++) await store.Cache("c", null).SetAsync("k" + i, "v", null, Token);
        using var left = Crash();
        var log = Directory.GetFiles(left.Path, "*.log").Single();
        var bytes = await File.ReadAllBytesAsync(log, Token);
        for (var cut = 1; cut < 30; cut += 7)
        {
            await File.WriteAllBytesAsync(log, bytes[..^cut], Token);
            await using var again = await CacheStore.OpenAsync(left.Path, Options, Token);
            Assert.Equal("v", await again.Cache("c", null).GetAsync("k18", Token));
            Assert.Null(await again.Cache("c", null).GetAsync("k19", Token));
        }
    }

    [Fact]
    public async Task Rewriting_the_log_keeps_what_lives_and_deletes_the_older_files()
    {
        await using (var store = await OpenAsync())
        {
            var cache = store.Cache("c", TimeSpan.FromDays(1));
            for (var i = 0; i < 2000; i++)
            {
                await cache.SetAsync(Key(i), "hash", null, Token);
                await cache.SetAsync("text " + i, "value " + i, null, Token);
            }

            for (var i = 0; i < 1000; i++) await cache.RemoveAsync(Key(i), Token);
            await CompactAsync(store);
            await cache.SetAsync("after", "v", null, Token);
            Assert.Single(Directory.GetFiles(_directory.Path, "*.snap"));
            Assert.Single(Directory.GetFiles(_directory.Path, "*.log"));
        }

        await using var again = await OpenAsync();
        var found = again.Cache("c", null);
        Assert.Equal(3001, again.Status().Single().Entries);
        Assert.Null(await found.GetAsync(Key(999), Token));
        Assert.Equal("hash", await found.GetAsync(Key(1000), Token));
        Assert.Equal("value 1999", await found.GetAsync("text 1999", Token));
        Assert.Equal("v", await found.GetAsync("after", Token));
    }

    async Task CompactAsync(CacheStore store)
    {
        var compaction = store.CompactAsync(Token).AsTask();
        await _time.AdvanceUntilAsync(compaction, TimeSpan.FromSeconds(1), Token);
    }

    [Fact]
    public async Task A_full_cache_gives_up_expired_entries_first_and_then_the_oldest()
    {
        await using var store = await OpenAsync(Options with { MaxBytesPerCache = 56 * 1600, Shards = 1 });
        var cache = store.Cache("c", TimeSpan.FromDays(1));
        for (var i = 0; i < 500; i++) await cache.SetAsync(Key(i), "1", TimeSpan.FromSeconds(5), Token);
        _time.Advance(TimeSpan.FromSeconds(10));
        for (var i = 1000; i < 2500; i++)
        {
            await cache.SetAsync(Key(i), "1", null, Token);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, store.Status().Single().Evicted);
        for (var i = 2500; i < 5000; i++)
        {
            await cache.SetAsync(Key(i), "1", null, Token);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        var status = store.Status().Single();
        Assert.True(status.Bytes <= 56 * 1600, $"{status.Bytes} bytes");
        Assert.Equal(1600, status.Entries);
        Assert.Equal(4000 - 1600, status.Evicted);
        Assert.Null(await cache.GetAsync(Key(1001), Token));
        Assert.Equal("1", await cache.GetAsync(Key(4999), Token));
        Assert.Equal("1", await cache.GetAsync(Key(4000), Token));
    }

    [Fact]
    public async Task Expired_entries_make_room_by_themselves()
    {
        await using var store = await OpenAsync();
        var cache = store.Cache("c", TimeSpan.FromSeconds(1000));
        for (var i = 0; i < 20_000; i++)
        {
            await cache.SetAsync(Key(i), "1", null, Token);
            await cache.SetAsync("t" + i, "1", null, Token);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.InRange(store.Status().Single().Entries, 2000, 5000);
    }

    [Fact]
    public async Task A_second_process_is_refused()
    {
        await using var store = await OpenAsync();
        var error = await Assert.ThrowsAsync<ConfigurationException>(async () => await OpenAsync());
        Assert.Contains(_directory.Path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Threads_that_add_the_same_keys_add_each_once()
    {
        await using var store = await OpenAsync();
        var added = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using var session = store.BeginSession();
            var cache = session.Cache("c", TimeSpan.FromDays(1));
            for (var i = 0; i < 5000; i++)
            {
                if (await cache.TryAddAsync(Key(i), "hash", null, Token)) Interlocked.Increment(ref added);
                if (i % 100 == 0) session.Complete();
            }

            session.Complete();
        }, Token)));
        Assert.Equal(5000, added);
        Assert.Equal(5000, store.Status().Single().Entries);
    }

    /// <summary>Random operations of three sessions against a plain model of what must be true after each completion.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task After_a_crash_an_entry_exists_only_if_its_batch_was_completed(int seed)
    {
        var random = new Random(seed);
        await using var store = await OpenAsync();
        var sessions = Enumerable.Range(0, 3).Select(_ => store.BeginSession()).ToList();
        var written = sessions.Select(_ => new HashSet<string>()).ToList();
        var completed = new HashSet<string>();
        for (var step = 0; step < 3000; step++)
        {
            var s = random.Next(3);
            var key = random.Next(2) == 0 ? Key(random.Next(2000)) : "k" + random.Next(2000);
            switch (random.Next(12))
            {
                case 0:
                    sessions[s].Complete();
                    completed.UnionWith(written[s]);
                    written[s].Clear();
                    break;
                case 1:
                    sessions[s].Abandon();
                    written[s].Clear();
                    break;
                case 2 when step % 50 == 0: await CompactAsync(store); break;
                default:
                    if (await sessions[s].Cache("c", null).TryAddAsync(key, "v", null, Token)) Assert.True(written[s].Add(key) && !completed.Contains(key));
                    else Assert.Contains(key, completed.Concat(written.SelectMany(w => w)));
                    break;
            }
        }

        using var left = Crash();
        await using var again = await CacheStore.OpenAsync(left.Path, Options, Token);
        Assert.Equal(completed.Count, again.Status().Single().Entries);
        foreach (var key in completed) Assert.Equal("v", await again.Cache("c", null).GetAsync(key, Token));
        sessions.ForEach(s => s.Dispose());
    }
}
