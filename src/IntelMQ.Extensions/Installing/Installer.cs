using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// Installs packages: download, verify, unzip. There is no resolver of dependencies and no build; no code of a package
/// runs. A version gets a folder of its own and is never overwritten, and what is active is switched by one rename, so
/// running bots are not disturbed and an installation that breaks off leaves things as they were.
/// </summary>
/// <param name="places">Where the other packages are, whose bots must not be taken.</param>
/// <param name="http">For feeds.</param>
/// <param name="time">For waiting on other processes.</param>
/// <param name="sdk">The version of the SDK to install for; that of this process by default.</param>
internal sealed class Installer(ExtensionPlaces places, HttpClient http, TimeProvider time, SemanticVersion? sdk = null)
{
    /// <summary>How many versions are downloaded at most to find one that works here.</summary>
    const int MaximumTries = 8;

    readonly PackageInspection _inspection = new(sdk ?? SemanticVersion.OfSdk);

    /// <summary>Installs a package and makes it the active version.</summary>
    /// <exception cref="ExtensionException">It is refused; everything that speaks against it is said, and nothing has changed.</exception>
    public async Task<InstallReport> InstallAsync(InstallRequest request, IReadOnlyList<PackageSource> sources, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        progress?.Report(new(request.Id ?? "", InstallStage.Looking));
        var (download, archive, notes) = await FindAsync(request, sources, progress, cancellationToken);
        await using (download)
        using (archive)
        {
            return await RootLock.ChangeAsync(request.Root, time, () => InstallAsync(request, download, archive, notes, progress, cancellationToken), cancellationToken);
        }
    }

    async Task<InstallReport> InstallAsync(InstallRequest request, Download download, PackageArchive archive, IReadOnlyList<Problem> notes, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        var locked = LockFile.Read(request.Root) ?? LockFile.Empty;
        var manifest = archive.Manifest;
        var name = $"{manifest.Id} {manifest.Version}";
        progress?.Report(new(name, InstallStage.Checking));
        var objections = Objections(request, archive, download, locked);
        if (objections.Exists(objection => !(request.AllowConflict && objection.MayBeAllowed))) throw new ExtensionException([.. objections.Select(objection => objection.Problem)]);

        progress?.Report(new(name, InstallStage.Unpacking));
        var placed = await new Placement(request.Root, archive).PlaceAsync(replace: false, expectedTree: null, cancellationToken);
        locked.Packages.TryGetValue(manifest.Id, out var previous);
        locked.With(manifest.Id, new LockedPackage { Version = manifest.Version, Source = download.Source.Location, Archive = download.Hash, Tree = placed.Tree }).Write(request.Root);
        progress?.Report(new(name, InstallStage.Done));
        return new InstallReport
        {
            Id = manifest.Id,
            Version = manifest.Version,
            Previous = previous?.Version,
            Directory = placed.Directory,
            Source = download.Source.Location,
            Archive = download.Hash,
            Tree = placed.Tree,
            SignedBy = placed.SignedBy,
            Bots = [.. manifest.Bots.Select(bot => bot.Name)],
            Notes = [.. notes, .. Missing(placed, manifest), .. objections.Select(objection => objection.Problem with { Level = BotLogLevel.Warning })],
        };
    }

    /// <summary>The interval of SDK versions may promise too much; better to know it now than when a bot runs.</summary>
    static IEnumerable<Problem> Missing(Placement.Placed placed, ExtensionManifest manifest)
    {
        if (manifest.Runtime is not DotnetRuntime runtime) return [];
        try
        {
            return SdkCheck.Missing(Path.Combine(placed.Directory, runtime.Entry))
                .Select(member => new Problem(BotLogLevel.Warning, $"{manifest.Id} {manifest.Version} uses {member}, which the SDK of this host does not have") { Package = manifest.Id });
        }
        catch (ExtensionException e)
        {
            return e.Problems.Select(problem => problem with { Level = BotLogLevel.Warning, Package = manifest.Id });
        }
    }

    /// <summary>Why a package must not come in.</summary>
    readonly record struct Objection(Problem Problem, bool MayBeAllowed);

