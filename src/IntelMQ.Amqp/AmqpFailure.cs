using System.Net.Sockets;
using RabbitMQ.Client.Exceptions;

namespace IntelMQ.Amqp;

/// <summary>Tells apart what the client library throws.</summary>
public static class AmqpFailure
{
    public const ushort AccessRefused = 403;
    public const ushort NotFound = 404;
    public const ushort PreconditionFailed = 406;
    public const ushort NotAllowed = 530;
    public const ushort InternalError = 541;

    /// <summary>The connection or channel is gone, or the server has said no; not an error of the program.</summary>
    public static bool IsOne(Exception error) =>
        error is RabbitMQClientException or ProtocolException or IOException or SocketException or TimeoutException or ObjectDisposedException or OperationCanceledException;

    /// <summary>Why the server has closed the channel or the connection; 0 where it has not.</summary>
    public static ushort ReplyCodeOf(Exception error) => error is OperationInterruptedException { ShutdownReason: { } reason } ? reason.ReplyCode : (ushort)0;

    /// <summary>What is behind the exceptions that the library wraps around it.</summary>
    public static Exception CauseOf(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var first, ..] } => CauseOf(first),
        BrokerUnreachableException { InnerException: { } inner } => CauseOf(inner),
        PossibleAuthenticationFailureException { InnerException: OperationInterruptedException inner } => inner,
        IOException { InnerException: { } inner } => CauseOf(inner),
        _ => error,
    };

    /// <summary>What went wrong, for messages.</summary>
    public static string TextOf(Exception error) => CauseOf(error) switch
    {
        OperationInterruptedException { ShutdownReason: { } reason } => reason.ReplyText,
        OperationCanceledException or TimeoutException => "no answer in time",
        var cause => cause.Message,
    };
}
