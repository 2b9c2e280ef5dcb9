using IntelMQ.Brokers;
using IntelMQ.Control.Hosting;
using IntelMQ.Host;
using IntelMQ.Host.Running;

namespace IntelMQ.Control.Tests;

/// <summary>A host whose bots start and stop at once, or do not.</summary>
sealed class FakeHost(bool background = true) : IBotnetHost
{
    readonly Dictionary<string, BotState> _states = new(StringComparer.Ordinal);

    public HashSet<string> Failing { get; } = new(StringComparer.Ordinal);

    public HashSet<string> Hanging { get; } = new(StringComparer.Ordinal);

    public bool IsDown { get; private set; }

    public List<string> Reloaded { get; } = [];

    public IReadOnlyList<QueueStatus> Queues { get; set; } = [];

    public FakeHost With(string id, BotState state)
    {
        _states[id] = state;
        return this;
    }

    public Task<HostState> GetStateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new HostState("1", 4711, DateTimeOffset.UnixEpoch, background, [.. _states.Select(s => Status(s.Key, s.Value))]));

    static BotStatus Status(string id, BotState state) => new(
        id, "intelmq.bots.outputs.test.output", state, true, state == BotState.Failed ? "It has no file." : null, "Test 1.0.0", null, 0, new CounterValues(1, 2, 3, 4, 5, new Dictionary<string, long> { ["_default"] = 2 }));

    public Task StartAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken)
    {
        foreach (var id in bots ?? [.. _states.Keys]) _states[id] = Failing.Contains(id) ? BotState.Failed : BotState.Running;
        return Task.CompletedTask;
    }

    public Task StopAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken)
    {
        foreach (var id in bots ?? [.. _states.Keys])
        {
            if (!Hanging.Contains(id)) _states[id] = BotState.Stopped;
        }

        return Task.CompletedTask;
    }

    public Task<ReloadResult> ReloadAsync(IReadOnlyCollection<string>? bots, CancellationToken cancellationToken)
    {
        Reloaded.AddRange(bots ?? ["all"]);
        return Task.FromResult(new ReloadResult([.. bots ?? []], [], [], []));
    }

    public Task ShutDownAsync(CancellationToken cancellationToken)
    {
        IsDown = true;
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<QueueStatus>> ListQueuesAsync(CancellationToken cancellationToken) => Task.FromResult(Queues);

    public Task<long> ClearQueueAsync(string queue, CancellationToken cancellationToken) =>
        queue == "broken" ? throw new BrokerException("The store is on fire.") : Task.FromResult(3L);

    public ValueTask DisposeAsync() => default;
}

/// <summary>Finds the given host, or starts it.</summary>
sealed class FakeGateway(FakeHost? running, FakeHost? startable = null) : IHostGateway
{
    public Task<IBotnetHost?> FindAsync(CancellationToken cancellationToken) => Task.FromResult<IBotnetHost?>(running);

    public Task<IBotnetHost> StartAsync(CancellationToken cancellationToken) =>
        startable is null ? throw new ControlException("No host may be started here.") : Task.FromResult<IBotnetHost>(startable);
}
