using IntelMQ.Amqp;
using RabbitMQ.Client;

namespace IntelMQ.Bots.Servers;

/// <summary>Connects bots, and says what the host must do when that fails.</summary>
static class ServerConnection
{
    /// <exception cref="ConfigurationException">The server refuses the user, the password or the virtual host.</exception>
    /// <exception cref="TransientException">The server does not answer.</exception>
    public static async Task<IConnection> OpenAsync(IServerParameters parameters, string botId, IBotLog log, CancellationToken cancellationToken)
    {
        var server = parameters.ToServer(botId);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await AmqpConnector.OpenAsync(server, cancellationToken);
            }
            catch (AmqpConnectionException e) when (e.IsRefusal)
            {
                throw new ConfigurationException(e.Message, e);
            }
            catch (AmqpConnectionException e) when (attempt < parameters.ConnectionAttempts)
            {
                log.Info($"{e.Message} This was attempt {attempt} of {parameters.ConnectionAttempts}.");
            }
            catch (AmqpConnectionException e)
            {
                throw new TransientException(e.Message, inner: e);
            }
        }
    }

    /// <summary>Declares the exchange that the parameters name; none without a name.</summary>
    /// <exception cref="ConfigurationException">It exists with another type, or the user may not.</exception>
    public static async Task DeclareExchangeAsync(IChannel channel, string? name, string type, bool durable, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(name)) return;
        try
        {
            await channel.ExchangeDeclareAsync(name, type, durable, autoDelete: false, cancellationToken: cancellationToken);
        }
        catch (Exception e) when (AmqpFailure.ReplyCodeOf(e) != 0)
        {
            throw new ConfigurationException($"The exchange '{name}' of type '{type}' cannot be used: {AmqpFailure.TextOf(e)}", e);
        }
    }
}
