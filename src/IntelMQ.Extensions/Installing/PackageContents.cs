using System.Security.Cryptography;

namespace IntelMQ.Extensions;

/// <summary>A file of a package.</summary>
/// <param name="Path">Relative to the manifest, with slashes.</param>
/// <param name="Bytes">How large it is.</param>
/// <param name="Sha256">Its hash, in lower case hexadecimal digits.</param>
internal sealed record PackageFile(string Path, long Bytes, string Sha256);

/// <summary>What the signature of a package is worth here.</summary>
/// <param name="Key">The id of the key that it names; null when there is no signature that can be read.</param>
/// <param name="IsTrusted">It is a good signature of a key that is trusted here.</param>
/// <param name="Problem">Why the package would be refused for its signature, or the lack of it; null when it would not.</param>
internal sealed record SignatureState(string? Key, bool IsTrusted, string? Problem);

/// <summary>What is in a package, installed or not: its files with their hashes, and the signature. No code of it runs.</summary>
internal sealed record PackageContents
{
    /// <summary>The hash of the archive; null for a folder.</summary>
    public string? Archive { get; private init; }

    /// <summary>The hash of all files, as the lock records it.</summary>
    public required string Tree { get; init; }

    /// <summary>By path.</summary>
    public required IReadOnlyList<PackageFile> Files { get; init; }

    public required SignatureState Signature { get; init; }

    /// <summary>Of an opened package file.</summary>
    /// <param name="archive">The package.</param>
    /// <param name="file">Where it is.</param>
    /// <param name="root">The extension directory whose keys are trusted.</param>
    /// <param name="cancellationToken">Ends the hashing.</param>
    /// <exception cref="ExtensionException">An entry cannot be read.</exception>
    public static async Task<PackageContents> OfArchiveAsync(PackageArchive archive, string file, string root, CancellationToken cancellationToken)
    {
        var hashes = await archive.HashAsync(cancellationToken);
        await using var stream = File.OpenRead(file);
        var contents = Of(archive.Manifest, hashes, archive.LengthOf, archive.TryRead(PackageSignature.FileName), root);
        return contents with { Archive = "sha512-" + Convert.ToBase64String(await SHA512.HashDataAsync(stream, cancellationToken)) };
    }

    /// <summary>Of an installed package.</summary>
    /// <param name="manifest">Of the package.</param>
    /// <param name="directory">The folder with the manifest.</param>
    /// <param name="root">The extension directory whose keys are trusted.</param>
    /// <param name="cancellationToken">Ends the hashing.</param>
    /// <exception cref="ExtensionException">A file cannot be read.</exception>
    public static Task<PackageContents> OfFolderAsync(ExtensionManifest manifest, string directory, string root, CancellationToken cancellationToken) =>
        DiskErrors.ExplainAsync($"{directory} cannot be read", async () =>
        {
            var hashes = await TreeHash.FilesAsync(directory, cancellationToken);
            var signature = Path.Combine(directory, PackageSignature.FileName);
            return Of(manifest, hashes, path => new FileInfo(Path.Combine(directory, path)).Length, File.Exists(signature) ? SmallFile.Read(signature) : null, root);
        });

    static PackageContents Of(ExtensionManifest manifest, IReadOnlyList<(string Path, string Sha256)> hashes, Func<string, long> lengthOf, byte[]? signature, string root) => new()
    {
        Tree = TreeHash.Of(hashes),
        Files = [.. hashes.OrderBy(file => file.Path, StringComparer.Ordinal).Select(file => new PackageFile(file.Path, lengthOf(file.Path), file.Sha256))],
        Signature = StateOf(manifest, hashes, signature, root),
    };

    static SignatureState StateOf(ExtensionManifest manifest, IReadOnlyList<(string Path, string Sha256)> hashes, byte[]? signature, string root)
    {
        string? key = null;
        try
        {
            var keys = TrustedKeys.List(root);
            if (signature is null) return new(null, false, keys.Count == 0 ? null : $"it is not signed, and {root} has trusted keys");
            var read = PackageSignature.Read(PackageSignature.FileName, signature);
            key = read.Key;
            return new(key, read.Verify(manifest, hashes, keys) is not null, null);
        }
        catch (ExtensionException e)
        {
            return new(key, false, e.Message);
        }
    }
}
