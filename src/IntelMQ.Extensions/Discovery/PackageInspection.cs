using System.Globalization;
using System.Runtime.InteropServices;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>What an inspection found: a usable package or an unused one.</summary>
internal sealed record InspectedPackage(ExtensionPackage? Usable, UnusedPackage? Unused)
{
    public void AddTo(CatalogueBuilder builder)
    {
        if (Usable is not null) builder.Add(Usable);
        else builder.Add(Unused!);
    }
}

/// <summary>Says whether a package in a folder can work with this host, without opening any assembly.</summary>
internal sealed class PackageInspection(SemanticVersion sdk)
{
    /// <summary>Looks at one folder.</summary>
    /// <param name="directory">The folder with the manifest.</param>
    /// <param name="id">The id that the folder stands for.</param>
    /// <param name="version">The version that the folder stands for; null where folders have no version.</param>
    /// <param name="origin">Where the package belongs to.</param>
    /// <param name="locked">What the lock says about it.</param>
    public InspectedPackage Inspect(string directory, string id, string? version, PackageOrigin origin, LockedPackage? locked)
    {
        ExtensionManifest manifest;
        try
        {
            manifest = ManifestReader.ReadFile(Path.Combine(directory, ManifestReader.FileName));
        }
        catch (ExtensionException e)
        {
            return Unused(id, version ?? "", directory, UnusedReason.Broken, [.. e.Problems.Select(problem => problem with { Package = id })]);
        }

        var problems = new List<Problem>();
        void Add(string text) => problems.Add(new Problem(BotLogLevel.Error, text) { Package = manifest.Id, File = directory });

        if (!manifest.Id.Equals(id, StringComparison.OrdinalIgnoreCase)) Add($"the folder is for {id}, but its manifest says {manifest.Id}");
        if (version is not null && manifest.Version.ToString() != version) Add($"the folder is for version {version}, but its manifest says {manifest.Version}");
        if (locked is { Enabled: false } && problems.Count == 0) return Unused(manifest, directory, UnusedReason.Disabled, []);
        foreach (var text in Unsuitable(manifest)) Add(text);
        foreach (var text in Files(manifest, directory, locked)) Add(text);
        if (problems.Count > 0) return Unused(manifest, directory, UnusedReason.Broken, problems);
        return new(new ExtensionPackage
        {
            Manifest = manifest,
            Origin = origin,
            Directory = directory,
            Locked = locked,
            Fingerprint = locked?.Tree ?? FingerprintOf(manifest, directory),
        }, null);
    }

    /// <summary>The manifest of a folder, or null when it cannot be read.</summary>
    public ExtensionManifest? TryReadManifest(string directory)
    {
        try
        {
            return ManifestReader.ReadFile(Path.Combine(directory, ManifestReader.FileName));
        }
        catch (ExtensionException)
        {
            // The folder is ignored anyway, and that is said; the manifest would only have added the names of its bots.
            return null;
        }
    }

    static InspectedPackage Unused(ExtensionManifest manifest, string directory, UnusedReason reason, IReadOnlyList<Problem> problems) =>
        new(null, new UnusedPackage(manifest.Id, manifest.Version.ToString(), directory, reason, problems) { Manifest = manifest });

    static InspectedPackage Unused(string id, string version, string directory, UnusedReason reason, IReadOnlyList<Problem> problems) =>
        new(null, new UnusedPackage(id, version, directory, reason, problems));

    /// <summary>Why a package cannot work here whatever its files are: SDK, framework, platform.</summary>
    public IEnumerable<string> Unsuitable(ExtensionManifest manifest)
    {
        if (manifest.Sdk is { } needed && !needed.Range.Contains(sdk)) yield return $"{manifest.Id} {manifest.Version} needs IntelMQ.Sdk {needed.Range}; this host has {sdk}";
        if (manifest.Runtime is DotnetRuntime runtime && !Fits(runtime.Framework)) yield return $"{manifest.Id} {manifest.Version} needs {runtime.Framework}; this host runs .NET {Environment.Version}";
        if (manifest.Platforms.Count > 0 && !manifest.Platforms.Any(platform => Platform.Fits(platform, RuntimeInformation.RuntimeIdentifier)))
        {
            yield return $"{manifest.Id} {manifest.Version} has no native libraries for {RuntimeInformation.RuntimeIdentifier}, only for {string.Join(", ", manifest.Platforms)}";
        }
    }

    static bool Fits(string framework) => Version.Parse(framework.AsSpan(3)) <= new Version(Environment.Version.Major, Environment.Version.Minor);

    static IEnumerable<string> Files(ExtensionManifest manifest, string directory, LockedPackage? locked)
    {
        if (locked is not null)
        {
            // What is complete was found out at installation, and these are the same files.
            foreach (var change in Changes(directory, locked)) yield return $"the files are not those that were installed: {change}; 'intelmqctl extensions restore' brings them back";
            yield break;
        }

        foreach (var page in manifest.Contributions.Pages.Where(page => !File.Exists(Path.Combine(directory, page.Path)))) yield return $"{page.Path}, which the manifest names as a page, is missing";
        if (manifest.Runtime is not DotnetRuntime runtime) yield break;
        if (!File.Exists(Path.Combine(directory, runtime.Entry)))
        {
            yield return $"{runtime.Entry}, which the manifest names as its assembly, is missing";
            yield break;
        }

        foreach (var missing in DependencyList.Missing(Path.Combine(directory, runtime.Entry))) yield return missing;
    }

    /// <summary>Compares sizes and times with those at installation, or all hashes when these were not recorded or are not those of the lock.</summary>
    static IReadOnlyList<string> Changes(string directory, LockedPackage locked)
    {
        try
        {
            if (FileRecord.TryRead(directory) is { } record && record.Tree == locked.Tree) return record.Differences(directory);
            return TreeHash.Of(directory) == locked.Tree ? [] : [$"their hash is not that of {LockFile.FileName}"];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ExtensionException)
        {
            return [e.Message];
        }
    }

    static string FingerprintOf(ExtensionManifest manifest, string directory)
    {
        if (manifest.Runtime is not DotnetRuntime runtime) return manifest.Version.ToString();
        var entry = new FileInfo(Path.Combine(directory, runtime.Entry));
        return string.Create(CultureInfo.InvariantCulture, $"{entry.Length}-{entry.LastWriteTimeUtc.Ticks}");
    }
}

/// <summary>Runtime identifiers, as far as packages need them.</summary>
internal static class Platform
{
    /// <summary>Whether libraries for one platform work on another: <c>linux-x64</c> on <c>debian.12-x64</c>, but not on <c>linux-musl-x64</c>.</summary>
    public static bool Fits(string libraries, string here)
    {
        if (libraries == "any" || libraries == here) return true;
        var (system, architecture, musl) = Split(libraries);
        var (systemHere, architectureHere, muslHere) = Split(here);
        return musl == muslHere
            && (architecture.Length == 0 || architecture == architectureHere)
            && (system == systemHere || (system == "unix" && systemHere != "win") || (system == "linux" && systemHere is not ("win" or "osx")));
    }

    static (string System, string Architecture, bool Musl) Split(string platform)
    {
        var parts = platform.Split('-');
        var system = parts[0].Split('.')[0];
        return (system, parts.Length > 1 ? parts[^1] : "", parts.Contains("musl"));
    }
}
