using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace IntelMQ.Architecture.Tests;

/// <summary>The checkout that these tests look at.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    static string FindRoot([CallerFilePath] string thisFile = "")
    {
        // A deterministic build replaces the path of the source by /_/, so look from where the tests run too.
        foreach (var start in (string[])[Path.GetDirectoryName(thisFile)!, AppContext.BaseDirectory, Environment.CurrentDirectory])
        {
            for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
                if (File.Exists(Path.Combine(directory.FullName, "IntelMQ.slnx")))
                    return directory.FullName;
        }

        throw new InvalidOperationException("The tests must run inside of a checkout: IntelMQ.slnx was not found in any directory above.");
    }

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>Projects below a folder by name, each with the projects that it references.</summary>
    public static IReadOnlyDictionary<string, Project> Projects(string folder) =>
        Directory.EnumerateFiles(PathOf(folder), "*.csproj", SearchOption.AllDirectories)
            .Where(p => !p.Contains("/artifacts/", StringComparison.Ordinal))
            .Select(Project.Read)
            .ToDictionary(p => p.Name, StringComparer.Ordinal);
}

sealed record Project(string Name, string Path, IReadOnlyList<Reference> References, XDocument Xml)
{
    public static Project Read(string path)
    {
        var xml = XDocument.Load(path);
        var references = xml.Descendants("ProjectReference").Select(r => new Reference(
            System.IO.Path.GetFileNameWithoutExtension(((string?)r.Attribute("Include") ?? "").Replace('\\', '/')),
            (string?)r.Attribute("ReferenceOutputAssembly") != "false"));
        return new(System.IO.Path.GetFileNameWithoutExtension(path), path, [.. references], xml);
    }
}

/// <param name="Name">The project referred to.</param>
/// <param name="IsCode">Whether code is compiled against it; otherwise it is only built before.</param>
sealed record Reference(string Name, bool IsCode);
