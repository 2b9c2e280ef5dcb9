using IntelMQ.Bots.Outputs.Redis;
using IntelMQ.Redis;
using IntelMQ.Redis.TestServer;
using IntelMQ.TestServers;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class RedisOutputTests
{
    const string Queue = "out";

    static Dictionary<string, object?> Parameters(int port) => new() { ["redis_server_port"] = (long)port, ["redis_queue"] = Queue, ["redis_db"] = 3L };

    static async Task<string[]> PushedAsync(RedisServerProcess server)
    {
        await using var connection = await RedisConnection.OpenAsync(server.Options with { Database = 3 }, TestContext.Current.CancellationToken);
        return [.. (await connection.ExecuteAsync("LRANGE", Queue, "0", "-1")).AsList().Select(static reply => reply.AsText()!)];
    }

    [Fact]
    public async Task Messages_are_pushed_to_the_left_with_type_and_raw()
    {
        Assert.SkipWhen(RedisServerProcess.Missing is not null, RedisServerProcess.Missing ?? "");
        await using var server = await RedisServerProcess.StartAsync(withPort: true);
        await using var bot = BotHarness.For<RedisOutput>(Parameters(server.Port));

        await bot.RunAsync("""{ "source.port": 1, "raw": "eA==" }""", """{ "source.port": 2 }""");

        Assert.Equal(["""{"__type": "Event", "source.port": 2}""", """{"__type": "Event", "raw": "eA==", "source.port": 1}"""], await PushedAsync(server));
    }

    [Fact]
    public async Task What_a_broken_connection_did_not_take_is_pushed_by_the_next_flush()
    {
        Assert.SkipWhen(RedisServerProcess.Missing is not null, RedisServerProcess.Missing ?? "");
        await using var server = await RedisServerProcess.StartAsync();
        await using var proxy = new CuttingProxy(server.EndPoint);
        await using var bot = BotHarness.For<RedisOutput>(Parameters(proxy.Port));
        await bot.StartAsync(TestContext.Current.CancellationToken);
        proxy.CutAfterRequestBytes(10);

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
        Assert.Empty(await PushedAsync(server));
        proxy.Mend();
        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Equal(["""{"__type": "Event", "source.port": 2}""", """{"__type": "Event", "source.port": 1}"""], await PushedAsync(server));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for()
    {
        await using var bot = BotHarness.For<RedisOutput>(Parameters(1));

        await Assert.ThrowsAsync<TransientException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }
}