    List<Objection> Objections(InstallRequest request, PackageArchive archive, Download download, LockFile locked)
    {
        var manifest = archive.Manifest;
        var objections = new List<Objection>();
        void Add(string text, bool mayBeAllowed = false) =>
            objections.Add(new(new Problem(BotLogLevel.Error, text) { Package = manifest.Id }, mayBeAllowed));

        if (locked.Packages.TryGetValue(manifest.Id, out var known) && known.Version == manifest.Version && known.Archive != download.Hash)
        {
            Add($"{manifest.Id} {manifest.Version} from {download.Source} has the hash {download.Hash}; {LockFile.FileName} says {known.Archive}. A version never changes: somebody has replaced it. If the package is your own, raise its <Version>, or 'intelmqctl extensions remove {manifest.Id}' first");
        }

        foreach (var missing in Incomplete(archive)) Add(missing);
        var catalogue = new CatalogueScanner(places with { Roots = [.. places.Roots, request.Root], PythonEnvironments = [] }, sdk).Scan();
        if (catalogue.FindPackage(manifest.Id) is { Origin: PackageOrigin.BuiltIn }) Add($"{manifest.Id} is a package of IntelMQ itself, which an extension cannot replace");
        foreach (var bot in manifest.Bots)
        {
            var other = catalogue.Bots.FirstOrDefault(candidate => candidate.Name == bot.Name)?.Owners
                .FirstOrDefault(owner => !owner.PackageId.Equals(manifest.Id, StringComparison.OrdinalIgnoreCase));
            if (other is { Origin: PackageOrigin.BuiltIn }) Add($"{bot.Name} belongs to IntelMQ itself ({other}); with --allow-conflict the built-in bot stays in use", mayBeAllowed: true);
            else if (other is not null) Add($"{bot.Name} already comes from {other}; remove that, or use --allow-conflict and then 'intelmqctl extensions prefer'", mayBeAllowed: true);
        }

        foreach (var text in FieldObjections(manifest, catalogue)) Add(text, mayBeAllowed: true);
        return objections;
    }

    static IEnumerable<string> FieldObjections(ExtensionManifest manifest, Catalogue catalogue)
    {
        foreach (var field in manifest.Contributions.Fields)
        {
            var key = CatalogueField.KeyOf(field);
            if (OwnFields.Find(key) is { } own)
            {
                if (!FieldOwner.DemandTheSame(field, own)) yield return $"the field {key} ({FieldOwner.Describe(field)}) belongs to IntelMQ itself ({FieldOwner.Describe(own)}); with --allow-conflict that definition stays in use";
                continue;
            }

            var other = catalogue.FindField(key)?.Owners.FirstOrDefault(owner => !owner.Package.Id.Equals(manifest.Id, StringComparison.OrdinalIgnoreCase) && !FieldOwner.DemandTheSame(owner.Field, field));
            if (other is not null) yield return $"the field {key} ({FieldOwner.Describe(field)}) is already defined by {other}; remove that, or use --allow-conflict and then 'intelmqctl extensions prefer'";
        }
    }

    /// <summary>Which of the files that the package itself speaks of are not in it.</summary>
    static List<string> Incomplete(PackageArchive archive)
    {
        List<string> missing = [.. archive.Manifest.Contributions.Pages.Where(page => !archive.Has(page.Path)).Select(page => $"{page.Path}, which the manifest names as a page, is missing")];
        if (archive.Manifest.Runtime is not DotnetRuntime runtime) return missing;
        if (!archive.Has(runtime.Entry)) return [.. missing, $"{runtime.Entry}, which the manifest names as its assembly, is missing"];
        var folder = runtime.Entry[..(runtime.Entry.LastIndexOf('/') + 1)];
        return archive.TryRead(DependencyList.FileOf(runtime.Entry)) is { } list ? [.. missing, .. DependencyList.Missing(list, path => archive.Has(folder + path))] : missing;
    }

    async Task<(Download, PackageArchive, IReadOnlyList<Problem> Notes)> FindAsync(InstallRequest request, IReadOnlyList<PackageSource> sources, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        var asked = request.Id is null ? sources : PackageSource.For(request.Id, sources);
        if (asked.Count == 0) throw new ExtensionException(request.Id is null ? "no source of packages is given" : $"no source may give {request.Id}; see {PackageSources.FileName}, or give one with --source");
        var problems = new List<Problem>();
        foreach (var source in asked)
        {
            var feed = PackageFeed.Of(source, http);
            var versions = Candidates(await ListAsync(feed, request.Id, cancellationToken), request.Version);
            if (versions.Count == 0)
            {
                problems.Add(new Problem(BotLogLevel.Error, $"{request.Id} {request.Version}".TrimEnd() + $" is not at {source}"));
                continue;
            }

            var found = await TryVersionsAsync(feed, versions, request, problems, progress, cancellationToken);
            if (found is { } hit) return (hit.Item1, hit.Item2, [.. problems.Select(problem => problem with { Level = BotLogLevel.Info })]);
        }

        throw new ExtensionException(problems);
    }

