namespace IntelMQ.Extensions;

/// <summary>Paths inside a package: relative, with slashes, and the same on every file system.</summary>
internal static class PackagePath
{
    /// <summary>Whether a path names a file below the root of a package, whatever the file system.</summary>
    public static bool IsSafe(string path) => Objection(path) is null;

    /// <summary>What speaks against a path, or null.</summary>
    public static string? Objection(string path)
    {
        if (path.Length == 0) return "the path is empty";
        if (path.Length > 400) return "the path is longer than 400 characters";
        if (path.Any(char.IsControl)) return "the path has control characters";
        if (path[0] == '/') return "the path is absolute";
        if (path.Contains('\\', StringComparison.Ordinal)) return "the path has a backslash";
        if (path.Contains(':', StringComparison.Ordinal)) return "the path has a colon";
        foreach (var part in path.Split('/'))
        {
            if (part is "" or "." or "..") return "the path leaves the package or has empty parts";
            if (part[^1] is '.' or ' ') return "a part of the path ends with a dot or space";
        }

        return null;
    }
}
