using System.Buffers.Binary;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;

namespace IntelMQ.Sdk;

/// <summary>A file out of an archive.</summary>
/// <param name="Name">Its path in the archive; null for a file that is only compressed.</param>
/// <param name="Content">Its bytes.</param>
public sealed record ArchiveMember(string? Name, byte[] Content);

/// <summary>How much an archive may hold: a small one can be made to unpack to more than there is memory.</summary>
public sealed record ArchiveLimits
{
    /// <summary>Bytes of all files together.</summary>
    public long MostBytes { get; init; } = 1L << 30;

    /// <summary>Number of files.</summary>
    public int MostMembers { get; init; } = 10_000;
}

/// <summary>Unpacks archives: zip, tar (plain, or compressed with gzip, bzip2 or xz), gzip; the first that opens counts.</summary>
public static class Archives
{
    const int TarBlock = 512;

    /// <summary>The files of an archive in its order, without folders.</summary>
    /// <param name="archive">The bytes of the archive.</param>
    /// <param name="names">The files to take; null means all. A file that is only compressed has no name and is taken always.</param>
    /// <param name="limits">How much it may hold.</param>
    /// <exception cref="InvalidDataException">It is no archive of these kinds, it is broken, or it holds too much.</exception>
    public static IReadOnlyList<ArchiveMember> Extract(ReadOnlyMemory<byte> archive, IReadOnlyCollection<string>? names = null, ArchiveLimits? limits = null)
    {
        var budget = new Budget(limits ?? new ArchiveLimits());
        if (TryUnzip(archive, names, budget) is { } zipped) return zipped;
        budget = budget.Anew();
        if (IsTar(archive.Span)) return Untar(archive, names, budget);
        if (Bzip2.IsBzip2(archive.Span) || Xz.IsXz(archive.Span)) return UntarOther(archive, names, budget);
        var unpacked = Gunzip(archive, budget);
        return IsTar(unpacked) ? Untar(unpacked, names, budget.Anew()) : [new ArchiveMember(null, unpacked)];
    }

    /// <summary>Unpacks a single bzip2 file of any size into a stream.</summary>
    /// <param name="data">The bytes of the file.</param>
    /// <param name="to">Where the content goes; one that is written byte by byte, such as a buffered file.</param>
    /// <param name="limits">How much it may hold.</param>
    /// <exception cref="InvalidDataException">It is no bzip2 file, it is broken, or it holds too much.</exception>
    public static void UnpackBzip2(ReadOnlyMemory<byte> data, Stream to, ArchiveLimits? limits = null)
    {
        if (!Bzip2.IsBzip2(data.Span)) throw new InvalidDataException("The data are no bzip2 file.");
        Bzip2.Unpack(data.Span, to, (limits ?? new ArchiveLimits()).MostBytes);
    }

    /// <summary>The files when it is a zip archive, else null: what the HTTP collector does with every body.</summary>
    /// <exception cref="InvalidDataException">It holds too much.</exception>
    public static IReadOnlyList<ArchiveMember>? TryUnzip(ReadOnlyMemory<byte> archive, ArchiveLimits? limits = null) => TryUnzip(archive, null, new Budget(limits ?? new ArchiveLimits()));

    static List<ArchiveMember>? TryUnzip(ReadOnlyMemory<byte> archive, IReadOnlyCollection<string>? names, Budget budget)
    {
        try
        {
            using var zip = new ZipArchive(new MemoryStream(archive.ToArray()), ZipArchiveMode.Read);
            var members = new List<ArchiveMember>();
            foreach (var entry in zip.Entries)
            {
                if (entry.FullName.EndsWith('/') || names?.Contains(entry.FullName) == false) continue;
                using var content = entry.Open();
                members.Add(new ArchiveMember(entry.FullName, budget.Read(content)));
            }

            return members;
        }
        catch (InvalidDataException) when (!budget.IsExceeded)
        {
            return null;
        }
    }

