using IntelMQ.Bots.Collectors.Amqp;
using IntelMQ.TestServers;

namespace IntelMQ.Bots.Amqp.Tests;

public sealed class PackageTests
{
    static readonly System.Reflection.Assembly Bots = typeof(AmqpCollector).Assembly;

    public static TheoryData<string> Modules => [.. BotConformance.BotsOf(Bots)];

    [Theory, MemberData(nameof(Modules))]
    public async Task A_bot_stands_wrong_parameters_garbage_cancellation_and_restarts(string module) =>
        Assert.Empty(await BotConformance.CheckAsync(Bots, module, new Dictionary<string, object?> { ["connection_port"] = (long)LoopbackPort.Free(), ["queue_name"] = "q", ["routing_key"] = "q" }));
}