    static Task<IReadOnlyList<SemanticVersion>> ListAsync(PackageFeed feed, string? id, CancellationToken cancellationToken) =>
        DiskErrors.ExplainAsync(feed.Source.Location, () => feed.VersionsAsync(id, cancellationToken));

    async Task<(Download, PackageArchive)?> TryVersionsAsync(PackageFeed feed, IReadOnlyList<SemanticVersion> versions, InstallRequest request, List<Problem> problems, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        foreach (var version in versions.Take(MaximumTries))
        {
            var download = await Download.FetchAsync(feed, request.Id, version, progress, cancellationToken);
            PackageArchive? archive = null;
            var accepted = false;
            try
            {
                archive = download.Open();
                CheckIdentity(archive.Manifest, request.Id, version);
                var unsuitable = _inspection.Unsuitable(archive.Manifest).ToList();
                accepted = unsuitable.Count == 0;
                if (accepted) return (download, archive);
                problems.AddRange(unsuitable.Select(text => new Problem(BotLogLevel.Error, text) { Package = archive.Manifest.Id }));
            }
            finally
            {
                if (!accepted)
                {
                    archive?.Dispose();
                    await download.DisposeAsync();
                }
            }
        }

        return null;
    }

    /// <summary>The asked version, or the stable ones and then the others, the highest first.</summary>
    static List<SemanticVersion> Candidates(IReadOnlyList<SemanticVersion> versions, SemanticVersion? asked) =>
        asked is not null
            ? [.. versions.Where(version => version == asked)]
            : [.. versions.OrderBy(version => version.IsPrerelease).ThenByDescending(version => version)];

    internal static void CheckIdentity(ExtensionManifest manifest, string? id, SemanticVersion version)
    {
        if ((id is null || manifest.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) && manifest.Version == version) return;
        throw new ExtensionException($"asked for {$"{id} {version}".TrimStart()}, but the package is {manifest.Id} {manifest.Version}");
    }

    /// <summary>Installs newer versions of one package or of all.</summary>
    /// <param name="root">The extension directory.</param>
    /// <param name="id">The package; null for all.</param>
    /// <param name="sources">Asked before the place where a package came from.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the work between two packages or while downloading.</param>
    /// <exception cref="ExtensionException">The lock cannot be read, or does not have the package.</exception>
    public async Task<IReadOnlyList<PackageReport>> UpdateAsync(string root, string? id, IReadOnlyList<PackageSource> sources, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        var locked = LockFile.Read(root) ?? LockFile.Empty;
        if (id is not null && !locked.Packages.ContainsKey(id)) throw PackageStore.NotInstalled(root, id);
        var reports = new List<PackageReport>();
        foreach (var (name, package) in locked.Packages.Where(entry => id is null || entry.Key.Equals(id, StringComparison.OrdinalIgnoreCase)))
        {
            reports.Add(await UpdateOneAsync(root, name, package, sources, progress, cancellationToken));
        }

        return reports;
    }

    async Task<PackageReport> UpdateOneAsync(string root, string id, LockedPackage package, IReadOnlyList<PackageSource> sources, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        try
        {
            var (newer, notes) = await NewerAsync(id, package, sources, cancellationToken);
            foreach (var (version, source) in newer)
            {
                try
                {
                    var report = await InstallAsync(new InstallRequest { Root = root, Id = id, Version = version }, [source], progress, cancellationToken);
                    if (!package.Enabled) await new PackageStore(root, time).SetEnabledAsync(id, enabled: false, cancellationToken);
                    return new(id, report.Version, PackageOutcome.Changed, [.. notes, .. report.Notes]) { Previous = package.Version };
                }
                catch (ExtensionException e) when (newer.Count > 1)
                {
                    // An older one may work here; why this one does not is part of the report.
                    notes.AddRange(e.Problems.Select(problem => problem with { Level = BotLogLevel.Info }));
                }
            }

            // A source that could not be asked may have a newer one: nobody can say that this is the newest.
            return new(id, package.Version, notes.Exists(note => note.Level >= BotLogLevel.Error) ? PackageOutcome.Failed : PackageOutcome.Unchanged, notes);
        }
        catch (ExtensionException e)
        {
            return new(id, package.Version, PackageOutcome.Failed, e.Problems);
        }
    }