    static List<ArchiveMember> Untar(ReadOnlyMemory<byte> archive, IReadOnlyCollection<string>? names, Budget budget)
    {
        try
        {
            using var tar = new TarReader(new MemoryStream(archive.ToArray()));
            var members = new List<ArchiveMember>();
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile)) continue;
                if (names?.Contains(entry.Name) == false) continue;
                members.Add(new ArchiveMember(entry.Name, entry.DataStream is { } content ? budget.Read(content) : []));
            }

            return members;
        }
        catch (Exception e) when (!budget.IsExceeded && e is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Failed(e);
        }
    }

    // As in the original, these count as compression of a tar archive, not of a single file.
    static List<ArchiveMember> UntarOther(ReadOnlyMemory<byte> archive, IReadOnlyCollection<string>? names, Budget budget)
    {
        var tar = Bzip2.IsBzip2(archive.Span) ? Bzip2.Unpack(archive.Span, budget.Bytes) : Xz.Unpack(archive.Span, budget.Bytes);
        return IsTar(tar) ? Untar(tar, names, budget) : throw Failed(null);
    }

    // The checksum of the first header tells a tar archive from anything else.
    static bool IsTar(ReadOnlySpan<byte> data)
    {
        if (data.Length < TarBlock) return false;
        var stated = 0;
        foreach (var b in data.Slice(148, 8))
        {
            if (b is >= (byte)'0' and <= (byte)'7') stated = stated * 8 + (b - '0');
            else if (b is not ((byte)' ' or 0)) return false;
        }

        var sum = 8 * ' ';
        for (var i = 0; i < TarBlock; i++)
            if (i is < 148 or >= 156)
                sum += data[i];
        return stated == sum;
    }

    static byte[] Gunzip(ReadOnlyMemory<byte> data, Budget budget)
    {
        // Nothing compressed is nothing, as in the original.
        if (data.IsEmpty) return [];
        if (data.Span is not [0x1F, 0x8B, ..]) throw Failed(null);
        try
        {
            using var gzip = new GZipStream(new MemoryStream(data.ToArray()), CompressionMode.Decompress);
            var content = budget.Read(gzip);
            return IsWhole(data.Span, content.Length) ? content : throw new InvalidDataException("The compressed data ends too early.");
        }
        catch (Exception e) when (!budget.IsExceeded && e is InvalidDataException or EndOfStreamException)
        {
            throw Failed(e);
        }
    }

    // The library takes the end of the data for the end of the file. The last four bytes say how long the last part is
    // unpacked; data that were cut off end in others.
    static bool IsWhole(ReadOnlySpan<byte> data, int unpacked)
    {
        const int Least = 18;
        return data.Length >= Least && BinaryPrimitives.ReadUInt32LittleEndian(data[^4..]) <= (uint)unpacked;
    }

    static InvalidDataException Failed(Exception? cause) => new("Failed to uncompress the given file.", cause);

    /// <summary>What is left of the limits.</summary>
    sealed class Budget(ArchiveLimits limits)
    {
        long _bytes = limits.MostBytes;
        int _members = limits.MostMembers;

        public bool IsExceeded { get; private set; }

        public long Bytes => _bytes;

        public Budget Anew() => new(limits);

        public byte[] Read(Stream content)
        {
            if (--_members < 0) throw Exceeded(string.Create(CultureInfo.InvariantCulture, $"{limits.MostMembers} files"));
            using var result = new MemoryStream();
            var buffer = new byte[64 * 1024];
            while (content.Read(buffer) is > 0 and var length)
            {
                if ((_bytes -= length) < 0) throw Exceeded(string.Create(CultureInfo.InvariantCulture, $"{limits.MostBytes} bytes"));
                result.Write(buffer, 0, length);
            }

            return result.ToArray();
        }

        InvalidDataException Exceeded(string what)
        {
            IsExceeded = true;
            return new InvalidDataException($"The archive holds more than {what}.");
        }
    }
}
