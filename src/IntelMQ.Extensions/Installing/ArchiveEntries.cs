using System.IO.Compression;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>Looks at every entry of an archive before any is unpacked.</summary>
internal sealed class ArchiveEntries(ZipArchive zip, string name)
{
    const int FileTypeMask = 0xF000, RegularFile = 0x8000, Directory = 0x4000, SymbolicLink = 0xA000;

    readonly List<Problem> _problems = [];
    readonly SortedDictionary<string, ZipArchiveEntry> _files = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> _spellings = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The files of the extension by their path in it.</summary>
    /// <exception cref="ExtensionException">Something is wrong with one of them.</exception>
    public SortedDictionary<string, ZipArchiveEntry> Check()
    {
        if (zip.Entries.Count > PackageLimits.Entries) throw PackageArchive.Refused(name, $"has {zip.Entries.Count} entries; at most {PackageLimits.Entries} are allowed");
        if (zip.Entries.Sum(entry => entry.Length) > PackageLimits.UnpackedBytes) throw PackageArchive.Refused(name, $"unpacks to more than {PackageLimits.UnpackedBytes >> 20} MiB");
        foreach (var entry in zip.Entries) Check(entry);
        foreach (var path in _files.Keys) CheckParents(path);
        return _problems.Count == 0 ? _files : throw new ExtensionException(_problems);
    }

    void Check(ZipArchiveEntry entry)
    {
        // NuGet escapes names; what counts is the name that a file would get.
        var path = Uri.UnescapeDataString(entry.FullName);
        var isDirectory = path.EndsWith('/');
        if (PackagePath.Objection(isDirectory ? path[..^1] : path) is { } objection)
        {
            Refuse(entry, objection);
            return;
        }

        var type = (entry.ExternalAttributes >> 16) & FileTypeMask;
        if (type == SymbolicLink) Refuse(entry, "is a symbolic link");
        else if (type is not (0 or RegularFile or Directory)) Refuse(entry, "is neither file nor folder");
        if (entry.IsEncrypted) Refuse(entry, "is encrypted");
        if (isDirectory || !path.StartsWith(PackageArchive.Folder, StringComparison.Ordinal)) return;

        var inside = path[PackageArchive.Folder.Length..];
        if (!_files.TryAdd(inside, entry)) Refuse(entry, "is there twice");
        else if (!_spellings.TryAdd(inside, inside)) Refuse(entry, $"differs only in case from {PackageArchive.Folder}{_spellings[inside]}");
    }

    /// <summary>No file may be where another needs a folder, in any spelling.</summary>
    void CheckParents(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            var parent = path[..slash];
            if (_spellings.TryGetValue(parent, out var file)) Refuse(_files[file], $"is a file where {PackageArchive.Folder}{path} needs a folder");
            else if (_folders.TryGetValue(parent, out var other) && other != parent) Refuse(_files[path], $"is in a folder that differs only in case from {PackageArchive.Folder}{other}");
            else _folders[parent] = parent;
        }
    }

    readonly Dictionary<string, string> _folders = new(StringComparer.OrdinalIgnoreCase);

    void Refuse(ZipArchiveEntry entry, string text) => _problems.Add(new Problem(BotLogLevel.Error, $"entry '{entry.FullName}': {text}") { File = name });
}
