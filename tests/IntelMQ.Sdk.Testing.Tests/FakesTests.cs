using System.Net;
using System.Net.Sockets;

namespace IntelMQ.Sdk.Testing.Tests;

public sealed class FakesTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_delay_ends_when_the_clock_gets_there()
    {
        var time = new FakeTime();
        var delay = Task.Delay(TimeSpan.FromSeconds(10), time, Cancellation);

        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        await delay.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_own_time()
    {
        var time = new FakeTime(DateTimeOffset.UnixEpoch);
        var fired = new List<string>();
        void Note(object? name) => fired.Add($"{name}{time.GetUtcNow().ToUnixTimeSeconds()}");
        using var every = time.CreateTimer(Note, "every", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));
        using var once = time.CreateTimer(Note, "once", TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        var stopped = time.CreateTimer(Note, "stopped", TimeSpan.FromSeconds(1), TimeSpan.Zero);
        stopped.Dispose();

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["every2", "once3", "every4"], fired);
        Assert.Equal(TimeSpan.FromSeconds(5), time.GetElapsedTime(0));
    }

    [Fact]
    public async Task Names_have_the_records_that_the_test_gave_them()
    {
        var dns = new FakeDns { ["example.com"] = "192.0.2.1" };
        dns["EXAMPLE.com"] = "2001:db8::1";
        dns.AddText("txt.example.com", "a");
        dns.AddName("192.0.2.1", "example.com");
        dns.Fail("broken.example.com");

        Assert.Equal([IPAddress.Parse("192.0.2.1")], await dns.GetAddressesAsync("example.com", AddressFamily.InterNetwork, Cancellation));
        Assert.Equal([IPAddress.Parse("2001:db8::1")], await dns.GetAddressesAsync("example.com", AddressFamily.InterNetworkV6, Cancellation));
        Assert.Empty(await dns.GetAddressesAsync("example.org", AddressFamily.InterNetwork, Cancellation));
        Assert.Equal(["a"], await dns.GetTextsAsync("txt.example.com", Cancellation));
        Assert.Equal(["example.com"], await dns.GetNamesAsync(IPAddress.Parse("192.0.2.1"), Cancellation));
        await Assert.ThrowsAsync<TransientException>(async () => await dns.GetTextsAsync("broken.example.com", Cancellation));
        Assert.Equal(6, dns.Questions.Count);
    }

    [Fact]
    public async Task A_cached_value_lives_as_long_as_it_is_told_to()
    {
        var time = new FakeTime();
        var cache = new MemoryCache(time, TimeSpan.FromMinutes(1));

        Assert.True(await cache.TryAddAsync("a", "1", null, Cancellation));
        Assert.False(await cache.TryAddAsync("a", "2", null, Cancellation));
        await cache.SetAsync("b", "1", TimeSpan.FromHours(1), Cancellation);
        time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(await cache.GetAsync("a", Cancellation));
        Assert.Equal(["b"], cache.Keys);
        Assert.Equal(3, await cache.IncrementAsync("b", 2, null, Cancellation));
        await cache.RemoveAsync("b", Cancellation);
        Assert.Empty(cache.Keys);
    }

    [Fact]
    public async Task Answers_come_one_after_the_other_and_the_last_one_stays()
    {
        using var http = new FakeHttp();
        http.Answer("https://example.com/", "wait", status: HttpStatusCode.ServiceUnavailable);
        http.Answer("https://example.com/", "here"u8.ToArray());
        using var client = http.Create(new PageOptions { HttpUrl = new("https://example.com/") });

        using var first = await client.GetAsync(new Uri("https://example.com/"), Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        Assert.Equal("here", await client.GetStringAsync(new Uri("https://example.com/"), Cancellation));
        Assert.Equal("here", await client.GetStringAsync(new Uri("https://example.com/"), Cancellation));
        Assert.Equal(3, http.Requests.Count);
    }
}
