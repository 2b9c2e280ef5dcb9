using System.Text;

namespace IntelMQ.Extensions.Tests;

public sealed class DamagedFilesTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    static TestPackage Package => new TestPackage("Awesome.Bots", "1.0.0", "intelmq.bots.experts.awesome.bot").WithDependencies(("Some.Library", "1.0.0"))
        .With("net10.0/Awesome.Bots.dll", new string('x', 500)).With("net10.0/Some.Library.dll", "library");

    /// <summary>Some bytes are replaced, or the end is missing.</summary>
    static byte[] Damage(byte[] content, Random random)
    {
        var damaged = content[..(random.Next(4) == 0 ? random.Next(content.Length) : content.Length)];
        for (var i = random.Next(1, 6); i > 0 && damaged.Length > 0; i--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        return damaged;
    }

    [Fact]
    public async Task A_damaged_archive_is_unpacked_or_refused_but_never_ends_in_another_error()
    {
        var content = await File.ReadAllBytesAsync(Package.PackInto(_directory["feed"]), TestContext.Current.CancellationToken);
        var random = new Random(1);
        var refused = 0;
        for (var run = 0; run < 400; run++)
        {
            var damaged = Damage(content, random);
            try
            {
                using var archive = PackageArchive.Open(new MemoryStream(damaged), "damaged.nupkg");
                await archive.HashAsync(TestContext.Current.CancellationToken);
                archive.TryRead(PackageSignature.FileName);
            }
            catch (ExtensionException e)
            {
                refused++;
                Assert.NotEmpty(e.Problems);
            }
        }

        Assert.InRange(refused, 100, 400);
    }

    [Theory]
    [InlineData(System.IO.Compression.CompressionLevel.NoCompression)]
    [InlineData(System.IO.Compression.CompressionLevel.Optimal)]
    public async Task A_flipped_bit_in_an_entry_is_told_with_the_file_and_the_entry(System.IO.Compression.CompressionLevel compression)
    {
        var file = new TestPackage("Awesome.Bots", "1.0.0", "intelmq.bots.experts.awesome.bot").WithoutCode().PackInto(_directory["feed"], zip =>
        {
            using var entry = zip.CreateEntry("intelmq/net10.0/big.bin", compression).Open();
            entry.Write(Enumerable.Repeat(new Random(3), 4000).Select(random => (byte)random.Next(16)).ToArray());
        });
        var content = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        var name = content.AsSpan().IndexOf("intelmq/net10.0/big.bin"u8);
        content[name + 300] ^= 1;
        await File.WriteAllBytesAsync(file, content, TestContext.Current.CancellationToken);
        using var http = new HttpClient();
        var installer = new Installer(new ExtensionPlaces { BuiltIn = _directory["bundled"] }, http, TimeProvider.System);

        foreach (var source in (string[])[file, _directory["feed"]])
        {
            var error = await Assert.ThrowsAsync<ExtensionException>(() => installer.InstallAsync(
                new InstallRequest { Root = _directory["extensions"], Id = "Awesome.Bots" }, [new PackageSource(source)], null, TestContext.Current.CancellationToken));

            Assert.StartsWith($"{file}: entry 'intelmq/net10.0/big.bin' cannot be read: ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damaged_manifests_locks_records_and_lists_of_dependencies_make_no_other_error_than_a_broken_package()
    {
        var random = new Random(2);
        var folder = Package.CopyTo(_directory["extensions"]);
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => (System.IO.Path.GetRelativePath(folder, file).Replace('\\', '/'), TreeHash.OfFile(file))).ToList();
        FileRecord.Write(folder, files);
        LockFile.Empty.With("Awesome.Bots", new LockedPackage { Version = new(1, 0, 0), Source = "test", Archive = "sha512-", Tree = TreeHash.Of(files) }).Write(_directory["extensions"]);
        string[] targets = [System.IO.Path.Combine(folder, "extension.json"), System.IO.Path.Combine(folder, "net10.0", "Awesome.Bots.deps.json"), FileRecord.FileOf(folder), _directory["extensions", LockFile.FileName]];
        var originals = targets.Select(File.ReadAllBytes).ToArray();
        for (var run = 0; run < 400; run++)
        {
            var target = random.Next(targets.Length);
            File.WriteAllBytes(targets[target], Damage(originals[target], random));

            var catalogue = new CatalogueScanner(new ExtensionPlaces { BuiltIn = _directory["bundled"], Roots = [_directory["extensions"]] }).Scan(TestContext.Current.CancellationToken);

            Assert.True(catalogue.Packages.Count + catalogue.Unused.Count + catalogue.Problems.Count > 0);
            File.WriteAllBytes(targets[target], originals[target]);
        }
    }

    [Fact]
    public void Damaged_metadata_of_python_packages_makes_no_error()
    {
        var random = new Random(3);
        var content = Encoding.UTF8.GetBytes("[console_scripts]\nintelmq.bots.experts.a.b = a.b:BOT.run\nintelmq.bots.experts.a.c = a.c:BOT.run\n");
        for (var run = 0; run < 200; run++)
        {
            _directory.Write("venv/lib/python3.11/site-packages/a-1.dist-info/entry_points.txt", Damage(content, random));
            _directory.Write("venv/lib/python3.11/site-packages/a.pth", Damage(content, random));
            new CatalogueScanner(new ExtensionPlaces { BuiltIn = _directory["bundled"], PythonEnvironments = [_directory["venv"]] }).Scan(TestContext.Current.CancellationToken);
        }
    }
}
