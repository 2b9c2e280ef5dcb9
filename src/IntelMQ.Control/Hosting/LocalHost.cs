using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Host;
using IntelMQ.Host.Brokers;
using IntelMQ.Host.Running;

namespace IntelMQ.Control.Hosting;

/// <summary>The botnet of this process.</summary>
/// <param name="botnet">All its bots.</param>
/// <param name="brokers">What carries their messages.</param>
/// <param name="load">Reads the configuration as it is now.</param>
/// <param name="background">Whether the host ends with its bots.</param>
/// <param name="time">The clock.</param>
sealed class LocalHost(Botnet botnet, BrokerSet brokers, Func<RuntimeConfiguration> load, bool background, TimeProvider time) : IBotnetHost
{
    /// <summary>A bot that takes longer to start is left to it.</summary>
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(10);
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(15);

    readonly DateTimeOffset _started = time.GetUtcNow();
    readonly TaskCompletionSource _shutDown = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when somebody has asked the host to end.</summary>
    public Task ShutDownRequested => _shutDown.Task;

    public Task<HostState> GetStateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new HostState(ProgramVersion.Text, Environment.ProcessId, _started, background, botnet.Status));

    public async Task StartAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken)
    {
        var next = Load();
        var wanted = bots ?? [.. next.Bots.Where(b => b.Enabled).Select(b => b.Id)];
        await botnet.StartAsync(next, wanted);

        var begun = time.GetTimestamp();
        while (wanted.Any(id => botnet.Find(id)?.Status.State == BotState.Starting) && time.GetElapsedTime(begun) < StartLimit)
            await Task.Delay(LookInterval, time, cancellationToken);
    }

    public Task StopAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken) => botnet.StopAsync(bots);

    public Task<ReloadResult> ReloadAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken) => botnet.ReloadAsync(Load(), bots);

    RuntimeConfiguration Load()
    {
        try
        {
            return load();
        }
        catch (ConfigurationFileException e)
        {
            throw new ControlException(e.Message, e);
        }
    }

    public async Task<IReadOnlyList<QueueStatus>> ListQueuesAsync(CancellationToken cancellationToken) => await brokers.ListAsync(cancellationToken);

    public async Task<long> ClearQueueAsync(string queue, CancellationToken cancellationToken) => await brokers.ClearAsync(queue, cancellationToken);

    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        await botnet.StopAsync();
        _shutDown.TrySetResult();
    }

    /// <summary>The botnet belongs to the host process.</summary>
    public ValueTask DisposeAsync() => default;
}
