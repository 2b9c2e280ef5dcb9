using System.Security.Cryptography;

namespace IntelMQ.Extensions;

/// <summary>A package fetched into a temporary file, which goes away with it.</summary>
internal sealed class Download : IAsyncDisposable
{
    readonly FileStream _file;
    readonly string _name;

    Download(FileStream file, string name, PackageSource source, string hash) => (_file, _name, Source, Hash) = (file, name, source, hash);

    public PackageSource Source { get; }

    /// <summary><c>sha512-</c> and base 64, of the bytes as they came.</summary>
    public string Hash { get; }

    /// <exception cref="ExtensionException">It cannot be fetched.</exception>
    public static Task<Download> FetchAsync(PackageFeed feed, string? id, SemanticVersion version, IProgress<InstallProgress>? progress, CancellationToken cancellationToken) =>
        DiskErrors.ExplainAsync($"{id} {version} cannot be fetched from {feed.Source}".TrimStart(), async () =>
        {
            var path = Path.Combine(Path.GetTempPath(), $"intelmq-{Guid.NewGuid():n}.nupkg");
            var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 81920, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
            try
            {
                var name = $"{id ?? Path.GetFileName(feed.Source.Location)} {version}";
                var from = await feed.FetchAsync(id, version, file, (done, total) => progress?.Report(new(name, InstallStage.Downloading, done, total)), cancellationToken);
                file.Position = 0;
                var hash = "sha512-" + Convert.ToBase64String(await SHA512.HashDataAsync(file, cancellationToken));
                return new Download(file, from, feed.Source, hash);
            }
            catch
            {
                await file.DisposeAsync();
                throw;
            }
        });

    /// <summary>Opens the archive; it ends with the download.</summary>
    /// <exception cref="ExtensionException">It is refused.</exception>
    public PackageArchive Open()
    {
        _file.Position = 0;
        return PackageArchive.Open(_file, _name);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
