namespace IntelMQ.Extensions;

/// <summary>Says which versions of a package a source has, and fetches one.</summary>
internal abstract class PackageFeed(PackageSource source)
{
    public PackageSource Source { get; } = source;

    /// <summary>The reader for the kind of source.</summary>
    /// <exception cref="ExtensionException">It is neither URL nor existing path.</exception>
    public static PackageFeed Of(PackageSource source, HttpClient http)
    {
        if (source.Url is not null) return new HttpFeed(source, http);
        if (Directory.Exists(source.Location)) return new FolderFeed(source);
        return File.Exists(source.Location)
            ? new FileFeed(source)
            : throw new ExtensionException($"'{source}' is neither the URL of a feed nor an existing file or folder");
    }

    /// <summary>All versions of a package; empty when the source does not know it. A null id asks for whatever a single file holds.</summary>
    public abstract Task<IReadOnlyList<SemanticVersion>> VersionsAsync(string? id, CancellationToken cancellationToken);

    /// <summary>Copies the <c>.nupkg</c> of a version.</summary>
    /// <param name="id">Of the package; null for whatever a single file holds.</param>
    /// <param name="version">One of <see cref="VersionsAsync"/>.</param>
    /// <param name="target">Where the bytes go.</param>
    /// <param name="copied">Told how many bytes there are by now, and how many there will be if that is known.</param>
    /// <param name="cancellationToken">Ends the copying.</param>
    /// <returns>The file or URL that it is from, for messages.</returns>
    public abstract Task<string> FetchAsync(string? id, SemanticVersion version, Stream target, Action<long, long?> copied, CancellationToken cancellationToken);

    /// <exception cref="ExtensionException">There are more bytes than a package may have.</exception>
    protected static async Task CopyAsync(Stream from, Stream to, long? total, Action<long, long?> copied, CancellationToken cancellationToken)
    {
        if (total > PackageLimits.ArchiveBytes) throw TooLarge();
        var buffer = new byte[81920];
        long done = 0;
        for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            if ((done += read) > PackageLimits.ArchiveBytes) throw TooLarge();
            await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            copied(done, total);
        }
    }

    static ExtensionException TooLarge() => new($"the package is larger than {PackageLimits.ArchiveBytes >> 20} MiB");
}

/// <summary>How large packages may be.</summary>
internal static class PackageLimits
{
    /// <summary>Bytes of a <c>.nupkg</c>.</summary>
    public const long ArchiveBytes = 256L << 20;

    /// <summary>Bytes of its files.</summary>
    public const long UnpackedBytes = 512L << 20;

    /// <summary>Entries of a <c>.nupkg</c>.</summary>
    public const int Entries = 10_000;
}

/// <summary>One <c>.nupkg</c>.</summary>
internal sealed class FileFeed(PackageSource source) : PackageFeed(source)
{
    public override Task<IReadOnlyList<SemanticVersion>> VersionsAsync(string? id, CancellationToken cancellationToken)
    {
        using var archive = PackageArchive.OpenFile(Source.Location);
        IReadOnlyList<SemanticVersion> versions = id is null || archive.Manifest.Id.Equals(id, StringComparison.OrdinalIgnoreCase) ? [archive.Manifest.Version] : [];
        return Task.FromResult(versions);
    }

    public override async Task<string> FetchAsync(string? id, SemanticVersion version, Stream target, Action<long, long?> copied, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(Source.Location);
        await CopyAsync(file, target, file.Length, copied, cancellationToken);
        return Source.Location;
    }
}

/// <summary>A folder of <c>&lt;id&gt;.&lt;version&gt;.nupkg</c>. Names say what to look at; what counts is the manifest inside.</summary>
internal sealed class FolderFeed(PackageSource source) : PackageFeed(source)
{
    public override Task<IReadOnlyList<SemanticVersion>> VersionsAsync(string? id, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<SemanticVersion>>([.. Files(id).Select(file => file.Version)]);

    List<(string File, SemanticVersion Version)> Files(string? id)
    {
        if (id is null) throw new ExtensionException($"'{Source}' is a folder: which package of it?");
        var files = new List<(string, SemanticVersion)>();
        foreach (var file in Directory.EnumerateFiles(Source.Location, "*.nupkg"))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (!name.StartsWith(id + ".", StringComparison.OrdinalIgnoreCase)) continue;
            if (SemanticVersion.TryParse(name[(id.Length + 1)..], out var version)) files.Add((file, version));
        }

        return files;
    }

    public override async Task<string> FetchAsync(string? id, SemanticVersion version, Stream target, Action<long, long?> copied, CancellationToken cancellationToken)
    {
        var path = Files(id).First(candidate => candidate.Version == version).File;
        await using var file = File.OpenRead(path);
        await CopyAsync(file, target, file.Length, copied, cancellationToken);
        return path;
    }
}
