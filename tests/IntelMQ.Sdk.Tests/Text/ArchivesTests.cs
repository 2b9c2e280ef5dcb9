using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace IntelMQ.Sdk.Tests;

public sealed class ArchivesTests
{
    static readonly (string Name, string Content)[] Files = [("foo", "foo text\n"), ("sub/bar.txt", "bar"), ("empty", "")];

    static byte[] Zip()
    {
        using var result = new MemoryStream();
        using (var zip = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        {
            zip.CreateEntry("sub/");
            foreach (var (name, content) in Files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }

        return result.ToArray();
    }

    static byte[] Tar()
    {
        using var result = new MemoryStream();
        using (var tar = new TarWriter(result, TarEntryFormat.Pax, leaveOpen: true))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "sub/"));
            foreach (var (name, content) in Files)
            {
                using var data = new MemoryStream(Encoding.UTF8.GetBytes(content));
                tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
            }
        }

        return result.ToArray();
    }

    static byte[] Gzip(byte[] data)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest)) gzip.Write(data);
        return result.ToArray();
    }

    public static TheoryData<string, byte[]> All => new() { { "zip", Zip() }, { "tar", Tar() }, { "tar.gz", Gzip(Tar()) } };

    [Theory]
    [MemberData(nameof(All))]
    public void Every_kind_gives_its_files_without_the_folders(string kind, byte[] archive)
    {
        Assert.NotEmpty(kind);
        Assert.Equal(Files, Archives.Extract(archive).Select(m => (m.Name!, Encoding.UTF8.GetString(m.Content))));
        Assert.Equal(["sub/bar.txt"], Archives.Extract(archive, ["sub/bar.txt", "missing"]).Select(m => m.Name));
        Assert.Empty(Archives.Extract(archive, ["missing"]));
    }

    [Fact]
    public void A_file_that_is_only_compressed_has_no_name_and_is_always_taken()
    {
        var member = Assert.Single(Archives.Extract(Gzip("text"u8.ToArray()), ["missing"]));
        Assert.Null(member.Name);
        Assert.Equal("text"u8.ToArray(), member.Content);
        Assert.Empty(Assert.Single(Archives.Extract(ReadOnlyMemory<byte>.Empty)).Content);
    }

    [Fact]
    public void Only_a_zip_archive_is_taken_for_one()
    {
        Assert.Equal(3, Archives.TryUnzip(Zip())!.Count);
        Assert.Null(Archives.TryUnzip(Tar()));
        Assert.Null(Archives.TryUnzip("just text"u8.ToArray()));
    }

    [Fact]
    public void What_is_no_archive_or_broken_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => Archives.Extract("just text"u8.ToArray()));
        Assert.Throws<InvalidDataException>(() => Archives.Extract(Zip().AsMemory(0, 60)));
        var compressed = Gzip(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i} "))));
        Assert.Throws<InvalidDataException>(() => Archives.Extract(compressed.AsMemory(0, compressed.Length - 200)));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void An_archive_that_holds_too_much_is_refused(string kind, byte[] archive)
    {
        Assert.Contains("more than 5 bytes", Assert.Throws<InvalidDataException>(() => Archives.Extract(archive, limits: new ArchiveLimits { MostBytes = 5 })).Message, StringComparison.Ordinal);
        if (kind == "zip") Assert.Contains("more than 2 files", Assert.Throws<InvalidDataException>(() => Archives.Extract(archive, limits: new ArchiveLimits { MostMembers = 2 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_ends_in_files_or_in_the_one_exception()
    {
        var random = new Random(9);
        var archives = All.Select(row => row.Data.Item2).Append(Gzip("text of a file"u8.ToArray())).ToList();
        for (var i = 0; i < 3000; i++)
        {
            var archive = archives[random.Next(archives.Count)].ToArray();
            for (var changes = random.Next(1, 8); changes > 0; changes--) archive[random.Next(archive.Length)] = (byte)random.Next(256);
            try
            {
                Archives.Extract(archive.AsMemory(0, random.Next(4) == 0 ? random.Next(archive.Length) : archive.Length), limits: new ArchiveLimits { MostBytes = 1 << 20, MostMembers = 100 });
            }
            catch (InvalidDataException)
            {
                // The one it may throw.
            }
        }
    }
}
