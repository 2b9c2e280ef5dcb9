using IntelMQ.Host.Logging;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Hosting;

/// <summary>How a host runs.</summary>
sealed record HostOptions
{
    /// <summary>It was started by <c>intelmqctl start</c>: it leaves the caller's session and ends with its bots.</summary>
    public bool Background { get; init; }

    /// <summary>Whether callers may speak to it over the socket of the installation.</summary>
    public bool Listen { get; init; } = true;

    /// <summary>Where log lines go besides the files; null for nowhere.</summary>
    public ILogTarget? Console { get; init; }

    /// <summary>Answers questions about names in the place of the system's servers; null for those.</summary>
    public IDnsResolver? Dns { get; init; }

    /// <summary>Makes HTTP clients in the place of those that speak to the network; null for those.</summary>
    public IHttpClients? Http { get; init; }

    /// <summary>Program and arguments that run one bot in a process of its own.</summary>
    public IReadOnlyList<string> BotProcessCommand { get; init; } = [];

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
