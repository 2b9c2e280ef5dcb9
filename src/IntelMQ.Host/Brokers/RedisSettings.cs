using IntelMQ.Brokers;
using IntelMQ.Brokers.Redis;
using IntelMQ.Configuration;
using IntelMQ.Redis;

namespace IntelMQ.Host.Brokers;

/// <summary>Makes of the parameters of a pipeline how a Redis server is used.</summary>
static class RedisSettings
{
    const int UsualPort = 6379;

    /// <param name="settings">With its secrets resolved.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onNotice">Is told what the log of the host should tell.</param>
    public static RedisBrokerOptions ToOptions(PipelineSettings settings, TimeProvider time, Action<BrokerNotice>? onNotice = null)
    {
        var server = new RedisOptions
        {
            Host = settings.Host,
            Port = settings.Port ?? UsualPort,
            Database = settings.Database,
            Username = settings.Username,
            Password = settings.Password?.Reveal(),
            Tls = settings.Ssl,
            CertificateAuthorityFile = settings.CertificateAuthorityFile,
            Time = time,
        };
        if (settings.SocketTimeout is { } timeout && timeout > TimeSpan.Zero) server = server with { ConnectTimeout = timeout, ReplyTimeout = timeout };
        return new RedisBrokerOptions { Server = server, MemoryLimit = settings.MemoryLimit, OnNotice = onNotice };
    }
}
