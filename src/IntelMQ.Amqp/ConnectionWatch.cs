using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace IntelMQ.Amqp;

/// <summary>Keeps requests from outliving their connection: the library does not end all of them when it is lost.</summary>
public static class ConnectionWatch
{
    /// <summary>Waits for the work as long as the connection lasts.</summary>
    /// <exception cref="AmqpConnectionException">The connection was lost first; the work may go on without anybody who waits for it.</exception>
    public static async Task<T> WhileOpenAsync<T>(this IConnection connection, Task<T> work)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        AsyncEventHandler<ShutdownEventArgs> end = (_, _) =>
        {
            ended.TrySetResult();
            return Task.CompletedTask;
        };
        connection.ConnectionShutdownAsync += end;
        try
        {
            if (!connection.IsOpen) ended.TrySetResult();
            if (await Task.WhenAny(work, ended.Task) == work) return await work;
            throw new AmqpConnectionException($"The connection to the AMQP server was lost: {connection.CloseReason?.ReplyText}");
        }
        finally
        {
            connection.ConnectionShutdownAsync -= end;
        }
    }

    /// <inheritdoc cref="WhileOpenAsync{T}"/>
    public static Task WhileOpenAsync(this IConnection connection, Task work) => connection.WhileOpenAsync(AsTrueAsync(work));

    static async Task<bool> AsTrueAsync(Task work)
    {
        await work;
        return true;
    }
}
