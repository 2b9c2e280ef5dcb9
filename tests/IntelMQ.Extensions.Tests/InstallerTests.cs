using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions.Tests;

public sealed class InstallerTests : IDisposable
{
    const string Special = "intelmq.bots.collectors.awesome.special";

    readonly InstallationFixture _installation = new();

    public void Dispose() => _installation.Dispose();

    // An assembly without bots: installing loads nothing, but looks at what it uses of the SDK.
    static readonly byte[] Assembly = ExtensionSource.Compile("Awesome.Bots", "public static class Nothing { }");

    static TestPackage Awesome(string version = "1.0.0") => Package("Awesome.Bots", version, Special);

    static TestPackage Package(string id, string version, params string[] bots) => new TestPackage(id, version, bots).With($"net10.0/{id}.dll", Assembly);

    [Fact]
    public async Task A_package_from_a_folder_is_installed_locked_and_found()
    {
        var stages = new List<InstallStage>();
        Awesome().PackInto(_installation.Feed);

        var report = await _installation.Installer.InstallAsync(
            new InstallRequest { Root = _installation.Root, Id = "awesome.bots" }, [new PackageSource(_installation.Feed)], new Listener(progress => stages.Add(progress.Stage)), InstallationFixture.Stop);

        Assert.Equal(("Awesome.Bots", "1.0.0"), (report.Id, report.Version.ToString()));
        Assert.Equal(System.IO.Path.Combine(_installation.Root, "Awesome.Bots", "1.0.0"), report.Directory);
        Assert.Equal([Special], report.Bots);
        Assert.Equal([InstallStage.Looking, InstallStage.Downloading, InstallStage.Checking, InstallStage.Unpacking, InstallStage.Done], stages.Distinct());
        var locked = _installation.Store.Read()!.Packages["Awesome.Bots"];
        Assert.Equal((report.Archive, report.Tree, _installation.Feed), (locked.Archive, locked.Tree, locked.Source));
        Assert.IsType<ResolvedBot>(_installation.Scan().Resolve(Special));
        Assert.Empty(_installation.Scan().Problems);
    }

    sealed class Listener(Action<InstallProgress> listen) : IProgress<InstallProgress>
    {
        public void Report(InstallProgress value) => listen(value);
    }

    [Fact]
    public async Task Without_a_version_the_highest_stable_one_that_fits_this_sdk_is_taken()
    {
        Awesome("1.2.0").PackInto(_installation.Feed);
        Awesome("1.10.0").PackInto(_installation.Feed);
        Awesome("1.11.0-beta.1").PackInto(_installation.Feed);
        Awesome("2.0.0").WithManifest(manifest => manifest["sdk"]!["range"] = "[2.0.0, 3.0.0)").PackInto(_installation.Feed);

        var report = await _installation.InstallAsync("Awesome.Bots");

        Assert.Equal("1.10.0", report.Version.ToString());
        Assert.Contains("Awesome.Bots 2.0.0 needs IntelMQ.Sdk [2.0.0, 3.0.0)", Assert.Single(report.Notes).Text);
    }

    [Fact]
    public async Task What_the_sdk_of_this_host_lacks_is_told_at_installation()
    {
        var newer = ExtensionSource.Compile("IntelMQ.Sdk", "namespace IntelMQ.Sdk { public static class Newer { public static void Call() { } } }");
        var report = await _installation.InstallAsync(new TestPackage("Awesome.Bots", "1.0.0", Special)
            .With("net10.0/Awesome.Bots.dll", ExtensionSource.CompileAgainst(newer, "Awesome.Bots", "public class Uses { public void All() => IntelMQ.Sdk.Newer.Call(); }")));

        Assert.Equal("Awesome.Bots 1.0.0 uses type IntelMQ.Sdk.Newer, which the SDK of this host does not have", Assert.Single(report.Notes).Text);
    }

    [Fact]
    public async Task A_file_is_installed_without_saying_its_id()
    {
        var file = Awesome().PackInto(_installation.Feed);

        var report = await _installation.Installer.InstallAsync(new InstallRequest { Root = _installation.Root }, [new PackageSource(file)], null, InstallationFixture.Stop);

        Assert.Equal("Awesome.Bots", report.Id);
    }

