using System.Reflection;

namespace IntelMQ.Documentation.Tests;

/// <summary>The checkout and what was built of it.</summary>
static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string Bundled { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Bundled").Value!;

    static string FindRoot()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
            if (File.Exists(Path.Combine(directory.FullName, "IntelMQ.slnx")))
                return directory.FullName;
        throw new DirectoryNotFoundException("The tests do not run within the repository.");
    }

    public static string PathOf(string relative) => Path.Combine(Root, relative);
}
