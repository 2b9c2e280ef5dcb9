namespace IntelMQ.Extensions.Tests;

public sealed class UpdateAndPruneTests : IDisposable
{
    const string Special = "intelmq.bots.experts.awesome.special";

    readonly InstallationFixture _installation = new();

    public void Dispose() => _installation.Dispose();

    static TestPackage Awesome(string version = "1.0.0") => new TestPackage("Awesome.Bots", version, Special).WithoutCode();

    Task<InstallReport> InstallFileAsync(string file) =>
        _installation.Installer.InstallAsync(new InstallRequest { Root = _installation.Root }, [new PackageSource(file)], null, InstallationFixture.Stop);

    async Task<PackageReport> UpdateAsync(params PackageSource[] sources) =>
        Assert.Single(await _installation.Installer.UpdateAsync(_installation.Root, null, sources, null, InstallationFixture.Stop));

    string Folder(string version) => _installation.Directory["extensions", "Awesome.Bots", version];

    [Fact]
    public async Task Update_looks_into_the_folder_of_the_file_that_a_package_came_from()
    {
        var first = Awesome().PackInto(_installation.Feed);
        await InstallFileAsync(first);
        Awesome("1.1.0").PackInto(_installation.Feed);

        var report = await UpdateAsync();

        Assert.Equal((PackageOutcome.Changed, "1.1.0"), (report.Outcome, report.Version.ToString()));
    }

