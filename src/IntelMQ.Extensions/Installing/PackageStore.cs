using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>Changes what is active in one extension directory, and checks its files. Needs no network.</summary>
internal sealed class PackageStore(string root, TimeProvider time)
{
    readonly string _root = Path.GetFullPath(root);

    internal static ExtensionException NotInstalled(string root, string id) => new($"{id} is not installed in {root}");

    /// <summary>What the lock says; null when there is none.</summary>
    public LockFile? Read() => LockFile.Read(_root);

    /// <summary>Removes a package with all its versions. Bots that run it go on until they are stopped.</summary>
    /// <exception cref="ExtensionException">It is not there.</exception>
    public Task RemoveAsync(string id, CancellationToken cancellationToken) => ChangeAsync(
        locked =>
        {
            var folders = ManifestReader.IsId(id)
                ? Directory.EnumerateDirectories(_root).Where(folder => Path.GetFileName(folder).Equals(id, StringComparison.OrdinalIgnoreCase)).ToList()
                : [];
            if (locked?.Packages.ContainsKey(id) != true && folders.Count == 0) throw NotInstalled(_root, id);

            // First nothing leads there any more, then the files go.
            locked?.Without(id).Write(_root);
            foreach (var folder in folders) Directory.Delete(folder, recursive: true);
            return true;
        },
        cancellationToken);

    Task<bool> ChangeAsync(Func<LockFile?, bool> change, CancellationToken cancellationToken) =>
        RootLock.ChangeAsync(_root, time, () => Task.FromResult(change(LockFile.Read(_root))), cancellationToken);

