using IntelMQ.Configuration;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Loading;

/// <summary>What one instance of a bot may ask for in its constructor.</summary>
sealed class BotServiceProvider(HostEnvironment environment, IBotLog log, Func<(IBotCache Cache, IStepParticipant Step)> openCache) : IServiceProvider, IDisposable
{
    readonly OwnedHttpClients _http = new(environment.Http);

    (IBotCache Cache, IStepParticipant Step)? _cache;

    /// <summary>The cache session to complete with each step, if the bot has asked for a cache.</summary>
    public IStepParticipant? CacheSession => _cache?.Step;

    public object? GetService(Type serviceType) =>
        serviceType == typeof(IBotCache) ? (_cache ??= openCache()).Cache
        : serviceType == typeof(IDnsResolver) ? environment.Dns
        : serviceType == typeof(IHttpClients) ? _http
        : serviceType == typeof(TimeProvider) ? environment.Time
        : serviceType == typeof(DataFormat) ? environment.Format
        : serviceType == typeof(IBotLog) ? log
        : null;

    /// <summary>Lets go of what the bot was given that nobody else uses; another bot may be created afterwards.</summary>
    public void Dispose() => _http.Dispose();
}
