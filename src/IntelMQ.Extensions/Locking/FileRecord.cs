using System.Globalization;
using System.IO.Enumeration;
using System.Text;

namespace IntelMQ.Extensions;

/// <summary>
/// Hash, size and time of each file of an installed version, kept beside its folder. Discovery compares sizes and times,
/// and hashes only files whose time is not the recorded one; <c>verify</c> hashes all.
/// </summary>
internal sealed class FileRecord
{
    readonly IReadOnlyDictionary<string, Line> _lines;

    FileRecord(IReadOnlyDictionary<string, Line> lines) => _lines = lines;

    readonly record struct Line(string Sha256, long Size, long Ticks);

    /// <summary>The hash of the tree as it was recorded.</summary>
    public string Tree => TreeHash.Of(_lines.Select(line => (line.Key, line.Value.Sha256)));

    /// <summary>Where the record of a version is: <c>Awesome.Bots/.1.0.0.files</c> for <c>Awesome.Bots/1.0.0/</c>.</summary>
    public static string FileOf(string directory) => Path.Combine(Path.GetDirectoryName(directory)!, $".{Path.GetFileName(directory)}.files");

    /// <summary>Records the files of a folder as they are now.</summary>
    public static void Write(string directory, IEnumerable<(string Path, string Sha256)> files)
    {
        var text = new StringBuilder();
        foreach (var (path, sha256) in files.OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            var info = new FileInfo(Path.Combine(directory, path));
            text.Append(CultureInfo.InvariantCulture, $"{sha256} {info.Length} {info.LastWriteTimeUtc.Ticks} {path}\n");
        }

        DurableFile.Replace(FileOf(directory), Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Reads the record of a folder; null when there is none that can be read, since it only saves time.</summary>
    public static FileRecord? TryRead(string directory)
    {
        var file = FileOf(directory);
        if (!File.Exists(file)) return null;
        var lines = new Dictionary<string, Line>(StringComparer.Ordinal);
        foreach (var text in Encoding.UTF8.GetString(SmallFile.Read(file)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = text.Split(' ', 4);
            if (parts.Length < 4
                || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                || !long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks))
            {
                return null;
            }

            lines[parts[3]] = new(parts[0], size, ticks);
        }

        return new FileRecord(lines);
    }

    /// <summary>What differs between the record and the folder; empty when nothing does.</summary>
    public IReadOnlyList<string> Differences(string directory)
    {
        var differences = new List<string>();
        var found = 0;
        foreach (var (path, size, ticks) in Files(directory))
        {
            if (!_lines.TryGetValue(path, out var line))
            {
                differences.Add($"{path} was added");
                continue;
            }

            found++;
            // A copy or a backup has other times and the same content.
            if (size != line.Size || (ticks != line.Ticks && TreeHash.OfFile(Path.Combine(directory, path)) != line.Sha256)) differences.Add($"{path} was changed");
        }

        if (found < _lines.Count)
        {
            differences.AddRange(_lines.Keys.Where(path => !File.Exists(Path.Combine(directory, path))).Select(path => $"{path} is missing"));
        }

        return differences;
    }

    /// <summary>What differs between the record and files whose hashes were computed.</summary>
    public IReadOnlyList<string> Differences(IReadOnlyList<(string Path, string Sha256)> files)
    {
        var found = files.ToDictionary(file => file.Path, file => file.Sha256, StringComparer.Ordinal);
        return
        [
            .. files.Where(file => !_lines.ContainsKey(file.Path)).Select(file => $"{file.Path} was added"),
            .. _lines.Where(line => found.TryGetValue(line.Key, out var hash) && hash != line.Value.Sha256).Select(line => $"{line.Key} was changed"),
            .. _lines.Keys.Where(path => !found.ContainsKey(path)).Select(path => $"{path} is missing"),
        ];
    }

    static FileSystemEnumerable<(string Path, long Size, long Ticks)> Files(string directory) => new(
        directory,
        (ref entry) => (
            entry.ToSpecifiedFullPath()[(directory.Length + 1)..].Replace(Path.DirectorySeparatorChar, '/'),
            entry.Length,
            entry.LastWriteTimeUtc.UtcTicks),
        new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
    {
        ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
    };
}
