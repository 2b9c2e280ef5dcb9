using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Services;

/// <summary>Makes the HTTP clients of bots as their <c>http_*</c> parameters say.</summary>
/// <param name="log">Where an oddity of the parameters is told.</param>
public sealed class HttpClients(IBotLog log) : IHttpClients
{
    /// <inheritdoc />
    public HttpClient Create(HttpOptions options)
    {
        var authorities = Authorities(options);
        var certificate = ClientCertificate(options);
        var proxy = Proxy(options);
        return Assemble(options, authorities, certificate, proxy);
    }

    static HttpClient Assemble(HttpOptions options, X509Certificate2Collection? authorities, X509Certificate2? certificate, SchemeProxy? proxy)
    {
        var connections = new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = options.HttpTimeoutSec > TimeSpan.Zero ? options.HttpTimeoutSec : Timeout.InfiniteTimeSpan,
            UseCookies = false,
            // Addresses behind a name change; a collector that runs for months must notice.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // As the original: only what the parameters say, not the environment of the process.
            UseProxy = proxy is not null,
            Proxy = proxy,
            SslOptions = Tls(options, authorities, certificate),
        };
        var client = new HttpClient(new HttpTries(options, connections)) { Timeout = Timeout.InfiniteTimeSpan };
        AddHeaders(client, options);
        return client;
    }

    static SslClientAuthenticationOptions Tls(HttpOptions options, X509Certificate2Collection? authorities, X509Certificate2? certificate)
    {
        var tls = new SslClientAuthenticationOptions();
        if (options.HttpVerifyCert.TryGetBoolean(out var verify) && !verify)
        {
#pragma warning disable CA5359 // The operator has switched verification off for this bot.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        if (authorities is not null)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        if (certificate is not null) tls.ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null);
        return tls;
    }

    static X509Certificate2Collection? Authorities(HttpOptions options)
    {
        if (options.HttpVerifyCert.TryGetBoolean(out _)) return null;
        if (options.HttpVerifyCert.Text is not { Length: > 0 } path)
            throw new ConfigurationException($"http_verify_cert is {options.HttpVerifyCert}, expected true, false or the path of a file with certificate authorities.");
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPemFile(path);
            if (authorities.Count > 0) return authorities;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"The file {path} of http_verify_cert cannot be read: {e.Message}", e);
        }

        throw new ConfigurationException($"The file {path} of http_verify_cert has no certificate; expected one or more in PEM form.");
    }

    static X509Certificate2? ClientCertificate(HttpOptions options)
    {
        if (string.IsNullOrEmpty(options.SslClientCertificate)) return null;
        try
        {
            return X509Certificate2.CreateFromPemFile(options.SslClientCertificate);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"The file {options.SslClientCertificate} of ssl_client_certificate cannot be read: {e.Message} Expected a certificate and its key in PEM form.", e);
        }
    }

    SchemeProxy? Proxy(HttpOptions options)
    {
        var (http, https) = (options.HttpProxy, options.HttpsProxy);
        if (string.IsNullOrEmpty(http) && string.IsNullOrEmpty(https)) return null;
        if (!string.IsNullOrEmpty(http) && !string.IsNullOrEmpty(https)) return new SchemeProxy(ProxyUri("http_proxy", http), ProxyUri("https_proxy", https));
        // As the original: a proxy for half of the requests is more likely a mistake than a wish.
        var given = string.IsNullOrEmpty(http) ? "https_proxy" : "http_proxy";
        log.Warning($"Only {given} seems to be set. Both http and https proxies must be set. No proxy is used.");
        return null;
    }

    static Uri ProxyUri(string parameter, string text)
    {
        // A proxy is often written without its scheme.
        var full = text.Contains("://", StringComparison.Ordinal) ? text : "http://" + text;
        return Uri.TryCreate(full, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" or "socks4" or "socks4a" or "socks5"
            ? uri
            : throw new ConfigurationException($"{parameter} is \"{text}\", expected a URL such as http://proxy.example:3128.");
    }

    static void AddHeaders(HttpClient client, HttpOptions options)
    {
        var headers = client.DefaultRequestHeaders;
        if (!string.IsNullOrEmpty(options.HttpUserAgent)) headers.TryAddWithoutValidation("User-Agent", options.HttpUserAgent);
        if (!string.IsNullOrEmpty(options.HttpUsername))
        {
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.HttpUsername}:{options.HttpPassword}"));
            headers.TryAddWithoutValidation("Authorization", "Basic " + credentials);
        }

        foreach (var (name, value) in options.HttpHeader)
        {
            // What the operator writes out replaces what other parameters say.
            headers.Remove(name);
            if (!headers.TryAddWithoutValidation(name, value)) throw new ConfigurationException($"http_header has \"{name}\", which is no header of a request.");
        }
    }
}

/// <summary>One proxy for http and one for https.</summary>
sealed class SchemeProxy(Uri http, Uri https) : IWebProxy
{
    public ICredentials? Credentials { get; set; } = CredentialsOf(http) ?? CredentialsOf(https);

    public Uri? GetProxy(Uri destination) => destination.Scheme == Uri.UriSchemeHttps ? https : http;

    public bool IsBypassed(Uri host) => false;

    static NetworkCredential? CredentialsOf(Uri proxy)
    {
        if (proxy.UserInfo.Length == 0) return null;
        var parts = proxy.UserInfo.Split(':', 2);
        return new NetworkCredential(Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
    }
}

/// <summary>
/// Tries a request again when its connection fails, at once and <c>http_timeout_max_tries</c> times in all, each with
/// <c>http_timeout_sec</c> until the head of the answer. Any answer of the server ends the tries; its body may take any time,
/// but not pause for longer than that.
/// </summary>
sealed class HttpTries(HttpOptions options, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // What is sent from a stream would be gone at the second try.
        if (request.Content is { } content) await content.LoadIntoBufferAsync(cancellationToken);
        for (var attempt = 1;; attempt++)
        {
            try
            {
                return await TryAsync(request, cancellationToken);
            }
            catch (HttpRequestException) when (attempt < options.HttpTimeoutMaxTries && !cancellationToken.IsCancellationRequested)
            {
                // The next try may reach the server.
            }
        }
    }

    async Task<HttpResponseMessage> TryAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (options.HttpTimeoutSec > TimeSpan.Zero) timeout.CancelAfter(options.HttpTimeoutSec);
        try
        {
            var response = await base.SendAsync(request, timeout.Token);
            if (options.HttpTimeoutSec > TimeSpan.Zero) response.Content = new PatientContent(response.Content, request.RequestUri?.Host ?? "The server", options.HttpTimeoutSec);
            return response;
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, $"{request.RequestUri?.Host} did not answer within {options.HttpTimeoutSec.TotalSeconds:0.##} s.", e);
        }
    }
}
