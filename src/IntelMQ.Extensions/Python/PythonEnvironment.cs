using System.Text.RegularExpressions;

namespace IntelMQ.Extensions;

/// <summary>The layout of a Python environment on disk.</summary>
internal static partial class PythonEnvironment
{
    /// <summary>Folders with installed packages, the more important first.</summary>
    public static IEnumerable<string> SitePackages(string environment)
    {
        foreach (var library in new[] { "lib", "lib64" }.Select(name => Path.Combine(environment, name)))
        {
            // lib64 is usually a link to lib; its content would be met twice.
            if (!Directory.Exists(library) || new DirectoryInfo(library).LinkTarget is not null) continue;
            foreach (var folder in PackageFolders(library, "site-packages", "dist-packages")) yield return folder;
        }

        if (!UsesSystemPackages(environment)) yield break;
        foreach (var folder in PackageFolders("/usr/local/lib", "dist-packages").Concat(PackageFolders("/usr/lib", "dist-packages"))) yield return folder;
    }

    static IEnumerable<string> PackageFolders(string library, params string[] names)
    {
        if (!Directory.Exists(library)) return [];
        return Directory.EnumerateDirectories(library, "python3*").Order(StringComparer.Ordinal)
            .SelectMany(python => names.Select(name => Path.Combine(python, name)))
            .Where(Directory.Exists);
    }

    static bool UsesSystemPackages(string environment)
    {
        var settings = Path.Combine(environment, "pyvenv.cfg");
        return File.Exists(settings)
            && File.ReadLines(settings).Any(line => line.Replace(" ", "", StringComparison.Ordinal).Equals("include-system-site-packages=true", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The folder itself, and those that its <c>.pth</c> and <c>.egg-link</c> files add: development installs.</summary>
    public static IEnumerable<(string Folder, bool Editable)> SearchPath(string folder)
    {
        yield return (folder, false);
        var links = Directory.EnumerateFiles(folder, "*.pth").Concat(Directory.EnumerateFiles(folder, "*.egg-link")).Order(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in links.SelectMany(File.ReadLines).Select(line => line.Trim()))
        {
            // Lines that start with import are code, which is not run here.
            if (line.Length == 0 || line[0] == '#' || line.Contains('\0', StringComparison.Ordinal) || line.StartsWith("import ", StringComparison.Ordinal) || line.StartsWith("import\t", StringComparison.Ordinal)) continue;
            var added = Path.TrimEndingDirectorySeparator(Path.GetFullPath(line, folder));
            if (added != folder && Directory.Exists(added) && seen.Add(added)) yield return (added, true);
        }
    }

    /// <summary>The folders with metadata of distributions.</summary>
    public static IEnumerable<string> Distributions(string folder) =>
        Directory.EnumerateDirectories(folder, "*-info")
            .Where(name => name.EndsWith(".dist-info", StringComparison.Ordinal) || name.EndsWith(".egg-info", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>Name, version and summary of a distribution, from its headers or else from the name of the folder.</summary>
    public static (string Name, string Version, string? Summary) Metadata(string folder)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var file = new[] { "METADATA", "PKG-INFO" }.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        foreach (var line in file is null ? [] : File.ReadLines(file).TakeWhile(line => line.Length > 0))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0 && line[0] is not (' ' or '\t')) headers.TryAdd(line[..colon], line[(colon + 1)..].Trim());
        }

        var parts = Path.GetFileNameWithoutExtension(folder).Split('-');
        return (headers.GetValueOrDefault("Name") ?? parts[0], headers.GetValueOrDefault("Version") ?? parts.ElementAtOrDefault(1) ?? "0", headers.GetValueOrDefault("Summary"));
    }

    /// <summary>The form in which names of distributions are compared (PEP 503).</summary>
    public static string Normalize(string name) => Separators().Replace(name, "-").ToLowerInvariant();

    [GeneratedRegex("[-_.]+")]
    private static partial Regex Separators();
}
