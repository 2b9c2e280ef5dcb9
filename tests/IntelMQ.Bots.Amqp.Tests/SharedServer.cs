using System.Text;
using IntelMQ.Amqp;
using IntelMQ.Bots.Amqp.Tests;
using IntelMQ.TestServers;
using RabbitMQ.Client;

[assembly: AssemblyFixture(typeof(SharedServer))]

namespace IntelMQ.Bots.Amqp.Tests;

/// <summary>One RabbitMQ for all tests. Each takes queues of its own names.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    RabbitMqServer? _server;

    public RabbitMqServer Server
    {
        get
        {
            Assert.SkipUnless(RabbitMqServer.Missing is null, RabbitMqServer.Missing ?? "");
            return _server!;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (RabbitMqServer.Missing is null) _server = await RabbitMqServer.StartAsync();
    }

    /// <summary>A connection as another program has one.</summary>
    public Task<IConnection> ConnectAsync() => AmqpConnector.OpenAsync(new AmqpOptions { Port = Server.Port, ClientName = "test" }, TestContext.Current.CancellationToken);

    public async Task PutAsync(string queue, params byte[][] bodies)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false);
        foreach (var body in bodies) await channel.BasicPublishAsync("", queue, mandatory: true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, body);
    }

    public Task PutAsync(string queue, params string[] texts) => PutAsync(queue, [.. texts.Select(Encoding.UTF8.GetBytes)]);

    /// <summary>Takes out what is in the queue.</summary>
    public async Task<List<BasicGetResult>> TakeAsync(string queue)
    {
        await using var connection = await ConnectAsync();
        await using var channel = await connection.CreateChannelAsync();
        var messages = new List<BasicGetResult>();
        while (await channel.BasicGetAsync(queue, autoAck: true) is { } message) messages.Add(message);
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }
}
