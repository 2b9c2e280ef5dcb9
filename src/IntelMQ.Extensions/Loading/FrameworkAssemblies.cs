using System.Collections.Frozen;
using System.Reflection;

namespace IntelMQ.Extensions;

/// <summary>The assemblies of the shared frameworks that this process runs on, as opposed to the libraries of the host program.</summary>
internal static class FrameworkAssemblies
{
    static readonly FrozenDictionary<string, string> Paths = Find();

    /// <summary>Whether the frameworks are known; in a single file they have no paths.</summary>
    public static bool AreKnown => Paths.Count > 0;

    public static bool Contains(string name) => Paths.ContainsKey(name);

    /// <summary>Whether the framework has an assembly of this name that is at least as new.</summary>
    public static bool HasAtLeast(AssemblyName wanted) =>
        Paths.TryGetValue(wanted.Name!, out var path) && AssemblyName.GetAssemblyName(path).Version >= wanted.Version;

    static FrozenDictionary<string, string> Find()
    {
        var paths = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is not string list) return paths.ToFrozenDictionary();
        var program = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

        // In a self-contained program everything lies in one folder: there only names tell.
        var selfContained = Path.GetDirectoryName(typeof(object).Assembly.Location) == program;
        foreach (var path in list.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var name = Path.GetFileNameWithoutExtension(path);
            if (selfContained ? IsFrameworkName(name) : Path.GetDirectoryName(path) is { } directory && IsFrameworkFolder(directory)) paths.TryAdd(name, path);
        }

        return paths.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    // …/shared/Microsoft.NETCore.App/10.0.0; the host's own NuGet packages may be on the list from anywhere else.
    static bool IsFrameworkFolder(string directory) =>
        Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(directory))) == "shared" || directory == Path.GetDirectoryName(typeof(object).Assembly.Location);

    static bool IsFrameworkName(string name) =>
        name is "mscorlib" or "netstandard" or "WindowsBase" or "System"
        || name.StartsWith("System.", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal)
        || name is "Microsoft.CSharp" or "Microsoft.VisualBasic.Core" or "Microsoft.VisualBasic" or "Microsoft.Win32.Primitives" or "Microsoft.Win32.Registry";
}