    /// <summary>The newer versions at all sources, the highest first, each at the first source that has it; and what is to be said about the sources.</summary>
    async Task<(IReadOnlyList<(SemanticVersion Version, PackageSource Source)> Newer, List<Problem> Notes)> NewerAsync(
        string id, LockedPackage package, IReadOnlyList<PackageSource> sources, CancellationToken cancellationToken)
    {
        var found = new Dictionary<SemanticVersion, PackageSource>();
        var notes = new List<Problem>();
        foreach (var source in SourcesOf(id, package, sources))
        {
            if (source.IsGone)
            {
                notes.Add(new Problem(BotLogLevel.Info, $"{source}, where {id} came from, is not there any more") { Package = id });
                continue;
            }

            try
            {
                var versions = await ListAsync(PackageFeed.Of(source, http), id, cancellationToken);
                foreach (var version in versions.Where(version => version > package.Version && (!version.IsPrerelease || package.Version.IsPrerelease))) found.TryAdd(version, source);
            }
            catch (ExtensionException e)
            {
                notes.AddRange(e.Problems);
            }
        }

        return ([.. Candidates([.. found.Keys], null).Select(version => (version, found[version]))], notes);
    }

    /// <summary>
    /// Where a package came from, with the credentials that are configured for it, then the other places. The folder of a
    /// package file is among them: the next version is put beside it.
    /// </summary>
    static IReadOnlyList<PackageSource> SourcesOf(string id, LockedPackage package, IReadOnlyList<PackageSource> sources)
    {
        var configured = PackageSource.For(id, sources);

        // Where packages are bound to sources, the recorded one counts only if it is among them.
        if (configured.Any(source => source.Ids.Count > 0)) return configured;
        var origin = configured.FirstOrDefault(source => source.Location == package.Source) ?? new PackageSource(package.Source);
        IEnumerable<PackageSource> beside = origin.Folder is { } folder ? [new PackageSource(folder)] : [];
        return [.. new[] { origin }.Concat(beside).Concat(configured).DistinctBy(source => source.Location)];
    }

    /// <summary>Brings back exactly what the lock says. What is already so is left alone.</summary>
    /// <exception cref="ExtensionException">The lock cannot be read, or there is none.</exception>
    public Task<IReadOnlyList<PackageReport>> RestoreAsync(string root, IReadOnlyList<PackageSource> sources, IProgress<InstallProgress>? progress, CancellationToken cancellationToken) =>
        RootLock.ChangeAsync<IReadOnlyList<PackageReport>>(
            root,
            time,
            async () =>
            {
                var locked = LockFile.Read(root) ?? throw new ExtensionException($"{root} has no {LockFile.FileName} to restore from");
                var reports = new List<PackageReport>();
                foreach (var (id, package) in locked.Packages) reports.Add(await RestoreOneAsync(root, id, package, sources, progress, cancellationToken));
                return reports;
            },
            cancellationToken);

    async Task<PackageReport> RestoreOneAsync(string root, string id, LockedPackage package, IReadOnlyList<PackageSource> sources, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(root, id, package.Version.ToString());
        if (Directory.Exists(directory))
        {
            var files = await TreeHash.FilesAsync(directory, cancellationToken);
            if (TreeHash.Of(files) == package.Tree)
            {
                FileRecord.Write(directory, files);
                return new(id, package.Version, PackageOutcome.Unchanged, []);
            }
        }

        var problems = new List<Problem>();
        foreach (var source in SourcesOf(id, package, sources))
        {
            try
            {
                await RestoreFromAsync(source, root, id, package, progress, cancellationToken);
                return new(id, package.Version, PackageOutcome.Changed, problems);
            }
            catch (ExtensionException e)
            {
                problems.AddRange(e.Problems);
            }
        }

        return new(id, package.Version, PackageOutcome.Failed, problems);
    }

    async Task RestoreFromAsync(PackageSource source, string root, string id, LockedPackage package, IProgress<InstallProgress>? progress, CancellationToken cancellationToken)
    {
        var feed = PackageFeed.Of(source, http);
        if (!(await ListAsync(feed, id, cancellationToken)).Contains(package.Version)) throw new ExtensionException($"{id} {package.Version} is not at {source}");
        await using var download = await Download.FetchAsync(feed, id, package.Version, progress, cancellationToken);
        if (download.Hash != package.Archive) throw new ExtensionException($"{id} {package.Version} from {source} has the hash {download.Hash}; {LockFile.FileName} says {package.Archive}");
        using var archive = download.Open();
        CheckIdentity(archive.Manifest, id, package.Version);
        progress?.Report(new($"{id} {package.Version}", InstallStage.Unpacking));
        await new Placement(root, archive).PlaceAsync(replace: true, package.Tree, cancellationToken);
        progress?.Report(new($"{id} {package.Version}", InstallStage.Done));
    }
}
