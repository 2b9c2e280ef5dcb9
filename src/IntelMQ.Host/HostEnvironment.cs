using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Host;

/// <summary>What is the same for all bots of a host.</summary>
sealed class HostEnvironment
{
    public required IntelMqPaths Paths { get; init; }

    /// <summary>What messages may have. A reload brings another one when packages add other fields; bots have the one of their start.</summary>
    public required DataFormat Format { get; set; }

    public required SecretReferences Secrets { get; init; }

    public required TimeProvider Time { get; init; }

    public required IDnsResolver Dns { get; init; }

    public required IHttpClients Http { get; init; }

    /// <summary>Bytes that may wait in a queue for which nothing is configured.</summary>
    public required long DefaultQueueBytes { get; init; }

    /// <summary>Program and arguments that run one bot in a process of its own.</summary>
    public required IReadOnlyList<string> BotProcessCommand { get; init; }
}
