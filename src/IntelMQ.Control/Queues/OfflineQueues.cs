using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Control.Hosting;
using IntelMQ.Host.Brokers;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Queues;

/// <summary>The queues of an installation whose host does not run: the store, and the servers that the configuration names.</summary>
sealed class OfflineQueues(RuntimeConfiguration configuration, Installation installation) : IQueueAccess
{
    readonly OfflineStore _store = new(installation.Paths);
    readonly BrokerServers _servers = new(TimeProvider.System);

    public async Task<IReadOnlyList<QueueStatus>> ListQueuesAsync(CancellationToken cancellationToken)
    {
        var stored = await _store.ListQueuesAsync(cancellationToken);
        var onServers = await Task.WhenAll((await ServersAsync(cancellationToken)).Select(server => server.ListAsync(cancellationToken).AsTask()));
        return onServers.Length == 0 ? stored : QueueStatus.Merge([stored, .. onServers]);
    }

    public async Task<long> ClearQueueAsync(string queue, CancellationToken cancellationToken)
    {
        var removed = await _store.ClearQueueAsync(queue, cancellationToken);
        foreach (var server in await ServersAsync(cancellationToken)) removed += await server.ClearAsync(queue, cancellationToken);
        return removed;
    }

    /// <summary>What is to be said of each server.</summary>
    /// <exception cref="BrokerException">One cannot be reached.</exception>
    /// <exception cref="ControlException">The configuration names one that cannot be used.</exception>
    public async Task<IReadOnlyList<BrokerReport>> InspectAsync(CancellationToken cancellationToken) =>
        await Task.WhenAll((await ServersAsync(cancellationToken)).Select(server => server.InspectAsync(cancellationToken).AsTask()));

    /// <summary>Reads every waiting message of the store and tells what is damaged.</summary>
    public Task<IReadOnlyList<BrokerNotice>> VerifyAsync(CancellationToken cancellationToken) => _store.VerifyAsync(cancellationToken);

    async Task<IReadOnlyList<IBroker>> ServersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _servers.FindAllAsync(configuration, new SecretReferences(installation.Environment, installation.Paths.ConfigDirectory), cancellationToken);
        }
        catch (ConfigurationException e)
        {
            throw new ControlException(e.Message, e);
        }
    }

    public async ValueTask DisposeAsync() => await _servers.DisposeAsync();
}
