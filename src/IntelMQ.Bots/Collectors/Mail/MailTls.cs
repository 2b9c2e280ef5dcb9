using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IntelMQ.Bots.Collectors.Mail;

/// <summary>How the certificate of a mail server is verified.</summary>
static class MailTls
{
    /// <exception cref="ConfigurationException">A file with certificates cannot be read.</exception>
    public static SslClientAuthenticationOptions Options(MailCollectorOptions options)
    {
        var tls = new SslClientAuthenticationOptions { TargetHost = options.MailHost };
        if (options.HttpVerifyCert.TryGetBoolean(out var verify) && !verify)
        {
#pragma warning disable CA5359 // The operator has switched verification off for this bot.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
            return tls;
        }

        var path = string.IsNullOrEmpty(options.SslCaCertificate) ? options.HttpVerifyCert.Text : options.SslCaCertificate;
        if (string.IsNullOrEmpty(path)) return tls;
        tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        try
        {
            tls.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ConfigurationException($"The file '{path}' with certificate authorities cannot be read: {e.Message}", e);
        }

        return tls;
    }
}
