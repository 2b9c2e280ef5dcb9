using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Extensions;

/// <summary>A public key whose signatures are trusted.</summary>
/// <param name="Id">The first 16 hexadecimal digits of the SHA-256 of the key.</param>
/// <param name="File">Where it is.</param>
/// <param name="Pem">The key.</param>
internal sealed record TrustedKey(string Id, string File, string Pem);

/// <summary>
/// The keys of a root: PEM files with P-256 keys in <c>keys/</c>. As soon as there is one, only packages that one of them
/// has signed are installed.
/// </summary>
internal static class TrustedKeys
{
    /// <summary>The folder in a root that holds the keys.</summary>
    public const string DirectoryName = "keys";

    /// <summary>All keys.</summary>
    /// <exception cref="ExtensionException">One cannot be read: then it is unknown who is trusted.</exception>
    public static IReadOnlyList<TrustedKey> List(string root)
    {
        var directory = Path.Combine(root, DirectoryName);
        if (!Directory.Exists(directory)) return [];
        return [.. Directory.EnumerateFiles(directory, "*.pem").Order(StringComparer.Ordinal).Select(file => Read(file, Encoding.UTF8.GetString(SmallFile.Read(file))))];
    }

    /// <summary>Trusts a key. Of a private key only the public half is kept.</summary>
    /// <param name="root">The extension directory.</param>
    /// <param name="pem">The text of a PEM file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ExtensionException">It is no P-256 key.</exception>
    public static TrustedKey Add(string root, string pem, string name)
    {
        var key = Read(name, pem);
        var directory = Path.Combine(root, DirectoryName);
        var file = Path.Combine(directory, key.Id + ".pem");
        return DiskErrors.Explain($"{file} cannot be written", () =>
        {
            Directory.CreateDirectory(directory);
            DurableFile.Replace(file, Encoding.ASCII.GetBytes(key.Pem + "\n"));
            return key with { File = file };
        });
    }

    /// <summary>Ends the trust in a key.</summary>
    /// <exception cref="ExtensionException">There is no such key.</exception>
    public static TrustedKey Remove(string root, string id)
    {
        var key = List(root).FirstOrDefault(key => key.Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            ?? throw new ExtensionException($"no key {id} is trusted in {root}");
        return DiskErrors.Explain($"{key.File} cannot be removed", () =>
        {
            File.Delete(key.File);
            return key;
        });
    }

    static TrustedKey Read(string file, string pem)
    {
        using var key = PackageSignature.Import(pem, file);
        return new TrustedKey(PackageSignature.IdOf(key), file, key.ExportSubjectPublicKeyInfoPem());
    }
}
