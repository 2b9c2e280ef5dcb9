using System.Security.Cryptography;
using System.Text;

namespace IntelMQ.Extensions;

/// <summary>
/// One hash over all files of a package: SHA-256 of the lines <c>hash  path</c>, sorted by path. It does not depend on
/// how the archive was made and can be computed again from the installed files at any time.
/// </summary>
internal static class TreeHash
{
    /// <summary>Of files whose hashes are known.</summary>
    /// <param name="files">Path with slashes, and SHA-256 in lower case hexadecimal digits.</param>
    public static string Of(IEnumerable<(string Path, string Sha256)> files)
    {
        var lines = new StringBuilder();
        foreach (var (path, sha256) in files.OrderBy(file => file.Path, StringComparer.Ordinal)) lines.Append(sha256).Append("  ").Append(path).Append('\n');
        return "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())));
    }

    /// <summary>The hash of each file below a directory.</summary>
    public static async Task<IReadOnlyList<(string Path, string Sha256)>> FilesAsync(string directory, CancellationToken cancellationToken)
    {
        var files = new List<(string, string)>();
        foreach (var file in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            await using var stream = File.OpenRead(file);
            var hash = await SHA256.HashDataAsync(stream, cancellationToken);
            files.Add((Relative(directory, file), Convert.ToHexStringLower(hash)));
        }

        return files;
    }

    /// <summary>Of the files below a directory.</summary>
    public static string Of(string directory) =>
        Of(Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Select(file => (Relative(directory, file), OfFile(file))));

    /// <summary>SHA-256 of one file, in lower case hexadecimal digits.</summary>
    public static string OfFile(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    static string Relative(string directory, string file) => Path.GetRelativePath(directory, file).Replace(Path.DirectorySeparatorChar, '/');
}
