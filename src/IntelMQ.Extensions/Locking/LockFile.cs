using System.Text.Encodings.Web;
using System.Text.Json;

namespace IntelMQ.Extensions;

/// <summary>Which version of a package is active, where it came from, and what its bytes must be.</summary>
internal sealed record LockedPackage
{
    public required SemanticVersion Version { get; init; }

    /// <summary>The feed, folder or file; without credentials.</summary>
    public required string Source { get; init; }

    /// <summary>Hash of the <c>.nupkg</c> as it was downloaded: <c>sha512-</c> and base 64.</summary>
    public required string Archive { get; init; }

    /// <summary>Hash of the unpacked files, see <see cref="TreeHash"/>: <c>sha256-</c> and base 64.</summary>
    public required string Tree { get; init; }

    public bool Enabled { get; init; } = true;
}

/// <summary>
/// <c>extensions.lock.json</c>: an immutable picture of it. It is the same on every machine that has the same packages,
/// so it may be kept where configuration is kept. It is worth most there: who may write both the lock and the packages
/// can make them agree.
/// </summary>
internal sealed record LockFile
{
    public const string FileName = "extensions.lock.json";

    const int FormatVersion = 1;

    static readonly JsonWriterOptions Layout = new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static LockFile Empty { get; } = new();

    /// <summary>By id, without regard to case.</summary>
    public IReadOnlyDictionary<string, LockedPackage> Packages { get; private init; } = new SortedDictionary<string, LockedPackage>(StringComparer.OrdinalIgnoreCase);

    /// <summary>For bots that several packages offer: the id of the one to use.</summary>
    public IReadOnlyDictionary<string, string> Preferences { get; private init; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public LockFile With(string id, LockedPackage package)
    {
        // Remove first: the key keeps the spelling of the package that is there now.
        var packages = Copy(Packages, StringComparer.OrdinalIgnoreCase);
        packages.Remove(id);
        packages[id] = package;
        return this with { Packages = packages };
    }

    public LockFile Without(string id)
    {
        var packages = Copy(Packages, StringComparer.OrdinalIgnoreCase);
        packages.Remove(id);
        var preferences = Copy(Preferences, StringComparer.Ordinal);
        foreach (var (bot, preferred) in Preferences)
        {
            if (preferred.Equals(id, StringComparison.OrdinalIgnoreCase)) preferences.Remove(bot);
        }

        return this with { Packages = packages, Preferences = preferences };
    }

    public LockFile Preferring(string bot, string? id)
    {
        var preferences = Copy(Preferences, StringComparer.Ordinal);
        if (id is null) preferences.Remove(bot);
        else preferences[bot] = id;
        return this with { Preferences = preferences };
    }

    static SortedDictionary<string, T> Copy<T>(IReadOnlyDictionary<string, T> from, IComparer<string> order)
    {
        var copy = new SortedDictionary<string, T>(order);
        foreach (var (key, value) in from) copy[key] = value;
        return copy;
    }

    /// <summary>Reads the lock of a root; null when it has none.</summary>
    /// <exception cref="ExtensionException">It is there and wrong; nothing is guessed then.</exception>
    public static LockFile? Read(string root)
    {
        var file = Path.Combine(root, FileName);
        return File.Exists(file) ? StrictJson.Read(file, SmallFile.Read(file), ReadRoot) : null;
    }

    static LockFile ReadRoot(StrictObject root)
    {
        root.FormatNumber("lockVersion", FormatVersion, "a newer IntelMQ may read it");
        var packages = new SortedDictionary<string, LockedPackage>(StringComparer.OrdinalIgnoreCase);
        if (root.Object("packages", required: true) is { } list)
        {
            foreach (var (id, entry) in list.Objects())
            {
                if (!ManifestReader.IsId(id)) list.Fail(id, "is not the id of a package");
                else if (!packages.TryAdd(id, ReadPackage(entry))) list.Fail(id, "is there twice, in different spelling");
            }
        }

        return new LockFile { Packages = packages, Preferences = root.Texts("prefer") };
    }

    static LockedPackage ReadPackage(StrictObject entry)
    {
        var text = entry.Text("version", "a version such as 1.2.3");
        if (!SemanticVersion.TryParse(text, out var version) && text.Length > 0) entry.Fail("version", $"'{text}' is not a version such as 1.2.3");
        return new LockedPackage
        {
            Version = version ?? new SemanticVersion(0, 0, 0),
            Source = entry.Text("source", "where the package came from"),
            Archive = ReadHash(entry, "archive", "sha512-"),
            Tree = ReadHash(entry, "tree", "sha256-"),
            Enabled = entry.Boolean("enabled", otherwise: true),
        };
    }

    static string ReadHash(StrictObject entry, string name, string prefix)
    {
        var text = entry.Text(name, $"a hash that starts with {prefix}");
        if (text.Length > 0 && !text.StartsWith(prefix, StringComparison.Ordinal)) entry.Fail(name, $"'{text}' is not a hash that starts with {prefix}");
        return text;
    }

    /// <summary>Puts this lock in the place of the one that is there, at once and for good. Call it with the <see cref="RootLock"/> held.</summary>
    public void Write(string root)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Layout)) WriteTo(json);
        buffer.Write("\n"u8);
        DurableFile.Replace(Path.Combine(root, FileName), buffer.ToArray());
    }

    void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("lockVersion", FormatVersion);
        json.WriteStartObject("packages");
        foreach (var (id, package) in Packages)
        {
            json.WriteStartObject(id);
            json.WriteString("version", package.Version.ToString());
            json.WriteString("source", package.Source);
            json.WriteString("archive", package.Archive);
            json.WriteString("tree", package.Tree);
            json.WriteBoolean("enabled", package.Enabled);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        if (Preferences.Count > 0)
        {
            json.WriteStartObject("prefer");
            foreach (var (bot, id) in Preferences) json.WriteString(bot, id);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
