using System.Collections.Concurrent;
using IntelMQ.Host.Running;
using IntelMQ.Redis;
using IntelMQ.Sdk;
using IntelMQ.Services;

namespace IntelMQ.Control.Hosting;

/// <summary>The caches of a host: the embedded store, and databases of servers that bots name.</summary>
sealed class HostCaches(CacheStore embedded, IBotLog log) : IAsyncDisposable
{
    readonly ConcurrentDictionary<RedisOptions, Lazy<RedisCacheStore>> _servers = new();

    /// <summary>Opens a session for one worker.</summary>
    public (IBotCache Cache, IStepParticipant Step) Open(CacheRequest request)
    {
        TimeSpan? timeToLive = request.TimeToLive > TimeSpan.Zero ? request.TimeToLive : null;
        if (request.Server is { } server)
        {
            var onServer = _servers.GetOrAdd(server, _ => new Lazy<RedisCacheStore>(() => new RedisCacheStore(server, log))).Value.BeginSession();
            return (onServer.Cache(timeToLive), new CacheStep(onServer));
        }

        var session = embedded.BeginSession();
        return (session.Cache(request.Name, timeToLive), new CacheStep(session));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers.Values) await server.Value.DisposeAsync();
        await embedded.DisposeAsync();
    }
}
