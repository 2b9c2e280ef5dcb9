namespace IntelMQ.Extensions;

/// <summary>Puts the files of an archive where they belong: first into a hidden folder, to the disk, and then under their name at once. Needs the <see cref="RootLock"/>.</summary>
internal sealed class Placement(string root, PackageArchive archive)
{
    /// <summary>Where the files are, and what they are.</summary>
    public sealed record Placed(string Directory, string Tree, string? SignedBy);

    /// <summary>Unpacks and checks the signature.</summary>
    /// <param name="replace">Takes the place of files that are there and differ; otherwise they are a reason to refuse.</param>
    /// <param name="expectedTree">What the hash of the files must be.</param>
    /// <param name="cancellationToken">Ends the unpacking.</param>
    /// <exception cref="ExtensionException">It is refused.</exception>
    public async Task<Placed> PlaceAsync(bool replace, string? expectedTree, CancellationToken cancellationToken)
    {
        var manifest = archive.Manifest;
        var directory = Path.Combine(Path.GetFullPath(root), manifest.Id, manifest.Version.ToString());
        RemoveLeftovers();
        var hidden = Path.Combine(Path.GetFullPath(root), $"{HiddenPrefix}{Guid.NewGuid():n}");
        Directory.CreateDirectory(hidden);
        try
        {
            var files = await archive.UnpackAsync(hidden, cancellationToken);
            var tree = TreeHash.Of(files);
            if (expectedTree is not null && tree != expectedTree) throw new ExtensionException($"the files of {manifest.Id} {manifest.Version} have the hash {tree}; {LockFile.FileName} says {expectedTree}");
            var signer = CheckSignature(files);
            Switch(hidden, directory, tree, replace);
            FileRecord.Write(directory, files);
            VersionUse.Prepare(directory);
            return new(directory, tree, signer);
        }
        finally
        {
            if (Directory.Exists(hidden)) Directory.Delete(hidden, recursive: true);
        }
    }

    internal const string HiddenPrefix = ".new-";

    // What a process left that was killed while it held the lock.
    void RemoveLeftovers()
    {
        foreach (var left in Directory.EnumerateDirectories(root, HiddenPrefix + "*")) Directory.Delete(left, recursive: true);
    }

    string? CheckSignature(IReadOnlyList<(string Path, string Sha256)> files)
    {
        var keys = TrustedKeys.List(root);
        var manifest = archive.Manifest;
        if (archive.TryRead(PackageSignature.FileName) is { } bytes) return PackageSignature.Read(PackageSignature.FileName, bytes).Verify(manifest, files, keys);
        return keys.Count == 0 ? null : throw new ExtensionException($"{manifest.Id} {manifest.Version} is not signed; {root} has trusted keys and takes only signed packages");
    }

    static void Switch(string hidden, string directory, string tree, bool replace)
    {
        var parent = Path.GetDirectoryName(directory)!;
        Directory.CreateDirectory(parent);
        if (Directory.Exists(directory))
        {
            if (TreeHash.Of(directory) == tree) return;
            if (!replace) throw new ExtensionException($"{directory} is there with other files, and a version is never overwritten; 'intelmqctl extensions restore' or 'remove' first");
            var aside = Path.Combine(Path.GetDirectoryName(hidden)!, $"{HiddenPrefix}{Guid.NewGuid():n}");
            Directory.Move(directory, aside);
            Directory.Move(hidden, directory);
            Directory.Delete(aside, recursive: true);
        }
        else
        {
            Directory.Move(hidden, directory);
        }

        DurableFile.FlushDirectory(parent);
        DurableFile.FlushDirectory(Path.GetDirectoryName(parent)!);
    }
}
