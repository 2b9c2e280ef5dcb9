using IntelMQ.Bots.Experts.Wait;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class WaitExpertTests
{
    const string Message = """{ "source.ip": "192.0.2.1" }""";

    [Fact]
    public async Task Without_parameters_messages_go_through()
    {
        await using var bot = BotHarness.For<WaitExpert>();

        (await bot.RunAsync(Message)).ShouldSend(Message);
    }

    [Fact]
    public async Task Each_message_is_held_back_for_some_seconds()
    {
        await using var bot = BotHarness.For<WaitExpert>("""{ "sleep_time": 5 }""");

        var running = bot.RunAsync(Message);
        bot.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(running.IsCompleted);
        bot.Time.Advance(TimeSpan.FromSeconds(1));

        (await running).ShouldSend(Message);
    }

    [Fact]
    public async Task A_message_waits_until_the_list_is_short_enough()
    {
        Assert.SkipWhen(RedisServerProcess.Missing is not null, RedisServerProcess.Missing ?? "");
        await using var server = await RedisServerProcess.StartAsync();
        await server.RunAsync("RPUSH", "file-output-queue", "a", "b", "c");
        await using var bot = BotHarness.For<WaitExpert>(
            $$"""{ "queue_name": "file-output-queue", "queue_host": "{{server.SocketPath}}", "queue_db": {{server.Options.Database}}, "queue_size": 2, "queue_polling_interval": 0.01 }""", TimeProvider.System);

        var running = bot.RunAsync(Message);
        await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken));
        Assert.False(running.IsCompleted);
        await server.RunAsync("LPOP", "file-output-queue");

        (await running.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)).ShouldSend(Message);
    }

    [Fact]
    public async Task What_is_no_list_is_told()
    {
        Assert.SkipWhen(RedisServerProcess.Missing is not null, RedisServerProcess.Missing ?? "");
        await using var server = await RedisServerProcess.StartAsync();
        await server.RunAsync("SET", "text", "a");
        await using var bot = BotHarness.For<WaitExpert>($$"""{ "queue_name": "text", "queue_host": "{{server.SocketPath}}", "queue_db": {{server.Options.Database}} }""", TimeProvider.System);

        Assert.Contains("queue_name", (await Assert.ThrowsAsync<ConfigurationException>(() => bot.RunAsync(Message))).Message);
    }
}
