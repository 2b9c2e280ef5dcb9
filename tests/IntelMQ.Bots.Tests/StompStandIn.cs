using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IntelMQ.Bots.Tests;

/// <summary>A stand-in for a STOMP server, which says what a test wants.</summary>
sealed class StompStandIn : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly X509Certificate2 _certificate;

    public StompStandIn()
    {
        _listener.Start();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var ephemeral = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        _certificate = X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), null);
        Authorities = _certificate.ExportCertificatePem();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The certificate of the server, which is its own authority, as PEM.</summary>
    public string Authorities { get; }

    /// <summary>Takes one connection, speaks TLS on it, and closes it after the conversation.</summary>
    public async Task ServeAsync(Func<SslStream, Task> converse, CancellationToken cancellationToken)
    {
        using var client = await _listener.AcceptTcpClientAsync(cancellationToken);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, cancellationToken);
        await converse(stream);
    }

    public static ValueTask SayAsync(SslStream stream, string frames, CancellationToken cancellationToken) => stream.WriteAsync(Encoding.UTF8.GetBytes(frames), cancellationToken);

    /// <summary>The next frame, without the zero at its end and without heart-beats before it.</summary>
    public static async Task<string> HearAsync(SslStream stream, CancellationToken cancellationToken)
    {
        var frame = new List<byte>();
        var one = new byte[1];
        while (await stream.ReadAsync(one, cancellationToken) == 1 && one[0] != 0)
            if (frame.Count > 0 || one[0] != '\n')
                frame.Add(one[0]);
        return Encoding.UTF8.GetString([.. frame]);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _certificate.Dispose();
    }
}
