using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>Where packages are looked for.</summary>
internal sealed record ExtensionPlaces
{
    /// <summary>The directory of the packages that come with IntelMQ: <c>&lt;id&gt;/extension.json</c> below it.</summary>
    public string BuiltIn { get; init; } = Path.Combine(AppContext.BaseDirectory, "bundled");

    /// <summary>Extension directories, the more important first: <c>&lt;id&gt;/&lt;version&gt;/extension.json</c> below them.</summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>Python environments with packages of the original's kind.</summary>
    public IReadOnlyList<string> PythonEnvironments { get; init; } = [];
}

/// <summary>
/// Makes the catalogue from files. Manifests, locks and lists of dependencies are read; no assembly is opened and no code
/// of a package runs, so a broken package can hurt nothing but itself.
/// </summary>
internal sealed class CatalogueScanner(ExtensionPlaces places, SemanticVersion? sdk = null)
{
    readonly PackageInspection _inspection = new(sdk ?? SemanticVersion.OfSdk);

    /// <summary>Reads everything anew.</summary>
    public Catalogue Scan(CancellationToken cancellationToken = default)
    {
        var builder = new CatalogueBuilder();
        foreach (var directory in Directories(builder, places.BuiltIn))
        {
            cancellationToken.ThrowIfCancellationRequested();
            ScanBuiltIn(builder, directory);
        }

        foreach (var root in places.Roots.Select(Path.GetFullPath).Distinct(StringComparer.Ordinal))
        {
            new RootScan(root, builder, _inspection, Directories(builder, root), cancellationToken).Run();
        }

        foreach (var environment in places.PythonEnvironments) PythonDiscovery.Scan(environment, builder);
        return builder.Build();
    }

    void ScanBuiltIn(CatalogueBuilder builder, string directory)
    {
        var folder = Path.GetFileName(directory);
        var inspected = _inspection.Inspect(directory, folder, version: null, PackageOrigin.BuiltIn, locked: null);
        inspected.AddTo(builder);
    }

    /// <summary>The folders in a directory in order of names, without hidden ones.</summary>
    static List<string> Directories(CatalogueBuilder builder, string path)
    {
        if (!Directory.Exists(path)) return [];
        try
        {
            return [.. Directory.EnumerateDirectories(path).Where(directory => Path.GetFileName(directory)[0] != '.').Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            builder.Add(new Problem(BotLogLevel.Error, $"cannot be read: {e.Message}") { File = path });
            return [];
        }
    }

    /// <summary>One pass over one extension directory.</summary>
    sealed class RootScan(string root, CatalogueBuilder builder, PackageInspection inspection, List<string> directories, CancellationToken cancellationToken)
    {
        public void Run()
        {
            LockFile? locked;
            try
            {
                locked = LockFile.Read(root);
            }
            catch (ExtensionException e)
            {
                // Which versions are meant cannot be known, so none is used.
                foreach (var problem in e.Problems) builder.Add(problem);
                return;
            }

            var inspected = locked is null ? [] : InspectLocked(locked);
            var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            foreach (var directory in directories)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var id = Path.GetFileName(directory);
                if (id == TrustedKeys.DirectoryName) continue;
                if (!seen.Add(id)) Broken(id, "", directory, "there is another folder whose name differs only in case");
                else if (locked is null) ScanHighest(id, directory);
                else if (locked.Packages.TryGetValue(id, out var package)) ScanLocked(id, directory, package, inspected[directory]);
                else NotLocked(id, directory);
            }

            if (locked is not null) FinishLock(locked, seen);
        }

        void FinishLock(LockFile locked, HashSet<string> seen)
        {
            foreach (var (id, package) in locked.Packages.Where(entry => !seen.Contains(entry.Key)))
            {
                Missing(id, package, Path.Combine(root, id, package.Version.ToString()));
            }

            foreach (var (bot, id) in locked.Preferences) builder.AddPreference(bot, id);
        }

        /// <summary>
        /// Reads the packages that the lock names on all cores: with hundreds of them the small files are what a listing waits
        /// for. Null where a folder is missing. They are added to the catalogue in order of names afterwards.
        /// </summary>
        Dictionary<string, InspectedPackage?> InspectLocked(LockFile locked)
        {
            var wanted = directories.Where(directory => locked.Packages.ContainsKey(Path.GetFileName(directory))).ToList();
            var found = new InspectedPackage?[wanted.Count];
            Parallel.For(0, wanted.Count, new ParallelOptions { CancellationToken = cancellationToken }, i =>
            {
                var id = Path.GetFileName(wanted[i]);
                var package = locked.Packages[id];
                var version = package.Version.ToString();
                var folder = Path.Combine(wanted[i], version);
                if (Directory.Exists(folder)) found[i] = inspection.Inspect(folder, id, version, PackageOrigin.Extension, package);
            });
            return wanted.Zip(found).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal);
        }

        void ScanLocked(string id, string directory, LockedPackage package, InspectedPackage? inspected)
        {
            if (inspected is null) Missing(id, package, Path.Combine(directory, package.Version.ToString()));
            else inspected.AddTo(builder);
        }

        void Missing(string id, LockedPackage package, string folder) =>
            Broken(id, package.Version.ToString(), folder, $"{LockFile.FileName} names this version, but it is not installed; 'intelmqctl extensions restore' brings it");

        void Broken(string id, string version, string directory, string text) =>
            builder.Add(new UnusedPackage(id, version, directory, UnusedReason.Broken, [new(BotLogLevel.Error, text) { Package = id, File = directory }]));

        void NotLocked(string id, string directory)
        {
            foreach (var folder in Directories(builder, directory))
            {
                var warning = new Problem(BotLogLevel.Warning, $"is ignored, since {LockFile.FileName} does not know {id}; 'intelmqctl extensions install' makes it known") { Package = id, File = folder };
                var manifest = inspection.TryReadManifest(folder);
                builder.Add(new UnusedPackage(id, Path.GetFileName(folder), folder, UnusedReason.NotLocked, [warning]) { Manifest = manifest });
            }
        }

        /// <summary>Without a lock the highest version that works here is taken; what does not work is told only if nothing does.</summary>
        void ScanHighest(string id, string directory)
        {
            var inspected = Directories(builder, directory)
                .Select(folder => inspection.Inspect(folder, id, Path.GetFileName(folder), PackageOrigin.Extension, locked: null))
                .ToList();
            var best = inspected.Where(package => package.Usable is not null).MaxBy(package => package.Usable!.Version);
            best?.AddTo(builder);
            foreach (var other in inspected.Where(package => package.Usable is null && (best is null || package.Unused!.Manifest is null))) other.AddTo(builder);
        }
    }
}
