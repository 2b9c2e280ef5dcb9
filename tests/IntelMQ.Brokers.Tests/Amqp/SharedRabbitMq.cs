using IntelMQ.Amqp;
using IntelMQ.Brokers.Amqp;
using IntelMQ.Brokers.Tests.Amqp;
using IntelMQ.TestServers;

[assembly: AssemblyFixture(typeof(SharedRabbitMq))]

namespace IntelMQ.Brokers.Tests.Amqp;

/// <summary>One RabbitMQ for all tests of the assembly that leave it alive; it is started when the first asks for it.</summary>
public sealed class SharedRabbitMq : IAsyncDisposable
{
    /// <summary>Of the tests that use it: queues of one name are the same for all.</summary>
    public const string Collection = "RabbitMQ";

    readonly Lazy<Task<RabbitMqServer>> _server = new(() => RabbitMqServer.StartAsync());

    public Task<RabbitMqServer> ServerAsync()
    {
        Assert.SkipUnless(RabbitMqServer.Missing is null, RabbitMqServer.Missing ?? "");
        return _server.Value;
    }

    /// <summary>A server may be at any port, on which a proxy may stand before it.</summary>
    public static AmqpBrokerOptions OptionsFor(int port, AmqpQueueType type = AmqpQueueType.Classic) => new()
    {
        Server = new AmqpOptions { Port = port, FirstPause = TimeSpan.FromMilliseconds(5), LongestPause = TimeSpan.FromMilliseconds(100) },
        QueueType = type,
    };

    /// <summary>Queues live as long as the server, which is longer than a test.</summary>
    public static async Task DeleteAsync(AmqpOptions server, params IEnumerable<string> queues)
    {
        await using var connection = await AmqpConnector.OpenAsync(server, CancellationToken.None);
        await using var channel = await connection.CreateChannelAsync();
        foreach (var queue in queues) await channel.QueueDeleteAsync(new AmqpQueue(queue).ServerName, ifUnused: false, ifEmpty: false);
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated) await (await _server.Value).DisposeAsync();
    }
}
