using System.IO.Compression;
using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions;

/// <summary>
/// A <c>.nupkg</c> that may have been made by an enemy. Opening checks every entry and reads the manifest; nothing is
/// written before that.
/// </summary>
internal sealed class PackageArchive : IDisposable
{
    /// <summary>The folder in the archive that holds the extension.</summary>
    public const string Folder = "intelmq/";

    readonly ZipArchive _zip;
    readonly string _name;
    readonly SortedDictionary<string, ZipArchiveEntry> _files;

    PackageArchive(ZipArchive zip, string name, SortedDictionary<string, ZipArchiveEntry> files, ExtensionManifest manifest) =>
        (_zip, _name, _files, Manifest) = (zip, name, files, manifest);

    public ExtensionManifest Manifest { get; }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ExtensionException">It cannot be read, or <see cref="Open"/> refuses it.</exception>
    public static PackageArchive OpenFile(string file) => Open(DiskErrors.Explain($"{file} cannot be read", () => File.OpenRead(file)), file);

    /// <summary>Opens an archive.</summary>
    /// <param name="stream">Disposed with the archive, also when it is refused.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="ExtensionException">It is no extension package, or it has something that no package should have; all of it is said.</exception>
    public static PackageArchive Open(Stream stream, string name)
    {
        ZipArchive? zip = null;
        try
        {
            zip = new ZipArchive(stream, ZipArchiveMode.Read);
            var files = new ArchiveEntries(zip, name).Check();
            if (!files.TryGetValue(ManifestReader.FileName, out var entry)) throw Refused(name, $"is not an IntelMQ extension: it has no {Folder}{ManifestReader.FileName}");
            if (entry.Length > SmallFile.MaximumBytes) throw new ExtensionException([SmallFile.TooLarge(name)]);
            var manifest = ManifestReader.Read($"{name}!{Folder}{ManifestReader.FileName}", ReadAll(entry, name, SmallFile.MaximumBytes));
            CheckNuspec(zip, name, manifest);
            return new PackageArchive(zip, name, files, manifest);
        }
        catch (InvalidDataException e)
        {
            zip?.Dispose();
            stream.Dispose();
            throw new ExtensionException([new(BotLogLevel.Error, $"is not a package: {e.Message}") { File = name }], e);
        }
        catch
        {
            zip?.Dispose();
            stream.Dispose();
            throw;
        }
    }

    internal static ExtensionException Refused(string name, string text) => new([new Problem(BotLogLevel.Error, text) { File = name }]);