    /// <summary>Switches a package on or off; its files stay.</summary>
    /// <returns>False when it was so already.</returns>
    /// <exception cref="ExtensionException">It is not installed.</exception>
    public Task<bool> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken) => ChangeAsync(
        locked =>
        {
            if (locked?.Packages.TryGetValue(id, out var package) != true) throw NotInstalled(_root, id);
            if (package!.Enabled == enabled) return false;
            var spelled = locked.Packages.Keys.First(key => key.Equals(id, StringComparison.OrdinalIgnoreCase));
            locked.With(spelled, package with { Enabled = enabled }).Write(_root);
            return true;
        },
        cancellationToken);

    /// <summary>Says from which package a bot is taken that several offer, or the definition of a field.</summary>
    /// <param name="bot">The full name of the bot, or the key of the field.</param>
    /// <param name="id">The package; null forgets the choice.</param>
    /// <param name="catalogue">What there is.</param>
    /// <param name="cancellationToken">Ends the waiting for other processes.</param>
    /// <exception cref="ExtensionException">The package does not offer the bot or does not define the field.</exception>
    public async Task PreferAsync(string bot, string? id, Catalogue catalogue, CancellationToken cancellationToken)
    {
        if (id is not null) id = CatalogueField.IsKey(bot) ? OwnerOfField(bot, id, catalogue) : OwnerOfBot(bot, id, catalogue);

        await ChangeAsync(
            locked =>
            {
                if (locked is null) throw new ExtensionException($"{_root} has no {LockFile.FileName} to keep the choice in; install a package first, or say 'package: {id}' at the bot");
                locked.Preferring(bot, id).Write(_root);
                return true;
            },
            cancellationToken);
    }

    static string OwnerOfBot(string bot, string id, Catalogue catalogue) => catalogue.Resolve(bot, id) switch
    {
        ResolvedBot resolved => resolved.Owner.PackageId,
        UnknownBot unknown => throw new ExtensionException(unknown.Text),
        _ => id,
    };

    static string OwnerOfField(string key, string id, Catalogue catalogue)
    {
        if (catalogue.FindField(key) is not { } field) throw new ExtensionException($"no package adds a field {key} to the data format");
        return field.Owners.FirstOrDefault(owner => owner.Package.Id.Equals(id, StringComparison.OrdinalIgnoreCase))?.Package.Id
            ?? throw new ExtensionException($"package {id} does not define the field {key}; {string.Join(" and ", field.Owners)} {(field.Owners.Count == 1 ? "does" : "do")}");
    }

    /// <summary>Removes the versions that are not active and that no host has in memory. Packages that the lock does not know are left alone.</summary>
    /// <param name="rehearse">Only says what would be removed.</param>
    /// <param name="cancellationToken">Ends the work between two versions.</param>
    /// <exception cref="ExtensionException">There is no lock that says which versions are active, or it cannot be read.</exception>
    public Task<IReadOnlyList<PrunedVersion>> PruneAsync(bool rehearse, CancellationToken cancellationToken) =>
        RootLock.ChangeAsync<IReadOnlyList<PrunedVersion>>(
            _root,
            time,
            () =>
            {
                var locked = LockFile.Read(_root) ?? throw new ExtensionException($"{_root} has no {LockFile.FileName}, so nothing says which versions are active");
                var pruned = new List<PrunedVersion>();
                foreach (var (id, version, directory) in InactiveVersions(locked))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    pruned.Add(Prune(id, version, directory, rehearse));
                }

                return Task.FromResult<IReadOnlyList<PrunedVersion>>(pruned);
            },
            cancellationToken);

    IEnumerable<(string Id, SemanticVersion Version, string Directory)> InactiveVersions(LockFile locked)
    {
        foreach (var (id, package) in locked.Packages)
        {
            var folder = Path.Combine(_root, id);
            if (!Directory.Exists(folder)) continue;
            foreach (var directory in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            {
                if (SemanticVersion.TryParse(Path.GetFileName(directory), out var version) && version != package.Version) yield return (id, version, directory);
            }
        }
    }

    PrunedVersion Prune(string id, SemanticVersion version, string directory, bool rehearse)
    {
        var bytes = new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        using var alone = VersionUse.TryExclude(directory);
        if (alone is null) return new(id, version, directory, bytes, PruneOutcome.InUse);
        if (rehearse) return new(id, version, directory, bytes, PruneOutcome.Removable);

        // Away at once, so that half a version is never there under its name.
        var aside = Path.Combine(_root, $"{Placement.HiddenPrefix}{Guid.NewGuid():n}");
        Directory.Move(directory, aside);
        File.Delete(FileRecord.FileOf(directory));
        File.Delete(VersionUse.FileOf(directory));
        Directory.Delete(aside, recursive: true);
        return new(id, version, directory, bytes, PruneOutcome.Removed);
    }

    /// <summary>Hashes all files of all packages in the lock.</summary>
    /// <exception cref="ExtensionException">The lock cannot be read.</exception>
    public async Task<IReadOnlyList<PackageReport>> VerifyAsync(CancellationToken cancellationToken)
    {
        var reports = new List<PackageReport>();
        foreach (var (id, package) in (LockFile.Read(_root) ?? LockFile.Empty).Packages)
        {
            var problems = await VerifyAsync(id, package, cancellationToken);
            reports.Add(new(id, package.Version, problems.Count == 0 ? PackageOutcome.Unchanged : PackageOutcome.Failed, problems));
        }

        return reports;
    }

    async Task<IReadOnlyList<Problem>> VerifyAsync(string id, LockedPackage package, CancellationToken cancellationToken)
    {
        var directory = Path.Combine(_root, id, package.Version.ToString());
        List<Problem> Say(IEnumerable<string> texts) => [.. texts.Select(text => new Problem(BotLogLevel.Error, text) { Package = id, File = directory })];
        if (!Directory.Exists(directory)) return Say(["is not there; 'intelmqctl extensions restore' brings it"]);
        try
        {
            var files = await TreeHash.FilesAsync(directory, cancellationToken);
            if (TreeHash.Of(files) != package.Tree)
            {
                var record = FileRecord.TryRead(directory);
                var differences = record?.Tree == package.Tree ? record.Differences(files) : [$"the hash of the files is {TreeHash.Of(files)}; {LockFile.FileName} says {package.Tree}"];
                return Say(differences);
            }

            CheckSignature(directory, files);
            return [];
        }
        catch (ExtensionException e)
        {
            return [.. e.Problems.Select(problem => problem with { Package = id, File = problem.File ?? directory })];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Say([e.Message]);
        }
    }

    void CheckSignature(string directory, IReadOnlyList<(string Path, string Sha256)> files)
    {
        var keys = TrustedKeys.List(_root);
        var file = Path.Combine(directory, PackageSignature.FileName);
        var manifest = ManifestReader.ReadFile(Path.Combine(directory, ManifestReader.FileName));
        if (File.Exists(file)) PackageSignature.Read(file, SmallFile.Read(file)).Verify(manifest, files, keys);
        else if (keys.Count > 0) throw new ExtensionException([new(BotLogLevel.Error, "is not signed, although this directory has trusted keys") { File = directory }]);
    }
}
