using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Brokers;

/// <summary>The brokers of a host: the embedded store, and one for each server that a bot names.</summary>
/// <param name="embedded">The store.</param>
/// <param name="time">The clock.</param>
/// <param name="onNotice">Is told what the log of the host should tell of servers.</param>
sealed class BrokerSet(IBroker embedded, TimeProvider? time = null, Action<BrokerNotice>? onNotice = null) : IAsyncDisposable
{
    readonly BrokerServers _servers = new(time ?? TimeProvider.System, onNotice);

    public IBroker Embedded => embedded;

    /// <summary>The broker that a side of a bot's pipeline names. A server need not answer yet.</summary>
    /// <exception cref="ConfigurationException">The broker is not one that this host has, or a secret cannot be read.</exception>
    public IBroker Find(PipelineSettings settings, SecretReferences secrets) =>
        settings.Broker == BrokerKind.Embedded ? embedded : _servers.Find(settings, secrets);

    /// <summary>The queues of all brokers. Queues of one name on two brokers count as one.</summary>
    /// <exception cref="BrokerException">A broker cannot be read.</exception>
    public async Task<IReadOnlyList<QueueStatus>> ListAsync(CancellationToken cancellationToken)
    {
        var lists = await Task.WhenAll(All.Select(broker => broker.ListAsync(cancellationToken).AsTask()));
        return lists.Length == 1 ? lists[0] : QueueStatus.Merge(lists);
    }

    /// <summary>Clears the queue wherever it is, returns how many messages were removed.</summary>
    /// <exception cref="BrokerException">A broker cannot be reached.</exception>
    public async Task<long> ClearAsync(string queue, CancellationToken cancellationToken)
    {
        long removed = 0;
        foreach (var broker in All)
        {
            if ((await broker.ListAsync(cancellationToken)).Any(status => status.Queue == queue)) removed += await broker.ClearAsync(queue, cancellationToken);
        }

        return removed;
    }

    IEnumerable<IBroker> All => _servers.All.Prepend(embedded);

    public async ValueTask DisposeAsync()
    {
        await _servers.DisposeAsync();
        await embedded.DisposeAsync();
    }
}
