using System.Formats.Tar;
using System.IO.Compression;

namespace IntelMQ.Bots.Collectors;

/// <summary>Unpacks what was downloaded: ZIP, tar, tar with gzip, gzip.</summary>
static class Archive
{
    /// <summary>More than any feed; guards against small archives that unpack to more than there is memory.</summary>
    const long MostBytes = 1L << 31;

    /// <summary>Unpacks an archive of any known kind; the first kind that the bytes can be read as is taken.</summary>
    /// <param name="bytes">The archive.</param>
    /// <param name="wanted">Names of the files to take; null takes all.</param>
    /// <param name="files">The files. What was only compressed is one file without a name.</param>
    public static bool TryUnpack(byte[] bytes, IReadOnlySet<string>? wanted, out IReadOnlyList<(string? Name, ReadOnlyMemory<byte> Data)> files)
    {
        if (TryUnpackZip(bytes, wanted, out files)) return true;

        if (!TryGunzip(bytes, out var content)) return TryUnpackTar(bytes, wanted, out files);
        if (!TryUnpackTar(content, wanted, out files)) files = [(null, content)];
        return true;
    }

    /// <summary>Unpacks an archive in ZIP form.</summary>
    public static bool TryUnpackZip(byte[] bytes, IReadOnlySet<string>? wanted, out IReadOnlyList<(string? Name, ReadOnlyMemory<byte> Data)> files)
    {
        files = [];
        try
        {
            using var archive = new ZipArchive(new MemoryStream(bytes), ZipArchiveMode.Read);
            var result = new List<(string?, ReadOnlyMemory<byte>)>();
            foreach (var entry in archive.Entries)
            {
                if (entry.FullName.EndsWith('/') || (wanted is not null && !wanted.Contains(entry.FullName))) continue;
                using var stream = entry.Open();
                result.Add((entry.FullName, ReadAll(stream)));
            }

            files = result;
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    static bool TryUnpackTar(byte[] bytes, IReadOnlySet<string>? wanted, out IReadOnlyList<(string? Name, ReadOnlyMemory<byte> Data)> files)
    {
        files = [];
        try
        {
            using var reader = new TarReader(new MemoryStream(bytes));
            var result = new List<(string?, ReadOnlyMemory<byte>)>();
            var isEmpty = true;
            while (reader.GetNextEntry() is { } entry)
            {
                isEmpty = false;
                if (entry.DataStream is not null && (wanted is null || wanted.Contains(entry.Name))) result.Add((entry.Name, ReadAll(entry.DataStream)));
            }

            files = result;
            return !isEmpty;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or FormatException or NotSupportedException)
        {
            return false;
        }
    }

    static bool TryGunzip(byte[] bytes, out byte[] content)
    {
        content = [];
        if (bytes is not [0x1f, 0x8b, ..]) return false;
        try
        {
            using var stream = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
            content = ReadAll(stream);
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    static byte[] ReadAll(Stream stream)
    {
        using var all = new MemoryStream();
        var buffer = new byte[81920];
        while (stream.Read(buffer) is > 0 and var read)
        {
            if (all.Length + read > MostBytes) throw new InvalidDataException("The archive unpacks to more than 2 GiB.");
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }
}
