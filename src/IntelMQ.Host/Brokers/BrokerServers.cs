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
        if (settings.Broker != BrokerKind.Redis)
            throw new ConfigurationException($"The broker '{settings.Broker.ToString().ToLowerInvariant()}' is not part of this version; known are embedded and redis.");
        try
        {
            var resolved = settings.Resolve(secrets);
            return _brokers.GetOrAdd(IdentityOf(resolved), _ => new Lazy<IBroker>(() => new RedisBroker(RedisSettings.ToOptions(resolved, time, onNotice)))).Value;
        }
        catch (SecretReferenceException e)
        {
            throw new ConfigurationException(e.Message, e);
        }
    }

    /// <summary>All servers that a configuration names.</summary>
    /// <exception cref="ConfigurationException">As for one.</exception>
    public IReadOnlyList<IBroker> FindAll(RuntimeConfiguration configuration, SecretReferences secrets) =>
    [
        .. configuration.Bots.SelectMany(SidesOf).Where(side => side.Broker != BrokerKind.Embedded).Select(side => Find(side, secrets)).Distinct(),
    ];

    static IEnumerable<PipelineSettings> SidesOf(BotConfiguration bot)
    {
        if (!bot.IsCollector) yield return bot.Settings.Source;
        if (bot.DestinationQueues.Count > 0) yield return bot.Settings.Destination;
    }

    /// <summary>Who connects where. Limits and patience are those of the first bot that names a server.</summary>
    static PipelineSettings IdentityOf(PipelineSettings settings) => settings with { SocketTimeout = null, MemoryLimit = 0 };

    public async ValueTask DisposeAsync()
    {
        foreach (var broker in All) await broker.DisposeAsync();
    }
}
