using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace IntelMQ.Services.Tests;

/// <summary>
/// A web server on loopback, one request per connection: it sends the bytes that the test makes of the request, closes
/// without an answer when there are none, and stays silent when they are null. Parts follow the answer after
/// pauses, and then silence.
/// </summary>
sealed class LoopbackHttpServer : IAsyncDisposable
{
    readonly Func<string, byte[]?> _answer;
    readonly X509Certificate2? _certificate;
    readonly bool _wantsClientCertificate;
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource _stop = new();
    readonly Task _loop;

    public LoopbackHttpServer(Func<string, byte[]?> answer, X509Certificate2? certificate = null, bool wantsClientCertificate = false)
    {
        (_answer, _certificate, _wantsClientCertificate) = (answer, certificate, wantsClientCertificate);
        _listener.Start();
        Url = new Uri($"{(certificate is null ? "http://127.0.0.1" : "https://localhost")}:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _loop = ServeAsync();
    }

    public Uri Url { get; }

    /// <summary>Head and body of each request.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public ConcurrentQueue<string> ClientCertificates { get; } = [];

    /// <summary>Sent after the answer, one by one.</summary>
    public IReadOnlyList<byte[]> Parts { get; init; } = [];

    /// <summary>Before each part.</summary>
    public TimeSpan Pause { get; init; }

    public static byte[] Ok(string body) => Encoding.UTF8.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");

    async Task ServeAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true) connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var connection = client;
        try
        {
            await using var stream = await OpenAsync(client);
            var request = await ReadAsync(stream);
            Requests.Enqueue(request);
            var answer = _answer(request);
            if (answer is not null) await stream.WriteAsync(answer, _stop.Token);
            foreach (var part in Parts)
            {
                await Task.Delay(Pause, _stop.Token);
                await stream.WriteAsync(part, _stop.Token);
            }

            if (answer is null || Parts.Count > 0) await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
        {
            // The client went away or refused us, or the test is over.
        }
    }

    async Task<Stream> OpenAsync(TcpClient client)
    {
        if (_certificate is null) return client.GetStream();
        var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = _certificate,
                ClientCertificateRequired = _wantsClientCertificate,
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
            },
            _stop.Token);
        if (tls.RemoteCertificate is { } shown) ClientCertificates.Enqueue(shown.Subject);
        return tls;
    }

    async Task<string> ReadAsync(Stream stream)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        while (true)
        {
            var length = await stream.ReadAsync(buffer, _stop.Token);
            if (length == 0) return text.ToString();
            text.Append(Encoding.Latin1.GetString(buffer, 0, length));
            var request = text.ToString();
            var end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && request.Length >= end + 4 + BodyLength(request)) return request;
        }
    }

    static int BodyLength(string request)
    {
        const string Name = "Content-Length: ";
        var at = request.IndexOf(Name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? 0 : int.Parse(request[(at + Name.Length)..request.IndexOf('\r', at)]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _listener.Dispose();
        _stop.Dispose();
    }
}

/// <summary>A certificate authority made for one test.</summary>
sealed class TestAuthority : IDisposable
{
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly X509Certificate2 _certificate;
    static readonly DateTimeOffset Start = TimeProvider.System.GetUtcNow().AddDays(-1);

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=Test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(Start, Start.AddDays(10));
    }

    public string Pem => _certificate.ExportCertificatePem();

    public X509Certificate2 Issue(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(_certificate, Start, Start.AddDays(5), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }
}
