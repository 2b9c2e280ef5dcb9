using System.Runtime.CompilerServices;
using IntelMQ.Amqp;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Amqp;
using IntelMQ.Configuration;

namespace IntelMQ.Host.Brokers;

/// <summary>Makes of the parameters of a pipeline how an AMQP server is used.</summary>
static class AmqpSettings
{
    /// <summary>Opens the broker. Nothing else refers to its assembly, so that a command that needs none does not load the client library.</summary>
    /// <param name="settings">With its secrets resolved.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onNotice">Is told what the log of the host should tell.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static IBroker Open(PipelineSettings settings, TimeProvider time, Action<BrokerNotice>? onNotice)
    {
        var server = new AmqpOptions
        {
            Host = settings.Host,
            Port = settings.Port ?? AmqpOptions.UsualPort,
            VirtualHost = settings.AmqpVirtualHost,
            Username = settings.Username,
            Password = settings.Password?.Reveal(),
            Tls = settings.Ssl,
            CertificateAuthorityFile = settings.CertificateAuthorityFile,
            Time = time,
        };
        if (settings.SocketTimeout is { } timeout && timeout > TimeSpan.Zero) server = server with { ConnectTimeout = timeout, ReplyTimeout = timeout };
        return new AmqpBroker(new AmqpBrokerOptions
        {
            Server = server,
            Exchange = settings.AmqpExchange,
            QueueType = settings.AmqpQueueType == AmqpQueueKind.Quorum ? AmqpQueueType.Quorum : AmqpQueueType.Classic,
            OnNotice = onNotice,
        });
    }
}
