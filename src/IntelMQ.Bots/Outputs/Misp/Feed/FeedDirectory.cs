using System.Security.Cryptography;
using System.Text;
using IntelMQ.Bots.Clients.Misp;

namespace IntelMQ.Bots.Outputs.Misp.Feed;

/// <summary>
/// A directory in the form of a MISP feed: a file for each event, <c>manifest.json</c> that lists them, and <c>hashes.csv</c> by which
/// servers look values up without taking the events (https://www.misp-project.org/datamodels/).
/// </summary>
/// <remarks>Each file is replaced as a whole, so that whoever reads sees the old or the new one; only hashes are appended.</remarks>
sealed class FeedDirectory(string path, IBotLog log)
{
    const string ManifestName = "manifest.json";

    readonly OrderedDictionary<string, object?> _manifest = new(StringComparer.Ordinal);
    readonly StringBuilder _newHashes = new();
    long _hashesLength;

    string Hashes => Path.Combine(path, "hashes.csv");

    string Current => Path.Combine(path, ".current");

    /// <summary>Reads what is there and writes the list and the hashes anew: a stop in the middle of a change may have left them behind.</summary>
    public void Open()
    {
        Directory.CreateDirectory(path);
        var written = Hashes + ".new";
        using (var hashes = new StreamWriter(written, append: false))
        {
            foreach (var file in Directory.EnumerateFiles(path, "*.json").Order(StringComparer.Ordinal))
                if (Path.GetFileName(file) != ManifestName)
                    Read(file, hashes);
        }

        System.IO.File.Move(written, Hashes, overwrite: true);
        _hashesLength = new FileInfo(Hashes).Length;
        WriteManifest();
    }

    void Read(string file, StreamWriter hashes)
    {
        try
        {
            var row = new JsonRow(JsonText.Parse(System.IO.File.ReadAllBytes(file))).Object("Event");
            var uuid = row["uuid"].ToString();
            _manifest[uuid] = FeedEvent.ManifestEntry(row.Value.Map!);
            foreach (var attribute in row.Items("Attribute").Concat(row.Items("Object").SelectMany(static item => item.Items("Attribute"))))
                hashes.Write(HashLine(TextOf(attribute), uuid));
        }
        catch (Exception e) when (e is FormatException or KeyNotFoundException or InvalidMessageException)
        {
            log.Warning($"'{file}' is no MISP event and stays out of the feed: {e.Message}");
        }
    }

    static string TextOf(JsonRow attribute)
    {
        var text = PythonValues.ToText(attribute.Get("value"));
        return attribute.Get("type").Text == "datetime" ? text.Replace('T', ' ') : text;
    }

    /// <summary>The event that was being written, if its interval is not over; null when a new one is to begin.</summary>
    public FeedEvent? Resume(DateTimeOffset now)
    {
        try
        {
            return System.IO.File.Exists(Current) ? FeedEvent.Resume(Path.Combine(path, Path.GetFileName(System.IO.File.ReadAllText(Current).Trim())), now) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            log.Warning($"The last MISP event cannot be gone on with, a new one begins: {e.Message}");
            return null;
        }
    }

    /// <summary>Notes the values of an object, which <see cref="Save"/> writes down.</summary>
    public void AddHashes(MispObject added, FeedEvent to)
    {
        foreach (var attribute in added.Attributes) _newHashes.Append(HashLine(attribute.Text, to.Uuid));
    }

    /// <summary>Writes the event as it is now, and all that tells of it.</summary>
    public void Save(FeedEvent saved, DateTimeOffset now)
    {
        saved.Publish(now);
        Replace(Path.Combine(path, saved.FileName), saved.WriteTo);
        Replace(Current, stream => stream.Write(Encoding.UTF8.GetBytes(Path.Combine(path, saved.FileName))));
        AppendHashes();
        _manifest[saved.Uuid] = saved.ManifestEntry();
        WriteManifest();
    }

    // What a failed attempt has left behind the known end is written over.
    void AppendHashes()
    {
        using var file = new FileStream(Hashes, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        file.SetLength(_hashesLength);
        file.Position = _hashesLength;
        file.Write(Encoding.UTF8.GetBytes(_newHashes.ToString()));
        file.Flush(flushToDisk: true);
        _hashesLength = file.Length;
        _newHashes.Clear();
    }

    void WriteManifest() => Replace(Path.Combine(path, ManifestName), stream => stream.Write(Encoding.UTF8.GetBytes(JsonText.Write(FieldValue.From(_manifest)))));

    static void Replace(string file, Action<Stream> write)
    {
        var written = file + ".new";
        using (var stream = new FileStream(written, FileMode.Create, FileAccess.Write))
        {
            write(stream);
            stream.Flush(flushToDisk: true);
        }

        System.IO.File.Move(written, file, overwrite: true);
    }

#pragma warning disable CA5351 // The format says MD5; nothing is protected by it.
    static string HashLine(string value, string uuid) => $"{Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(value)))},{uuid}\n";
#pragma warning restore CA5351
}
