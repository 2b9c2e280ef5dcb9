using System.Globalization;
using System.Text;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// The folder of a queue: its number, and as much of its name as is fit for a file name, for the eye. The name itself, which
/// is free text, stands in a file in it.
/// </summary>
internal static class QueueFolder
{
    const int ReadableLength = 64;
    const string NameFile = "name";

    public static string Root(string store) => Path.Combine(store, "queues");

    public static string SetAside(string store) => Path.Combine(store, "set-aside");

    public static string PathOf(string store, int queue, string name)
    {
        var readable = new StringBuilder();
        foreach (var letter in name.Take(ReadableLength))
            readable.Append(char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '~');
        return Path.Combine(Root(store), string.Create(CultureInfo.InvariantCulture, $"{queue:D6}-{readable}"));
    }

    public static void Create(IStoreFiles files, string path, string name)
    {
        files.CreateDirectory(path);
        using (var file = files.Open(Path.Combine(path, NameFile), StoreFileMode.Replace))
        {
            file.Write([Encoding.UTF8.GetBytes(name)], 0);
            file.Flush();
        }

        files.FlushDirectory(path);
        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The folders of a store by the numbers of their queues.</summary>
    public static SortedDictionary<int, string> Find(IStoreFiles files, string store)
    {
        var found = new SortedDictionary<int, string>();
        foreach (var path in files.DirectoriesIn(Root(store)))
        {
            var name = Path.GetFileName(path);
            var dash = name.IndexOf('-', StringComparison.Ordinal);
            if (dash > 0 && int.TryParse(name.AsSpan(0, dash), CultureInfo.InvariantCulture, out var queue)) found[queue] = path;
        }

        return found;
    }

    /// <summary>The name of the queue, or what the folder is called where that cannot be read.</summary>
    public static string NameOf(IStoreFiles files, string path)
    {
        try
        {
            using var file = files.Open(Path.Combine(path, NameFile), StoreFileMode.Read);
            var bytes = new byte[file.Length];
            if (bytes.Length > 0 && file.Read(bytes, 0) == bytes.Length) return Encoding.UTF8.GetString(bytes);
        }
        catch (IOException)
        {
            // The folder's own name is the second best.
        }

        var folder = Path.GetFileName(path);
        return folder[(folder.IndexOf('-', StringComparison.Ordinal) + 1)..];
    }
}
