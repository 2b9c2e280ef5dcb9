using System.Globalization;
using IntelMQ.Redis;

namespace IntelMQ.Brokers.Redis;

/// <summary>What a server's own description means for messages.</summary>
static class ServerReport
{
    public static BrokerReport Of(string info, RedisBrokerOptions options)
    {
        var values = ServerInfo.Parse(info);
        var memory = ServerMemory.Of(info);
        var place = options.Server.Place;
        var limit = memory.LimitFor(options.MemoryLimit);
        var room = limit == long.MaxValue ? "no limit is set" : string.Create(CultureInfo.InvariantCulture, $"collectors wait from {limit >> 20} MB on");
        var version = values.GetValueOrDefault("valkey_version") is { } valkey ? $"Valkey {valkey}" : $"Redis {values.GetValueOrDefault("redis_version", "of unknown version")}";
        return new(
            string.Create(CultureInfo.InvariantCulture, $"The server at {place} is {version} and uses {memory.Used >> 20} MB of memory; {room}."),
            [.. Warnings(values, memory, limit, place)]);
    }

    static IEnumerable<string> Warnings(IReadOnlyDictionary<string, string> values, ServerMemory memory, long limit, string place)
    {
        if (memory.MayEvictQueues) yield return $"The Redis server at {place} throws away whole queues when its memory is full: set maxmemory-policy to noeviction.";
        if (memory.Used >= limit) yield return $"The Redis server at {place} is short of memory: collectors wait until messages are taken out.";
        if (values.GetValueOrDefault("aof_enabled") == "0") yield return $"The Redis server at {place} may lose messages when it is ended without warning: set appendonly to yes.";
        if (values.GetValueOrDefault("role") == "slave") yield return $"The Redis server at {place} is a replica, which takes no messages.";
    }
}
