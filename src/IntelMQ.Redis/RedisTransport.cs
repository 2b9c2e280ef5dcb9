using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace IntelMQ.Redis;

/// <summary>Opens the stream of bytes to a server.</summary>
static class RedisTransport
{
    public static async Task<Stream> OpenAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        var socket = await ConnectAsync(options, cancellationToken);
        var stream = new NetworkStream(socket, ownsSocket: true);
        if (!options.Tls) return stream;

        var secure = new SslStream(stream);
        try
        {
            await secure.AuthenticateAsClientAsync(TlsOf(options), cancellationToken);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync();
            throw;
        }
    }

    static async Task<Socket> ConnectAsync(RedisOptions options, CancellationToken cancellationToken)
    {
        var socket = options.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (options.SocketPath is { } path)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            }
            else
            {
                await socket.ConnectAsync(options.Host, options.Port, cancellationToken);
                // A server whose machine is gone says nothing; a receiver that waits must learn it all the same.
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
            }

            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    static SslClientAuthenticationOptions TlsOf(RedisOptions options)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = options.SocketPath is null ? options.Host : "localhost" };
        if (options.CertificateAuthorityFile is not { } file) return tls;

        var trusted = new X509Certificate2Collection();
        trusted.ImportFromPemFile(file);
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(trusted);
        tls.CertificateChainPolicy = policy;
        return tls;
    }
}