    [Fact]
    public async Task What_does_not_fit_is_refused_with_the_reason()
    {
        Awesome("3.0.0").WithManifest(manifest => manifest["sdk"]!["range"] = "[2.0.0, 3.0.0)").PackInto(_installation.Feed);
        Awesome("4.0.0").WithManifest(manifest => manifest["runtime"]!["platforms"] = new JsonArray("plan9-mips")).PackInto(_installation.Feed);

        Assert.Contains("needs IntelMQ.Sdk [2.0.0, 3.0.0); this host has", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", "3.0.0"))));
        Assert.Contains("no native libraries", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", "4.0.0"))));
        Assert.Contains("Awesome.Bots 5.0.0 is not at", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", "5.0.0"))));
        Assert.Contains("is neither the URL of a feed nor an existing file or folder", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", source: _installation.Directory["nowhere"]))));
    }

    [Fact]
    public async Task An_archive_that_is_not_what_was_asked_for_is_refused()
    {
        var file = Awesome().PackInto(_installation.Feed);
        File.Move(file, _installation.Directory["feed", "Other.Bots.1.0.0.nupkg"]);
        Awesome("2.0.0").WithManifest(manifest => manifest["version"] = "2.0.1").PackInto(_installation.Feed);
        _installation.Directory.Write("feed/Library.1.0.0.nupkg", ZipOf(("lib/net8.0/Library.dll", "MZ")));
        _installation.Directory.Write("feed/Garbage.1.0.0.nupkg", "this is no archive");

        Assert.Equal(["asked for Other.Bots 1.0.0, but the package is Awesome.Bots 1.0.0"], await _installation.RefusalAsync(() => _installation.InstallAsync("Other.Bots")));
        Assert.Equal(["its nuspec says version 2.0.0, its manifest 2.0.1"], await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", "2.0.0")));
        Assert.Contains("is not an IntelMQ extension", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Library"))));
        Assert.StartsWith("is not a package:", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Garbage"))));
    }

    [Fact]
    public async Task A_package_that_is_not_complete_is_refused()
    {
        Awesome("1.0.0").WithDependencies(("Some.Library", "2.1.0"), ("IntelMQ.Sdk", "1.0.0")).PackInto(_installation.Feed);
        new TestPackage("Awesome.Bots", "2.0.0", Special).PackInto(_installation.Feed);
        Awesome("3.0.0").With("net10.0/Awesome.Bots.deps.json", "{").PackInto(_installation.Feed);

        Assert.Equal(["Some.Library.dll of its dependency Some.Library 2.1.0 is missing"], await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", "1.0.0")));
        Assert.Equal(["net10.0/Awesome.Bots.dll, which the manifest names as its assembly, is missing"], await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", "2.0.0")));
        Assert.StartsWith("its deps.json cannot be read", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", "3.0.0"))));
    }

    [Fact]
    public async Task What_the_disk_refuses_is_told()
    {
        Awesome().PackInto(_installation.Feed);
        _installation.Directory.Write("extensions", "a file where a folder should be");

        var error = await Assert.ThrowsAsync<ExtensionException>(() => _installation.InstallAsync("Awesome.Bots"));

        Assert.StartsWith($"{_installation.Root} cannot be changed: ", error.Message);
    }

    static byte[] ZipOf(params (string Path, string Text)[] entries)
    {
        using var buffer = new MemoryStream();
        using (var zip = new ZipArchive(buffer, ZipArchiveMode.Create))
        {
            foreach (var (path, text) in entries) TestPackage.Write(zip, path, Encoding.UTF8.GetBytes(text));
        }

        return buffer.ToArray();
    }

    [Theory]
    [InlineData("intelmq/../../outside.txt", "the path leaves the package or has empty parts")]
    [InlineData("intelmq/%2e%2e/outside.txt", "the path leaves the package or has empty parts")]
    [InlineData("../outside.txt", "the path leaves the package or has empty parts")]
    [InlineData("/etc/outside.txt", "the path is absolute")]
    [InlineData("intelmq//double.txt", "the path leaves the package or has empty parts")]
    [InlineData("intelmq/C:/outside.txt", "the path has a colon")]
    [InlineData("intelmq/..\\outside.txt", "the path has a backslash")]
    [InlineData("intelmq/a\0b.txt", "the path has control characters")]
    [InlineData("intelmq/dot./x.txt", "a part of the path ends with a dot or space")]
    [InlineData("intelmq/extension.json", "is there twice")]
    [InlineData("intelmq/Extension.JSON", "differs only in case from intelmq/extension.json")]
    [InlineData("intelmq/NET10.0/Other.dll", "is in a folder that differs only in case from intelmq/NET10.0")]
    [InlineData("intelmq/net10.0", "is a file where intelmq/net10.0/Awesome.Bots.dll needs a folder")]
    public async Task A_hostile_entry_is_refused_and_nothing_is_written(string path, string reason)
    {
        Awesome().PackInto(_installation.Feed, zip => TestPackage.Write(zip, path, "evil"u8.ToArray()));

        var refusal = Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots")));

        Assert.Contains(reason, refusal);
        Assert.Empty(Directory.EnumerateFiles(_installation.Directory.Path, "outside.txt", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Links_and_devices_are_refused_all_at_once()
    {
        Awesome().PackInto(_installation.Feed, zip =>
        {
            TestPackage.Write(zip, "intelmq/link", "/etc/passwd"u8.ToArray()).ExternalAttributes = unchecked((int)0xA1FF0000);
            TestPackage.Write(zip, "intelmq/pipe", []).ExternalAttributes = 0x11FF0000;
        });

        Assert.Equal(["entry 'intelmq/link': is a symbolic link", "entry 'intelmq/pipe': is neither file nor folder"], await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots")));
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_too_much_is_refused()
    {
        var megabyte = new byte[1 << 20];
        Awesome().PackInto(_installation.Feed, zip =>
        {
            using var stream = zip.CreateEntry("intelmq/bomb.bin", CompressionLevel.Fastest).Open();
            for (var i = 0; i <= 512; i++) stream.Write(megabyte);
        });

        Assert.Equal(["unpacks to more than 512 MiB"], await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots")));
    }

    [Fact]
    public async Task A_bot_of_another_package_is_refused_unless_the_conflict_is_allowed()
    {
        await _installation.InstallAsync(Awesome());
        var rival = Package("Rival.Bots", "1.0.0", Special, "intelmq.bots.experts.rival.own");
        rival.PackInto(_installation.Feed);

        Assert.Contains("already comes from Awesome.Bots 1.0.0", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Rival.Bots"))));

        var report = await _installation.InstallAsync("Rival.Bots", allowConflict: true);
        Assert.Equal(BotLogLevel.Warning, Assert.Single(report.Notes).Level);
        Assert.IsType<ConflictingBot>(_installation.Scan().Resolve(Special));

        await _installation.Store.PreferAsync(Special, "rival.bots", _installation.Scan(), InstallationFixture.Stop);
        Assert.Equal("Rival.Bots", Assert.IsType<ResolvedBot>(_installation.Scan().Resolve(Special)).Owner.PackageId);
        Assert.Empty(_installation.Scan().Problems);
        Assert.Contains("does not offer", (await Assert.ThrowsAsync<ExtensionException>(() => _installation.Store.PreferAsync(Special, "Third.Bots", _installation.Scan(), InstallationFixture.Stop))).Message);

        await _installation.Store.RemoveAsync("Rival.Bots", InstallationFixture.Stop);
        Assert.Equal("Awesome.Bots", Assert.IsType<ResolvedBot>(_installation.Scan().Resolve(Special)).Owner.PackageId);
        Assert.Empty(_installation.Store.Read()!.Preferences);
    }

    [Fact]
    public async Task A_built_in_bot_and_a_built_in_package_cannot_be_replaced()
    {
        Package("IntelMQ.Bots", "1.0.0", "intelmq.bots.outputs.file.output").BundleInto(_installation.Directory["bundled"]);
        Package("IntelMQ.Bots", "9.0.0", "intelmq.bots.outputs.file.better").PackInto(_installation.Feed);
        Package("Greedy.Bots", "1.0.0", "intelmq.bots.outputs.file.output").PackInto(_installation.Feed);

        Assert.Equal(["IntelMQ.Bots is a package of IntelMQ itself, which an extension cannot replace"], await _installation.RefusalAsync(() => _installation.InstallAsync("IntelMQ.Bots", allowConflict: true)));
        Assert.Contains("belongs to IntelMQ itself", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Greedy.Bots"))));
    }

    [Fact]
    public async Task A_version_whose_archive_has_changed_is_refused()
    {
        await _installation.InstallAsync(Awesome());
        Awesome().With("net10.0/more.txt", "more").PackInto(_installation.Feed);

        var refusal = await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots"));

        Assert.Contains("A version never changes: somebody has replaced it", Assert.Single(refusal));
    }

    [Fact]
    public async Task Versions_lie_side_by_side_and_the_lock_says_which_is_active()
    {
        await _installation.InstallAsync(Awesome("1.0.0"));
        var report = await _installation.InstallAsync(Awesome("1.1.0"));
        Assert.Equal("1.0.0", report.Previous!.ToString());
        Assert.Equal("1.1.0", Assert.Single(_installation.Scan().Packages).Version.ToString());

        await _installation.InstallAsync("Awesome.Bots", "1.0.0");

        Assert.Equal("1.0.0", Assert.Single(_installation.Scan().Packages).Version.ToString());
        Assert.True(Directory.Exists(_installation.Directory["extensions", "Awesome.Bots", "1.1.0"]));
    }

    [Fact]
    public async Task A_folder_that_the_lock_does_not_know_is_ignored_with_a_warning()
    {
        await _installation.InstallAsync(Awesome());
        Package("Copied.Bots", "1.0.0", "intelmq.bots.experts.copied.bot").CopyTo(_installation.Root);

        var catalogue = _installation.Scan();

        Assert.Equal((UnusedReason.NotLocked, BotLogLevel.Warning), (Assert.Single(catalogue.Unused).Reason, Assert.Single(catalogue.Problems).Level));
        Assert.Contains("which is not in extensions.lock.json", Assert.IsType<UnknownBot>(catalogue.Resolve("intelmq.bots.experts.copied.bot")).Text);
    }

    [Fact]
    public async Task A_disabled_package_is_listed_and_not_used()
    {
        await _installation.InstallAsync(Awesome());

        Assert.True(await _installation.Store.SetEnabledAsync("awesome.bots", false, InstallationFixture.Stop));
        Assert.False(await _installation.Store.SetEnabledAsync("awesome.bots", false, InstallationFixture.Stop));

        Assert.Equal(UnusedReason.Disabled, Assert.Single(_installation.Scan().Unused).Reason);
        Assert.EndsWith("which is disabled", Assert.IsType<UnknownBot>(_installation.Scan().Resolve(Special)).Text);
        await _installation.Store.SetEnabledAsync("Awesome.Bots", true, InstallationFixture.Stop);
        Assert.IsType<ResolvedBot>(_installation.Scan().Resolve(Special));
        await Assert.ThrowsAsync<ExtensionException>(() => _installation.Store.SetEnabledAsync("Other.Bots", true, InstallationFixture.Stop));
    }

    [Fact]
    public async Task Files_that_were_changed_added_or_removed_are_noticed_and_brought_back()
    {
        await _installation.InstallAsync(Awesome().With("net10.0/a.txt", "a").With("net10.0/b.txt", "b"));
        var folder = _installation.Directory["extensions", "Awesome.Bots", "1.0.0", "net10.0"];
        File.WriteAllText(System.IO.Path.Combine(folder, "a.txt"), "A");
        File.Delete(System.IO.Path.Combine(folder, "b.txt"));
        File.WriteAllText(System.IO.Path.Combine(folder, "c.txt"), "c");

        var unused = Assert.Single(_installation.Scan().Unused);
        Assert.Equal(UnusedReason.Broken, unused.Reason);
        Assert.Equal(3, unused.Problems.Count);
        var report = Assert.Single(await _installation.Store.VerifyAsync(InstallationFixture.Stop));
        Assert.Equal(["net10.0/a.txt was changed", "net10.0/b.txt is missing", "net10.0/c.txt was added"], report.Problems.Select(problem => problem.Text).Order(StringComparer.Ordinal));

        var restored = Assert.Single(await _installation.Installer.RestoreAsync(_installation.Root, [], null, InstallationFixture.Stop));

        Assert.Equal((PackageOutcome.Changed, 0), (restored.Outcome, restored.Problems.Count));
        Assert.Equal("a", File.ReadAllText(System.IO.Path.Combine(folder, "a.txt")));
        Assert.IsType<ResolvedBot>(_installation.Scan().Resolve(Special));
        Assert.Equal(PackageOutcome.Unchanged, Assert.Single(await _installation.Store.VerifyAsync(InstallationFixture.Stop)).Outcome);
    }

    [Fact]
    public async Task A_change_that_keeps_size_and_time_is_found_by_verify()
    {
        await _installation.InstallAsync(Awesome().With("net10.0/a.txt", "a"));
        var file = _installation.Directory["extensions", "Awesome.Bots", "1.0.0", "net10.0", "a.txt"];
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllText(file, "A");
        File.SetLastWriteTimeUtc(file, time);

        Assert.Equal(["net10.0/a.txt was changed"], Assert.Single(await _installation.Store.VerifyAsync(InstallationFixture.Stop)).Problems.Select(problem => problem.Text));
    }

    [Fact]
    public async Task Times_of_a_copy_or_a_backup_do_not_matter()
    {
        await _installation.InstallAsync(Awesome());
        foreach (var file in Directory.EnumerateFiles(_installation.Root, "*", SearchOption.AllDirectories)) File.SetLastWriteTimeUtc(file, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        Assert.Empty(_installation.Scan().Problems);
        File.Delete(_installation.Directory["extensions", "Awesome.Bots", ".1.0.0.files"]);
        Assert.Empty(_installation.Scan().Problems);
    }

    [Fact]
    public async Task Restore_brings_what_only_the_lock_has_and_refuses_another_archive()
    {
        await _installation.InstallAsync(Awesome());
        Directory.Delete(_installation.Directory["extensions", "Awesome.Bots"], recursive: true);
        Assert.Contains("'intelmqctl extensions restore' brings it", Assert.Single(_installation.Scan().Problems).Text);

        Assert.Equal(PackageOutcome.Changed, Assert.Single(await _installation.Installer.RestoreAsync(_installation.Root, [], null, InstallationFixture.Stop)).Outcome);
        Assert.Equal(PackageOutcome.Unchanged, Assert.Single(await _installation.Installer.RestoreAsync(_installation.Root, [], null, InstallationFixture.Stop)).Outcome);

        Directory.Delete(_installation.Directory["extensions", "Awesome.Bots"], recursive: true);
        Awesome().With("net10.0/more.txt", "more").PackInto(_installation.Feed);
        var refused = Assert.Single(await _installation.Installer.RestoreAsync(_installation.Root, [], null, InstallationFixture.Stop));
        Assert.Equal(PackageOutcome.Failed, refused.Outcome);
        Assert.Contains("extensions.lock.json says sha512-", Assert.Single(refused.Problems).Text);
        Assert.False(Directory.Exists(_installation.Directory["extensions", "Awesome.Bots", "1.0.0"]));
    }

    [Fact]
    public async Task Update_installs_the_highest_version_that_fits_and_leaves_a_package_disabled()
    {
        await _installation.InstallAsync(Awesome());
        await _installation.InstallAsync(Package("Quiet.Bots", "1.0.0", "intelmq.bots.experts.quiet.bot"));
        await _installation.Store.SetEnabledAsync("Awesome.Bots", false, InstallationFixture.Stop);
        Awesome("1.3.0").PackInto(_installation.Feed);
        Awesome("1.4.0-beta").PackInto(_installation.Feed);
        Awesome("2.0.0").WithManifest(manifest => manifest["sdk"]!["range"] = "[2.0.0, 3.0.0)").PackInto(_installation.Feed);

        var reports = await _installation.Installer.UpdateAsync(_installation.Root, null, [], null, InstallationFixture.Stop);

        Assert.Equal([("Awesome.Bots", "1.3.0", PackageOutcome.Changed), ("Quiet.Bots", "1.0.0", PackageOutcome.Unchanged)], reports.Select(report => (report.Id, report.Version.ToString(), report.Outcome)));
        Assert.Contains("needs IntelMQ.Sdk", Assert.Single(reports[0].Problems).Text);
        Assert.False(_installation.Store.Read()!.Packages["Awesome.Bots"].Enabled);
        await Assert.ThrowsAsync<ExtensionException>(() => _installation.Installer.UpdateAsync(_installation.Root, "Other.Bots", [], null, InstallationFixture.Stop));
    }

    [Fact]
    public async Task Removing_takes_the_files_and_the_lock_entry()
    {
        await _installation.InstallAsync(Awesome());

        await _installation.Store.RemoveAsync("awesome.bots", InstallationFixture.Stop);

        Assert.Empty(_installation.Store.Read()!.Packages);
        Assert.False(Directory.Exists(_installation.Directory["extensions", "Awesome.Bots"]));
        await Assert.ThrowsAsync<ExtensionException>(() => _installation.Store.RemoveAsync("awesome.bots", InstallationFixture.Stop));
        await Assert.ThrowsAsync<ExtensionException>(() => _installation.Store.RemoveAsync("../..", InstallationFixture.Stop));
    }

    [Fact]
    public async Task A_source_that_names_a_package_is_the_only_one_asked()
    {
        Awesome("1.0.0").PackInto(_installation.Feed);
        Awesome("9.9.9").PackInto(_installation.Directory["stranger"]);
        _installation.Directory.Write("extensions/sources.json", $$"""{ "sources": [ { "url": "{{_installation.Directory["stranger"]}}" }, { "url": "{{_installation.Feed}}", "ids": ["Awesome.*"] } ] }""");

        var report = await _installation.Installer.InstallAsync(new InstallRequest { Root = _installation.Root, Id = "Awesome.Bots" }, PackageSources.Read(_installation.Root), null, InstallationFixture.Stop);

        Assert.Equal("1.0.0", report.Version.ToString());
        Assert.Contains("no source may give Other.Bots", (await Assert.ThrowsAsync<ExtensionException>(() => _installation.Installer.InstallAsync(
            new InstallRequest { Root = _installation.Root, Id = "Other.Bots" }, [new PackageSource(_installation.Feed) { Ids = ["Awesome.*"] }], null, InstallationFixture.Stop))).Message);
    }

    [Fact]
    public async Task Parallel_installations_do_not_lose_each_other()
    {
        var packages = Enumerable.Range(0, 8).Select(i => Package($"Package{i}.Bots", "1.0.0", $"intelmq.bots.experts.package{i}.bot")).ToList();

        await Task.WhenAll(packages.Select(package => Task.Run(() => _installation.InstallAsync(package))));

        Assert.Equal(8, _installation.Store.Read()!.Packages.Count);
        Assert.Equal(8, _installation.Scan().Packages.Count);
    }

    [Fact]
    public async Task A_program_of_a_process_package_may_be_run()
    {
        await _installation.InstallAsync(new TestPackage("Native.Bots", "1.0.0", "intelmq.bots.experts.native.bot").With("bin/bot", "#!/bin/sh").With("bin/data", "x")
            .WithManifest(manifest => manifest["runtime"] = JsonNode.Parse("""{ "kind": "process", "protocol": 1, "command": ["./bin/bot"] }""")));

        if (OperatingSystem.IsWindows()) return; // Every file may be run there.
        Assert.True(File.GetUnixFileMode(_installation.Directory["extensions", "Native.Bots", "1.0.0", "bin", "bot"]).HasFlag(UnixFileMode.UserExecute));
        Assert.False(File.GetUnixFileMode(_installation.Directory["extensions", "Native.Bots", "1.0.0", "bin", "data"]).HasFlag(UnixFileMode.UserExecute));
    }
}
