using System.Globalization;

namespace IntelMQ.Extensions;

/// <summary>A file of a Python distribution as its installer recorded it.</summary>
/// <param name="Path">Relative to the folder that the metadata is in.</param>
/// <param name="Hash">Such as <c>sha256=…</c>; null where none was recorded.</param>
/// <param name="Bytes">How large it was; null where that was not recorded.</param>
internal sealed record PythonFile(string Path, string? Hash, long? Bytes);

/// <summary><c>RECORD</c>: the files of an installed Python distribution.</summary>
internal static class PythonRecord
{
    /// <summary>The recorded files; none where there is no record, as with editable installs.</summary>
    /// <param name="metadata">The folder with the metadata.</param>
    /// <exception cref="ExtensionException">The record cannot be read.</exception>
    public static IReadOnlyList<PythonFile> Read(string metadata)
    {
        var file = Path.Combine(metadata, "RECORD");
        return File.Exists(file) ? [.. System.Text.Encoding.UTF8.GetString(SmallFile.Read(file)).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ToFile)] : [];
    }

    /// <summary>A line has path, hash and size; only a path may have commas, and it is in quotes then.</summary>
    static PythonFile ToFile(string line)
    {
        var size = line.LastIndexOf(',');
        var hash = size > 0 ? line.LastIndexOf(',', size - 1) : -1;
        if (hash < 0) return new(line, null, null);
        var path = line[..hash];
        if (path is ['"', .., '"']) path = path[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal);
        var text = line[(hash + 1)..size];
        return new(path, text.Length == 0 ? null : text, long.TryParse(line[(size + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null);
    }
}
