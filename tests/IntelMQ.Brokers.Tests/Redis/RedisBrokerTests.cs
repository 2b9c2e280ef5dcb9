using IntelMQ.Brokers.Redis;
using IntelMQ.Redis;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Brokers.Tests.Redis;

/// <summary>One server for all facts of a class.</summary>
public sealed class SharedRedisServer : IAsyncLifetime
{
    public RedisServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (RedisServerProcess.Missing is null) Server = await RedisServerProcess.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }
}

/// <summary>The broker on Redis does what every broker must.</summary>
public class RedisBrokerTests(SharedRedisServer shared) : BrokerConformance, IClassFixture<SharedRedisServer>
{
    protected virtual RedisServerProcess Server => shared.Server;

    protected virtual RedisOptions Options => Server.Options;

    protected override bool KeepsProgress => false;

    public override async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        await Server.RunAsync("FLUSHALL");
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (Broker is not null) await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override ValueTask<IBroker> OpenAsync() => new(new RedisBroker(new RedisBrokerOptions { Server = Options }));

    protected override ValueTask<IBroker> CrashAndReopenAsync() => CloseAndReopenAsync();

    /// <summary>A list of Redis that is empty does not exist: what is declared is known by the host, which declares it again.</summary>
    protected override async ValueTask<IBroker> CloseAndReopenAsync()
    {
        var declared = (await Broker.ListAsync(Token)).Select(status => status.Queue);
        await Broker.DisposeAsync();
        var again = await OpenAsync();
        foreach (var queue in declared) await again.DeclareAsync(queue, QueueLimits.None, Token);
        return again;
    }
}

/// <summary>The same over RESP2.</summary>
public sealed class RedisBrokerOverResp2Tests(SharedRedisServer shared) : RedisBrokerTests(shared)
{
    protected override RedisOptions Options => base.Options with { Resp3 = false };
}

/// <summary>A server that does not tell its version is used with the commands that every version knows.</summary>
public sealed class OldRedisServer : IAsyncLifetime
{
    public RedisServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        if (RedisServerProcess.Missing is null) Server = await RedisServerProcess.StartAsync(withPort: false, "--rename-command", "INFO", "", "--rename-command", "LMOVE", "", "--rename-command", "BLMOVE", "", "--rename-command", "HELLO", "");
    }

    public async ValueTask DisposeAsync()
    {
        if (Server is not null) await Server.DisposeAsync();
    }
}

/// <summary>The facts on a server as before version 6.2.</summary>
public sealed class RedisBrokerOnOldServerTests(OldRedisServer old) : RedisBrokerTests(null!), IClassFixture<OldRedisServer>
{
    protected override RedisServerProcess Server => old.Server;
}
