using IntelMQ.Redis;

namespace IntelMQ.Host.Running;

/// <summary>What a bot wants of a cache.</summary>
/// <param name="Name">What bots that share entries have in common.</param>
/// <param name="TimeToLive">How long entries live; zero for ever.</param>
/// <param name="Server">The server that has it; null for the embedded one.</param>
sealed record CacheRequest(string Name, TimeSpan TimeToLive, RedisOptions? Server)
{
    /// <summary>The database of the original for bots that name none.</summary>
    public const int UsualDatabase = 9;
}