    /// <summary>Feeds go by the nuspec, the host by the manifest: they must say the same.</summary>
    static void CheckNuspec(ZipArchive zip, string name, ExtensionManifest manifest)
    {
        var entry = zip.Entries.FirstOrDefault(entry => entry.FullName.EndsWith(".nuspec", StringComparison.OrdinalIgnoreCase) && !entry.FullName.Contains('/', StringComparison.Ordinal));
        if (entry is null) return;
        try
        {
            using var text = new MemoryStream(ReadAll(entry, name, SmallFile.MaximumBytes));
            using var reader = XmlReader.Create(text, new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            var metadata = XDocument.Load(reader).Root?.Elements().FirstOrDefault(element => element.Name.LocalName == "metadata");
            string? Value(string element) => metadata?.Elements().FirstOrDefault(child => child.Name.LocalName == element)?.Value.Trim();
            if (Value("id") is { } id && !id.Equals(manifest.Id, StringComparison.OrdinalIgnoreCase)) throw Refused(name, $"its nuspec says {id}, its manifest {manifest.Id}");
            if (Value("version") is { } version && (!SemanticVersion.TryParse(version, out var parsed) || parsed != manifest.Version)) throw Refused(name, $"its nuspec says version {version}, its manifest {manifest.Version}");
        }
        catch (XmlException e)
        {
            throw new ExtensionException([new Problem(BotLogLevel.Error, $"its nuspec cannot be read: {e.Message}") { File = name }], e);
        }
    }

    static byte[] ReadAll(ZipArchiveEntry entry, string name, int most)
    {
        try
        {
            using var from = entry.Open();
            using var to = new MemoryStream();
            var crc = new Crc32();
            var buffer = new byte[8192];
            for (int read; (read = from.Read(buffer)) > 0;)
            {
                if (to.Length + read > most) throw new InvalidDataException($"it is larger than {most} bytes");
                to.Write(buffer, 0, read);
                crc.Append(buffer.AsSpan(0, read));
            }

            CheckSum(entry, crc);
            return to.ToArray();
        }
        catch (InvalidDataException e)
        {
            throw Corrupt(entry, name, e);
        }
    }

    static void CheckSum(ZipArchiveEntry entry, Crc32 crc)
    {
        if (crc.Value != entry.Crc32) throw new InvalidDataException("its content is not what was packed (the checksum differs)");
    }

    static ExtensionException Corrupt(ZipArchiveEntry entry, string name, InvalidDataException e) =>
        new([new Problem(BotLogLevel.Error, $"entry '{entry.FullName}' cannot be read: {e.Message}") { File = name }], e);

    /// <summary>Whether the extension has a file.</summary>
    public bool Has(string path) => _files.ContainsKey(path);

    /// <summary>How large a file of the extension says that it is.</summary>
    public long LengthOf(string path) => _files[path].Length;

    /// <summary>The content of a small file of the extension, or null when there is no such file.</summary>
    public byte[]? TryRead(string path) => _files.TryGetValue(path, out var entry) ? ReadAll(entry, _name, SmallFile.MaximumBytes) : null;

    /// <summary>The content of an assembly, or null when there is no such file.</summary>
    public byte[]? TryReadAssembly(string path) => _files.TryGetValue(path, out var entry) ? ReadAll(entry, _name, (int)PackageLimits.ArchiveBytes) : null;

    /// <summary>The hash of each file.</summary>
    public async Task<IReadOnlyList<(string Path, string Sha256)>> HashAsync(CancellationToken cancellationToken)
    {
        var hashes = new List<(string, string)>();
        var room = new Room(_name);
        foreach (var (path, entry) in _files) hashes.Add((path, await CopyAsync(entry, Stream.Null, room, cancellationToken)));
        return hashes;
    }

    /// <summary>Writes all files below an empty directory and flushes them to disk.</summary>
    /// <returns>The hash of each file.</returns>
    /// <exception cref="ExtensionException">They are larger than they say and than is allowed.</exception>
    public async Task<IReadOnlyList<(string Path, string Sha256)>> UnpackAsync(string directory, CancellationToken cancellationToken)
    {
        var hashes = new List<(string, string)>();
        var directories = new HashSet<string>(StringComparer.Ordinal) { directory };
        var room = new Room(_name);
        foreach (var (path, entry) in _files)
        {
            var file = Path.Combine(directory, path);
            var parent = Path.GetDirectoryName(file)!;
            if (directories.Add(parent)) Directory.CreateDirectory(parent);
            await using var to = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            hashes.Add((path, await CopyAsync(entry, to, room, cancellationToken)));
            await to.FlushAsync(cancellationToken);
            RandomAccess.FlushToDisk(to.SafeFileHandle);
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(to.SafeFileHandle, IsProgram(path) ? Program : Data);
        }

        foreach (var made in directories) DurableFile.FlushDirectory(made);
        return hashes;
    }

    const UnixFileMode Data = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    const UnixFileMode Program = Data | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    // The one file that the manifest says is run by itself.
    bool IsProgram(string path) => Manifest.Runtime is ProcessRuntime process && process.Command[0] is var program && (program == path || program == "./" + path);

    async Task<string> CopyAsync(ZipArchiveEntry entry, Stream to, Room room, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            await using var from = await entry.OpenAsync(cancellationToken);
            var crc = new Crc32();
            var buffer = new byte[81920];
            for (int read; (read = await from.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                room.Take(read);
                hash.AppendData(buffer, 0, read);
                crc.Append(buffer.AsSpan(0, read));
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            CheckSum(entry, crc);
        }
        catch (InvalidDataException e)
        {
            throw Corrupt(entry, _name, e);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose() => _zip.Dispose();

    /// <summary>Counts what really comes out: the sizes that entries declare may lie.</summary>
    sealed class Room(string name)
    {
        long _left = PackageLimits.UnpackedBytes;

        public void Take(int bytes)
        {
            if ((_left -= bytes) < 0) throw Refused(name, $"unpacks to more than {PackageLimits.UnpackedBytes >> 20} MiB");
        }
    }
}
