using IntelMQ.Configuration;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Loading;

/// <summary>What one instance of a bot may ask for in its constructor.</summary>
sealed class BotServiceProvider(HostEnvironment environment, IBotLog log, Func<(IBotCache Cache, IStepParticipant Step)> openCache) : IServiceProvider
{
    (IBotCache Cache, IStepParticipant Step)? _cache;

    /// <summary>The cache session to complete with each step, if the bot has asked for a cache.</summary>
    public IStepParticipant? CacheSession => _cache?.Step;

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IBotCache) ? (_cache ??= openCache()).Cache
        : serviceType == typeof(IDnsResolver) ? environment.Dns
        : serviceType == typeof(IHttpClients) ? environment.Http
        : serviceType == typeof(TimeProvider) ? environment.Time
        : serviceType == typeof(DataFormat) ? environment.Format
        : serviceType == typeof(IBotLog) ? log
        : null;
}
