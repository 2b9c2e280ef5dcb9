namespace IntelMQ.Bots.Collectors.Http;

/// <summary>Verifies detached signatures with the program <c>gpg</c>.</summary>
static class PgpSignature
{
    /// <param name="content">What is signed.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="keyring">Path of the keyring; null means the user's own.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <returns>Null for a good signature of a known key, otherwise what is wrong.</returns>
    /// <exception cref="ConfigurationException">The program is not installed.</exception>
    public static async Task<string?> VerifyAsync(byte[] content, byte[] signature, string? keyring, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("intelmq-signature-");
        try
        {
            var (data, sign) = (Path.Combine(directory.FullName, "data"), Path.Combine(directory.FullName, "data.sig"));
            await System.IO.File.WriteAllBytesAsync(data, content, cancellationToken);
            await System.IO.File.WriteAllBytesAsync(sign, signature, cancellationToken);
            var (status, messages) = await RunAsync([.. Keyring(keyring), "--verify", sign, data], cancellationToken);
            return status.Contains("[GNUPG:] VALIDSIG ", StringComparison.Ordinal) && status.Contains("[GNUPG:] GOODSIG ", StringComparison.Ordinal) ? null : messages.Trim();
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    static string[] Keyring(string? keyring) => keyring is null ? [] : ["--no-default-keyring", "--keyring", Path.GetFullPath(keyring)];

    static async Task<(string Status, string Messages)> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var gpg = new ExternalProgram
        {
            FileName = "gpg",
            Arguments = ["--batch", "--status-fd", "1", .. arguments],
            Environment = new Dictionary<string, string?> { ["LC_ALL"] = "C" },
        };
        var result = await gpg.RunAsync(cancellationToken);
        return (result.Text, result.Errors);
    }
}
