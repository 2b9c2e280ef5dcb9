using IntelMQ.Brokers;
using IntelMQ.Brokers.Embedded;
using IntelMQ.Configuration;
using IntelMQ.Control.Hosting;

namespace IntelMQ.Control.Queues;

/// <summary>The store of an installation whose host does not run.</summary>
sealed class OfflineStore(IntelMqPaths paths) : IQueueAccess
{
    /// <summary>Asking changes nothing and makes no store where there is none.</summary>
    public async Task<IReadOnlyList<QueueStatus>> ListQueuesAsync(CancellationToken cancellationToken) =>
        HasStore
            ? await EmbeddedStore.ReadStatusAsync(paths.QueueDirectory, cancellationToken)
            : [];

    /// <summary>Reads every waiting message and tells what is damaged. A running host has told it when it started.</summary>
    /// <exception cref="BrokerException">The store cannot be read.</exception>
    public async Task<IReadOnlyList<BrokerNotice>> VerifyAsync(CancellationToken cancellationToken) =>
        HasStore ? (await EmbeddedStore.VerifyAsync(paths.QueueDirectory, cancellationToken)).Notices : [];

    bool HasStore => Directory.Exists(paths.QueueDirectory) && Directory.EnumerateFileSystemEntries(paths.QueueDirectory).Any();

    public async Task<long> ClearQueueAsync(string queue, CancellationToken cancellationToken)
    {
        if ((await ListQueuesAsync(cancellationToken)).All(q => q.Queue != queue)) return 0;
        await using var broker = await EmbeddedBroker.OpenAsync(paths.QueueDirectory, new EmbeddedBrokerOptions(), cancellationToken);
        return await broker.ClearAsync(queue, cancellationToken);
    }

    public ValueTask DisposeAsync() => default;
}
