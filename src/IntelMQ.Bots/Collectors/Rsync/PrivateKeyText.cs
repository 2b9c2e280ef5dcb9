using System.Text;

namespace IntelMQ.Bots.Collectors.Rsync;

/// <summary>Brings a private key that was pasted into a configuration, and so lost its line ends, into the form that SSH reads.</summary>
static class PrivateKeyText
{
    const int LineLength = 70;
    const string Marker = "-----";

    /// <summary>Writes the key, for nobody else to read.</summary>
    /// <returns>The path.</returns>
    public static string WriteTo(string path, string key)
    {
        // A file that was there might be readable for others.
        System.IO.File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var file = new FileStream(path, options);
        file.Write(Encoding.ASCII.GetBytes(Format(key)));
        return path;
    }

    internal static string Format(string key)
    {
        var parts = key.Split(Marker);
        var body = parts.Length > 2 ? parts[2] : key;
        var digits = string.Concat(body.Where(c => !char.IsWhiteSpace(c)));
        var lines = digits.Chunk(LineLength).Select(line => new string(line));
        return $"{Marker}BEGIN OPENSSH PRIVATE KEY{Marker}\n{string.Join('\n', lines)}\n{Marker}END OPENSSH PRIVATE KEY{Marker}\n";
    }
}
