namespace IntelMQ.Amqp;

/// <summary>There is no connection to the server.</summary>
/// <param name="message">A sentence for the operator.</param>
/// <param name="isRefusal">The server is there and does not let this user in; another attempt will not help.</param>
/// <param name="inner">The cause.</param>
public sealed class AmqpConnectionException(string message, bool isRefusal = false, Exception? inner = null) : IOException(message, inner)
{
    public bool IsRefusal => isRefusal;
}
