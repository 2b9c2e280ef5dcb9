using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntelMQ.Bots.Clients.Stomp;

/// <summary>Where a STOMP server is, and what proves who we are. The connection is always encrypted.</summary>
sealed record StompEndpoint
{
    public required string Server { get; init; }

    public required int Port { get; init; }

    /// <summary>Between two signs of life, in both directions; zero asks for none.</summary>
    public required TimeSpan Heartbeat { get; init; }

    /// <summary>A file with certificate authorities; empty means those of the system.</summary>
    public required string CaCertificate { get; init; }

    /// <summary>Whether the client proves itself by a certificate instead of a password.</summary>
    public required bool UsesClientCertificate { get; init; }

    public required string ClientCertificate { get; init; }

    public required string ClientCertificateKey { get; init; }

    public required string Username { get; init; }

    public required string Password { get; init; }

    /// <summary>The endpoint that a bot's parameters name.</summary>
    public static StompEndpoint Of(IStompOptions options) => new()
    {
        Server = options.Server,
        Port = options.Port,
        Heartbeat = TimeSpan.FromMilliseconds(options.Heartbeat),
        CaCertificate = options.SslCaCertificate,
        UsesClientCertificate = options.AuthBySslClientCertificate,
        ClientCertificate = options.SslClientCertificate,
        ClientCertificateKey = options.SslClientCertificateKey,
        Username = options.Username,
        Password = options.Password,
    };

    /// <summary>Files that are missing or cannot be read.</summary>
    public IEnumerable<CheckResult> Check()
    {
        (string Parameter, string Path)[] files = UsesClientCertificate
            ? [("ssl_ca_certificate", CaCertificate), ("ssl_client_certificate", ClientCertificate), ("ssl_client_certificate_key", ClientCertificateKey)]
            : [("ssl_ca_certificate", CaCertificate)];
        foreach (var (parameter, path) in files)
        {
            // Without authorities of our own those of the system count.
            if (path.Length == 0 && parameter == "ssl_ca_certificate") continue;
            if (ProblemOf(path) is { } problem) yield return new(BotLogLevel.Error, $"{parameter}: {problem}", parameter);
        }
    }

    static string? ProblemOf(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"the file '{path}' cannot be read: {e.Message}";
        }
    }

    /// <exception cref="ConfigurationException">A file has no certificate or key.</exception>
    internal SslClientAuthenticationOptions TlsOptions()
    {
        var tls = new SslClientAuthenticationOptions
        {
            TargetHost = Server,
#pragma warning disable CA5398 // Older versions, which the system may still have, are not safe.
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
#pragma warning restore CA5398
        };
        try
        {
            if (CaCertificate.Length > 0)
            {
                tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
                tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(CaCertificate);
            }

            if (UsesClientCertificate) tls.ClientCertificateContext = SslStreamCertificateContext.Create(X509Certificate2.CreateFromPemFile(ClientCertificate, ClientCertificateKey), null);
            return tls;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"A certificate for {Server} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>Parameters of the bots that speak STOMP.</summary>
interface IStompOptions
{
    string Server { get; }

    int Port { get; }

    /// <summary>Milliseconds.</summary>
    int Heartbeat { get; }

    string SslCaCertificate { get; }

    bool AuthBySslClientCertificate { get; }

    string SslClientCertificate { get; }

    string SslClientCertificateKey { get; }

    string Username { get; }

    string Password { get; }
}
