using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace IntelMQ.Amqp;

/// <summary>Opens connections.</summary>
public static class AmqpConnector
{
    /// <summary>What RabbitMQ itself takes at most; a report may have it all.</summary>
    const uint LargestMessage = 512u << 20;

    /// <exception cref="AmqpConnectionException">The server does not answer or refuses.</exception>
    public static async Task<IConnection> OpenAsync(AmqpOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var opening = ProvedAsync(options, cancellationToken);
            try
            {
                // A server that is frozen takes connections, and the library is patient with it.
                return await opening.WaitAsync(options.ConnectTimeout, options.Time, cancellationToken);
            }
            catch
            {
                _ = GiveUpAsync(opening);
                throw;
            }
        }
        catch (Exception e) when (AmqpFailure.IsOne(e) && !cancellationToken.IsCancellationRequested)
        {
            var cause = AmqpFailure.CauseOf(e);
            var refused = cause is AuthenticationFailureException || AmqpFailure.ReplyCodeOf(cause) is AmqpFailure.AccessRefused or AmqpFailure.NotAllowed;
            var why = AmqpFailure.TextOf(cause).TrimEnd('.');
            throw new AmqpConnectionException($"The AMQP server at {options.Place} {(refused ? "refuses the connection" : "cannot be used")}: {why}.", refused, e);
        }
    }

    /// <summary>The library takes a connection for open whose virtual host the server refuses, until it is used.</summary>
    static async Task<IConnection> ProvedAsync(AmqpOptions options, CancellationToken cancellationToken)
    {
        var connection = await FactoryOf(options).CreateConnectionAsync(options.ClientName, cancellationToken);
        try
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>What opens too late is closed again.</summary>
    static async Task GiveUpAsync(Task<IConnection> opening)
    {
        try
        {
            await (await opening).DisposeAsync();
        }
        catch (Exception e) when (AmqpFailure.IsOne(e))
        {
            // It does not open any more.
            return;
        }
    }

    static ConnectionFactory FactoryOf(AmqpOptions options)
    {
        var factory = new ConnectionFactory
        {
            HostName = options.Host,
            Port = options.Port,
            VirtualHost = options.VirtualHost,
            RequestedHeartbeat = options.Heartbeat,
            RequestedConnectionTimeout = options.ConnectTimeout,
            HandshakeContinuationTimeout = options.ConnectTimeout,
            ContinuationTimeout = options.ReplyTimeout,
            MaxInboundMessageBodySize = LargestMessage,
            // Whoever uses the connection knows what is to be done again over the next one; the library does not.
            AutomaticRecoveryEnabled = false,
        };
        if (!string.IsNullOrEmpty(options.Username) && !string.IsNullOrEmpty(options.Password)) (factory.UserName, factory.Password) = (options.Username, options.Password);
        if (options.Tls) factory.Ssl = TlsOf(options);
        return factory;
    }

    static SslOption TlsOf(AmqpOptions options)
    {
        var tls = new SslOption(options.Host, enabled: true) { AcceptablePolicyErrors = SslPolicyErrors.None };
        if (options.CertificateAuthorityFile is not { } file) return tls;

        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(file);
        tls.CertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors, trusted);
        return tls;
    }

    static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors, X509Certificate2Collection trusted)
    {
        // That the chain does not end at one of the system's is the reason to name others.
        if (certificate is not X509Certificate2 own || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None) return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(trusted);
        return chain.Build(own);
    }
}