    [Fact]
    public async Task Update_looks_there_also_when_the_file_itself_is_gone()
    {
        var first = Awesome().PackInto(_installation.Feed);
        await InstallFileAsync(first);
        File.Delete(first);
        Awesome("1.2.0").PackInto(_installation.Feed);

        var report = await UpdateAsync();

        Assert.Equal((PackageOutcome.Changed, "1.2.0"), (report.Outcome, report.Version.ToString()));
        Assert.Contains("is not there any more", report.Problems[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Update_takes_the_highest_version_of_all_sources()
    {
        await InstallFileAsync(Awesome().PackInto(_installation.Feed));
        Awesome("1.1.0").PackInto(_installation.Feed);
        Awesome("1.3.0").PackInto(_installation.Directory["other"]);

        Assert.Equal("1.3.0", (await UpdateAsync(new PackageSource(_installation.Directory["other"]))).Version.ToString());
    }

    [Fact]
    public async Task Where_packages_are_bound_to_a_source_the_folder_of_the_file_is_not_asked()
    {
        await InstallFileAsync(Awesome().PackInto(_installation.Feed));
        Awesome("1.1.0").PackInto(_installation.Feed);
        Directory.CreateDirectory(_installation.Directory["bound"]);

        Assert.Equal(PackageOutcome.Unchanged, (await UpdateAsync(new PackageSource(_installation.Directory["bound"]) { Ids = ["Awesome.*"] })).Outcome);
    }

    [Fact]
    public async Task A_source_that_cannot_be_asked_does_not_keep_another_from_giving_a_newer_version()
    {
        await InstallFileAsync(Awesome().PackInto(_installation.Feed));
        var broken = new PackageSource("http://127.0.0.1:1/index.json");
        var before = await UpdateAsync(broken);
        Awesome("1.1.0").PackInto(_installation.Feed);
        var after = await UpdateAsync(broken);

        Assert.Equal(PackageOutcome.Failed, before.Outcome);
        Assert.Contains("http://127.0.0.1:1/index.json", Assert.Single(before.Problems).Text, StringComparison.Ordinal);
        Assert.Equal((PackageOutcome.Changed, "1.1.0"), (after.Outcome, after.Version.ToString()));
    }

    async Task InstallThreeVersionsAsync()
    {
        await _installation.InstallAsync(Awesome());
        await _installation.InstallAsync(Awesome("1.1.0"));
        await _installation.InstallAsync(Awesome("2.0.0"));
    }

    [Fact]
    public async Task Prune_removes_the_versions_that_are_not_active_with_all_that_belongs_to_them()
    {
        await InstallThreeVersionsAsync();

        var pruned = await _installation.Store.PruneAsync(rehearse: false, InstallationFixture.Stop);

        Assert.Equal([("1.0.0", PruneOutcome.Removed), ("1.1.0", PruneOutcome.Removed)], pruned.Select(version => (version.Version.ToString(), version.Outcome)));
        Assert.All(pruned, version => Assert.True(version.Bytes > 0));
        Assert.Equal([".2.0.0.files", ".2.0.0.use", "2.0.0"], Directory.EnumerateFileSystemEntries(_installation.Directory["extensions", "Awesome.Bots"]).Select(System.IO.Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(_installation.Scan().Problems);
        Assert.Equal("1.1.0", (await _installation.InstallAsync("Awesome.Bots", "1.1.0")).Version.ToString());
    }

    [Fact]
    public async Task A_rehearsal_of_prune_changes_nothing()
    {
        await InstallThreeVersionsAsync();
        var before = _installation.Snapshot();

        var pruned = await _installation.Store.PruneAsync(rehearse: true, InstallationFixture.Stop);

        Assert.Equal([PruneOutcome.Removable, PruneOutcome.Removable], pruned.Select(version => version.Outcome));
        Assert.Equal(before, _installation.Snapshot());
    }

    [Fact]
    public async Task A_version_that_a_host_has_in_memory_stays_until_its_bots_have_moved_on()
    {
        await _installation.InstallAsync(new TestPackage("Awesome.Bots", "1.0.0", Special).Compiled());
        await using var host = new ExtensionHost(static _ => { }, TimeProvider.System);
        var old = host.Load(Assert.IsType<PackagedBot>(Assert.IsType<ResolvedBot>(_installation.Scan().Resolve(Special)).Owner));
        await _installation.InstallAsync(new TestPackage("Awesome.Bots", "1.1.0", Special).Compiled());

        var used = Assert.Single(await _installation.Store.PruneAsync(rehearse: false, InstallationFixture.Stop));
        Assert.Equal(("1.0.0", PruneOutcome.InUse), (used.Version.ToString(), used.Outcome));
        Assert.True(Directory.Exists(Folder("1.0.0")));

        host.Apply(_installation.Scan());
        old.Dispose();
        Assert.Equal(PruneOutcome.Removed, Assert.Single(await _installation.Store.PruneAsync(rehearse: false, InstallationFixture.Stop)).Outcome);
        Assert.False(Directory.Exists(Folder("1.0.0")));
    }

    [Fact]
    public async Task A_version_that_is_being_removed_is_not_loaded()
    {
        await _installation.InstallAsync(new TestPackage("Awesome.Bots", "1.0.0", Special).Compiled());
        await using var host = new ExtensionHost(static _ => { }, TimeProvider.System);
        var bot = Assert.IsType<PackagedBot>(Assert.IsType<ResolvedBot>(_installation.Scan().Resolve(Special)).Owner);
        using var alone = VersionUse.TryExclude(Folder("1.0.0"));

        Assert.EndsWith("is being removed", Assert.Throws<ExtensionException>(() => host.Load(bot)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prune_leaves_alone_what_the_lock_does_not_know_and_needs_a_lock()
    {
        Awesome().CopyTo(_installation.Root);
        Assert.Contains("nothing says which versions are active", Assert.Single(await _installation.RefusalAsync(() => _installation.Store.PruneAsync(rehearse: false, InstallationFixture.Stop))), StringComparison.Ordinal);

        await _installation.InstallAsync(new TestPackage("Other.Bots", "1.0.0", "intelmq.bots.experts.other.bot").WithoutCode());
        Assert.Empty(await _installation.Store.PruneAsync(rehearse: false, InstallationFixture.Stop));
        Assert.True(Directory.Exists(Folder("1.0.0")));
    }
}
