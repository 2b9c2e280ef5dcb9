namespace IntelMQ.Extensions.Tests;

/// <summary>An installation in a temporary directory: an extension directory, built-in packages, a folder feed.</summary>
internal sealed class InstallationFixture : IDisposable
{
    readonly HttpClient _http = new();

    public TemporaryDirectory Directory { get; } = new();

    public string Root => Directory["extensions"];

    public string Feed => Directory["feed"];

    public ExtensionPlaces Places => new() { BuiltIn = Directory["bundled"], Roots = [Root] };

    public Installer Installer => new(Places, _http, TimeProvider.System);

    public PackageStore Store => new(Root, TimeProvider.System);

    public static CancellationToken Stop => TestContext.Current.CancellationToken;

    public Catalogue Scan() => new CatalogueScanner(Places).Scan(Stop);

    /// <summary>Puts a package into the feed and installs it.</summary>
    public Task<InstallReport> InstallAsync(TestPackage package, bool allowConflict = false)
    {
        package.PackInto(Feed);
        return InstallAsync(package.Id, package.Version, allowConflict);
    }

    public Task<InstallReport> InstallAsync(string id, string? version = null, bool allowConflict = false, string? source = null) => Installer.InstallAsync(
        new InstallRequest { Root = Root, Id = id, Version = version is null ? null : SemanticVersion.Parse(version), AllowConflict = allowConflict },
        [new PackageSource(source ?? Feed)],
        progress: null,
        Stop);

    /// <summary>Tries to install and returns what is said against it.</summary>
    public async Task<IReadOnlyList<string>> RefusalAsync(Func<Task> install)
    {
        var before = Snapshot();
        var error = await Assert.ThrowsAsync<ExtensionException>(install);
        Assert.Equal(before, Snapshot());
        return [.. error.Problems.Select(problem => problem.Text)];
    }

    /// <summary>All files below the extension directory, but not the one that only locks.</summary>
    public IReadOnlyList<string> Snapshot() => System.IO.Directory.Exists(Root)
        ? [.. System.IO.Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories).Where(path => !path.EndsWith(".changing", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    public void Dispose()
    {
        _http.Dispose();
        Directory.Dispose();
    }
}
