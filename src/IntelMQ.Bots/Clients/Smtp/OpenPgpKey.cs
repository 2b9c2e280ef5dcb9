using System.Text;

namespace IntelMQ.Bots.Clients.Smtp;

/// <summary>A secret key in the key ring of the user, used by the program <c>gpg</c>.</summary>
/// <param name="Fingerprint">Its fingerprint, or what else names it to <c>gpg</c>.</param>
/// <param name="Passphrase">What unlocks it; null or empty when nothing does.</param>
sealed record OpenPgpKey(string Fingerprint, string? Passphrase)
{
    /// <summary>The digest of signatures, as RFC 3156 names it.</summary>
    public const string Digest = "pgp-sha256";

    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>An armoured signature that stands beside what it is of.</summary>
    /// <exception cref="ConfigurationException">There is no such key, or it cannot be used; the text has the words of the program.</exception>
    public async Task<string> SignAsync(byte[] content, CancellationToken cancellationToken)
    {
        // The first line that the program reads is the passphrase; it is never an argument, which all users of the machine could see.
        var gpg = new ExternalProgram
        {
            FileName = "gpg",
            Arguments = ["--batch", "--no-tty", "--pinentry-mode", "loopback", "--passphrase-fd", "0", "--digest-algo", "SHA256", "--local-user", Fingerprint, "--armor", "--detach-sign"],
            Input = (byte[])[.. Encoding.UTF8.GetBytes((Passphrase ?? "") + "\n"), .. content],
            Timeout = Limit,
        };
        var result = await gpg.RunAsync(cancellationToken);
        return result.ExitCode == 0 ? result.Text : throw new ConfigurationException($"gpg does not sign with the key '{Fingerprint}': {result.Errors.Trim()}");
    }

    /// <summary>What a record would print by itself holds the passphrase.</summary>
    public override string ToString() => Fingerprint;
}
