using IntelMQ.Amqp;

namespace IntelMQ.Bots.Servers;

/// <summary>What every bot that speaks to an AMQP server is told about it.</summary>
interface IServerParameters
{
    string ConnectionHost { get; }

    int ConnectionPort { get; }

    string? ConnectionVhost { get; }

    int ConnectionAttempts { get; }

    TimeSpan ConnectionHeartbeat { get; }

    string? Username { get; }

    string? Password { get; }

    bool UseSsl { get; }
}

/// <summary>Makes of these parameters how a server is spoken to.</summary>
static class ServerParameters
{
    public static AmqpOptions ToServer(this IServerParameters parameters, string botId) => new()
    {
        Host = parameters.ConnectionHost,
        Port = parameters.ConnectionPort,
        VirtualHost = string.IsNullOrEmpty(parameters.ConnectionVhost) ? "/" : parameters.ConnectionVhost,
        Username = parameters.Username,
        Password = parameters.Password,
        Tls = parameters.UseSsl,
        Heartbeat = parameters.ConnectionHeartbeat,
        ClientName = botId,
    };
}
