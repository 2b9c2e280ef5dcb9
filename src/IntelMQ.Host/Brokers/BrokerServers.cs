using System.Collections.Concurrent;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Redis;
using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Brokers;

/// <summary>The servers that carry messages, one broker for each: bots that name the same server share it.</summary>
/// <param name="time">The clock.</param>
/// <param name="onNotice">Is told what the log of the host should tell of them.</param>
sealed class BrokerServers(TimeProvider time, Action<BrokerNotice>? onNotice = null) : IAsyncDisposable
{
    readonly ConcurrentDictionary<PipelineSettings, Lazy<IBroker>> _brokers = new();

    /// <summary>All that were asked for so far.</summary>
    public IEnumerable<IBroker> All => _brokers.Values.Select(broker => broker.Value);

    /// <summary>The broker for these settings. The server need not answer yet.</summary>
    /// <exception cref="ConfigurationException">The broker is not one that this host has, or a secret cannot be read.</exception>
    public IBroker Find(PipelineSettings settings, SecretReferences secrets)
    {
        if (settings.Broker is not (BrokerKind.Redis or BrokerKind.Amqp))
            throw new ConfigurationException($"The broker '{settings.Broker.ToString().ToLowerInvariant()}' is not part of this version; known are embedded, redis and amqp.");
        try
        {
            var resolved = settings.Resolve(secrets);
            return _brokers.GetOrAdd(IdentityOf(resolved), _ => new Lazy<IBroker>(() => Open(resolved))).Value;
        }
        catch (SecretReferenceException e)
        {
            throw new ConfigurationException(e.Message, e);
        }
    }

    IBroker Open(PipelineSettings settings) =>
        settings.Broker == BrokerKind.Amqp ? AmqpSettings.Open(settings, time, onNotice) : new RedisBroker(RedisSettings.ToOptions(settings, time, onNotice));

    /// <summary>All servers that a configuration names, with the queues that bots have on them.</summary>
    /// <exception cref="ConfigurationException">As for one.</exception>
    public async Task<IReadOnlyList<IBroker>> FindAllAsync(RuntimeConfiguration configuration, SecretReferences secrets, CancellationToken cancellationToken)
    {
        var found = new List<IBroker>();
        foreach (var (side, queues) in configuration.Bots.SelectMany(SidesOf).Where(pair => pair.Side.Broker != BrokerKind.Embedded))
        {
            var broker = Find(side, secrets);
            if (!found.Contains(broker)) found.Add(broker);
            // Not every server tells which queues it has.
            foreach (var queue in queues) await broker.DeclareAsync(queue, QueueLimits.None, cancellationToken);
        }

        return found;
    }

    static IEnumerable<(PipelineSettings Side, IEnumerable<string> Queues)> SidesOf(BotConfiguration bot)
    {
        if (!bot.IsCollector) yield return (bot.Settings.Source, [bot.SourceQueue]);
        if (bot.DestinationQueues.Count > 0) yield return (bot.Settings.Destination, bot.DestinationQueues.Values.SelectMany(queues => queues));
    }

    /// <summary>
    /// Who connects where. Limits and patience are those of the first bot that names a server, and what one kind of server does
    /// not know makes no difference.
    /// </summary>
    static PipelineSettings IdentityOf(PipelineSettings settings)
    {
        var nothing = new PipelineSettings();
        return settings.Broker == BrokerKind.Amqp
            ? settings with { SocketTimeout = null, MemoryLimit = 0, Database = nothing.Database }
            : settings with { SocketTimeout = null, MemoryLimit = 0, AmqpExchange = nothing.AmqpExchange, AmqpVirtualHost = nothing.AmqpVirtualHost, AmqpQueueType = nothing.AmqpQueueType };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in All) await broker.DisposeAsync();
    }
}
