using IntelMQ.Brokers;
using IntelMQ.Host;
using IntelMQ.Host.Running;

namespace IntelMQ.Control.Hosting;

/// <summary>A host and its bots at one moment.</summary>
/// <param name="Version">Of the program.</param>
/// <param name="ProcessId">Of the host.</param>
/// <param name="Started">When the host came up.</param>
/// <param name="Background">It was started by <c>intelmqctl start</c> and ends with its bots; else somebody else watches over it.</param>
/// <param name="Bots">In the order of the configuration that the host has.</param>
sealed record HostState(string Version, int ProcessId, DateTimeOffset Started, bool Background, IReadOnlyList<BotStatus> Bots);

/// <summary>Queues and what may be done to them, whether a host runs or not.</summary>
interface IQueueAccess : IAsyncDisposable
{
    /// <exception cref="BrokerException">The store cannot be read.</exception>
    Task<IReadOnlyList<QueueStatus>> ListQueuesAsync(CancellationToken cancellationToken);

    /// <summary>Removes the waiting messages, returns how many.</summary>
    /// <exception cref="BrokerException">The store cannot be written.</exception>
    Task<long> ClearQueueAsync(string queue, CancellationToken cancellationToken);
}

/// <summary>A running host, in this process or another one.</summary>
interface IBotnetHost : IQueueAccess
{
    Task<HostState> GetStateAsync(CancellationToken cancellationToken);

    /// <summary>Starts bots with the configuration as it stands in the file now; returns when each runs or has failed.</summary>
    /// <param name="bots">Which; null means all that are enabled.</param>
    /// <exception cref="ControlException">The configuration cannot be read.</exception>
    Task StartAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken);

    /// <summary>Stops bots; returns when they have stopped or were abandoned.</summary>
    /// <param name="bots">Which; null means all.</param>
    Task StopAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken);

    /// <summary>Takes over the configuration and the versions of packages as they are now.</summary>
    /// <param name="bots">Bots to restart in any case, the only ones to look at; null means all that have changed.</param>
    /// <exception cref="ControlException">The configuration cannot be read; nothing has changed.</exception>
    Task<ReloadResult> ReloadAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken);

    /// <summary>Stops all bots and ends the host; returns when its process is gone.</summary>
    Task ShutDownAsync(CancellationToken cancellationToken);
}
