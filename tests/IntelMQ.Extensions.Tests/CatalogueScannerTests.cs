using System.Diagnostics;
using System.Runtime.Loader;
using System.Text.Json.Nodes;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions.Tests;

public sealed class CatalogueScannerTests : IDisposable
{
    const string Special = "intelmq.bots.collectors.awesome.special";

    readonly TemporaryDirectory _directory = new();

    string Root => _directory["extensions"];

    public void Dispose() => _directory.Dispose();

    Catalogue Scan(params string[] roots) =>
        new CatalogueScanner(new ExtensionPlaces { BuiltIn = _directory["bundled"], Roots = roots.Length > 0 ? roots : [Root] }).Scan();

    [Fact]
    public void A_bot_is_found_with_its_package_and_parameters()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Special).WithoutCode().CopyTo(Root);

        var catalogue = Scan();

        var owner = Assert.IsType<PackagedBot>(Assert.IsType<ResolvedBot>(catalogue.Resolve(Special)).Owner);
        Assert.Equal("Awesome.Bots 1.0.0", owner.ToString());
        Assert.Equal(BotGroup.Collectors, owner.Group);
        Assert.Equal(["url", "pause"], owner.Manifest.Parameters.Select(parameter => parameter.Name));
        Assert.True(owner.Manifest.Parameters[0].Required);
        Assert.Equal("uri", owner.Manifest.Parameters[0].Format);
        Assert.Equal(5, owner.Manifest.Parameters[1].Default!.Value.GetInt32());
        Assert.Empty(catalogue.Problems);
    }

    [Fact]
    public void Two_hundred_packages_are_listed_without_loading_an_assembly()
    {
        for (var package = 0; package < 200; package++)
        {
            var bots = Enumerable.Range(0, 5).Select(bot => $"intelmq.bots.experts.org{package}.bot{bot}").ToArray();
            new TestPackage($"Org{package}.Bots", "1.0.0", bots).WithoutCode().WithDependencies().CopyTo(Root);
        }

        var (catalogue, best) = BestOf(10);

        TestContext.Current.SendDiagnosticMessage($"200 packages, 1,000 bots: {best.TotalMilliseconds:f1} ms");
        Assert.Equal((200, 1000, 0), (catalogue.Packages.Count, catalogue.Bots.Count, catalogue.Problems.Count));
        Assert.DoesNotContain(AssemblyLoadContext.All.SelectMany(context => context.Assemblies), assembly => assembly.FullName!.StartsWith("Org", StringComparison.Ordinal));
        Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    (Catalogue Catalogue, TimeSpan Best) BestOf(int runs)
    {
        var catalogue = Scan();
        var best = TimeSpan.MaxValue;
        for (var run = 0; run < runs; run++)
        {
            var started = Stopwatch.GetTimestamp();
            catalogue = Scan();
            if (Stopwatch.GetElapsedTime(started) is var elapsed && elapsed < best) best = elapsed;
        }

        return (catalogue, best);
    }

    [Fact]
    public async Task Two_hundred_installed_packages_are_compared_with_what_was_installed()
    {
        var locked = LockFile.Empty;
        for (var package = 0; package < 200; package++)
        {
            var folder = new TestPackage($"Org{package}.Bots", "1.0.0", [.. Enumerable.Range(0, 5).Select(bot => $"intelmq.bots.experts.org{package}.bot{bot}")])
                .WithoutCode().WithDependencies(("Some.Library", "1.0.0")).With("net10.0/Some.Library.dll", "library").CopyTo(Root);
            var files = await TreeHash.FilesAsync(folder, TestContext.Current.CancellationToken);
            FileRecord.Write(folder, files);
            locked = locked.With($"Org{package}.Bots", new LockedPackage { Version = new(1, 0, 0), Source = "test", Archive = "sha512-", Tree = TreeHash.Of(files) });
        }

        locked.Write(Root);
        var (catalogue, best) = BestOf(10);

        TestContext.Current.SendDiagnosticMessage($"200 installed packages: {best.TotalMilliseconds:f1} ms");
        Assert.Equal((200, 1000, 0), (catalogue.Packages.Count, catalogue.Bots.Count, catalogue.Problems.Count));
        Assert.InRange(best, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void A_broken_package_is_listed_with_the_reason_and_hurts_no_other()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Special).WithoutCode().CopyTo(Root);
        _directory.Write("extensions/Broken.Json/1.0.0/extension.json", "{ \"manifestVersion\": 1,\n  \"id\": ");
        new TestPackage("Future.Sdk", "1.0.0", "intelmq.bots.experts.future.one").WithoutCode().WithManifest(manifest => manifest["sdk"]!["range"] = "[7.0.0, 8.0.0)").CopyTo(Root);
        new TestPackage("Future.Framework", "1.0.0", "intelmq.bots.experts.future.two").WithoutCode().WithManifest(manifest => manifest["runtime"]!["framework"] = "net99.0").CopyTo(Root);
        new TestPackage("No.Assembly", "1.0.0", "intelmq.bots.experts.no.assembly").CopyTo(Root);
        new TestPackage("No.Library", "1.0.0", "intelmq.bots.experts.no.library").WithoutCode().WithDependencies(("Some.Library", "2.1.0")).CopyTo(Root);
        new TestPackage("Other.Platform", "1.0.0", "intelmq.bots.experts.other.platform").WithoutCode().WithManifest(manifest => manifest["runtime"]!["platforms"] = new JsonArray("plan9-mips")).CopyTo(Root);

        var catalogue = Scan();

        Assert.Equal([Special], catalogue.Bots.Select(bot => bot.Name));
        var texts = catalogue.Unused.ToDictionary(package => package.Id, package => Assert.Single(package.Problems).Text);
        Assert.All(catalogue.Unused, package => Assert.Equal(UnusedReason.Broken, package.Reason));
        Assert.Contains("needs IntelMQ.Sdk [7.0.0, 8.0.0); this host has 1.0.0", texts["Future.Sdk"]);
        Assert.Contains("needs net99.0", texts["Future.Framework"]);
        Assert.Contains("net10.0/No.Assembly.dll, which the manifest names as its assembly, is missing", texts["No.Assembly"]);
        Assert.Contains("Some.Library.dll of its dependency Some.Library 2.1.0 is missing", texts["No.Library"]);
        Assert.Contains("only for plan9-mips", texts["Other.Platform"]);
        Assert.Equal(2, catalogue.Unused.Single(package => package.Id == "Broken.Json").Problems[0].Line);
        Assert.StartsWith("intelmq.bots.experts.future.one is offered by Future.Sdk 1.0.0, which cannot be used: Future.Sdk 1.0.0 needs", Assert.IsType<UnknownBot>(catalogue.Resolve("intelmq.bots.experts.future.one")).Text);
    }

    [Fact]
    public void A_name_that_two_packages_offer_is_used_from_neither_until_one_is_chosen()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Special).WithoutCode().CopyTo(Root);
        new TestPackage("Other.Bots", "2.0.0", Special, "intelmq.bots.experts.other.fine").WithoutCode().CopyTo(Root);

        var catalogue = Scan();

        var conflict = Assert.IsType<ConflictingBot>(catalogue.Resolve(Special));
        Assert.Equal(["Awesome.Bots 1.0.0", "Other.Bots 2.0.0"], conflict.Owners.Select(owner => owner.ToString()));
        Assert.Contains("is offered by Awesome.Bots 1.0.0 and by Other.Bots 2.0.0", conflict.Text);
        Assert.Equal(conflict.Text, Assert.Single(catalogue.Problems).Text);
        Assert.Equal("Other.Bots", Assert.IsType<ResolvedBot>(catalogue.Resolve(Special, "other.bots")).Owner.PackageId);
        Assert.Contains("does not offer", Assert.IsType<UnknownBot>(catalogue.Resolve(Special, "Third.Bots")).Text);
        Assert.IsType<ResolvedBot>(catalogue.Resolve("intelmq.bots.experts.other.fine"));
    }

    [Fact]
    public void The_name_of_a_built_in_bot_cannot_be_taken()
    {
        new TestPackage("IntelMQ.Bots", "1.0.0", "intelmq.bots.outputs.file.output").WithoutCode().BundleInto(_directory["bundled"]);
        new TestPackage("Greedy.Bots", "1.0.0", "intelmq.bots.outputs.file.output", "intelmq.bots.outputs.greedy.own").WithoutCode().CopyTo(Root);

        var catalogue = Scan();

        var owner = Assert.IsType<ResolvedBot>(catalogue.Resolve("intelmq.bots.outputs.file.output")).Owner;
        Assert.Equal(("IntelMQ.Bots", PackageOrigin.BuiltIn), (owner.PackageId, owner.Origin));
        Assert.IsType<UnknownBot>(catalogue.Resolve("intelmq.bots.outputs.file.output", "Greedy.Bots"));
        Assert.IsType<ResolvedBot>(catalogue.Resolve("intelmq.bots.outputs.greedy.own"));
        Assert.Contains("belongs to IntelMQ itself", Assert.Single(catalogue.Problems).Text);
    }

    [Fact]
    public void Without_a_lock_the_highest_version_that_fits_is_used()
    {
        foreach (var version in new[] { "1.9.0", "1.10.0", "1.11.0-beta" }) new TestPackage("Awesome.Bots", version, Special).WithoutCode().CopyTo(Root);
        new TestPackage("Awesome.Bots", "3.0.0", Special).WithoutCode().WithManifest(manifest => manifest["sdk"]!["range"] = "[2.0.0, 3.0.0)").CopyTo(Root);

        Assert.Equal("1.11.0-beta", Assert.Single(Scan().Packages).Version.ToString());
        Assert.Empty(Scan().Unused);
    }

    [Fact]
    public void Of_two_roots_the_earlier_one_gives_the_package()
    {
        var other = _directory["other"];
        new TestPackage("Awesome.Bots", "1.0.0", Special).WithoutCode().CopyTo(Root);
        new TestPackage("Awesome.Bots", "2.0.0", Special).WithoutCode().CopyTo(other);

        var catalogue = Scan(Root, other);

        Assert.Equal("1.0.0", Assert.Single(catalogue.Packages).Version.ToString());
        Assert.Equal((UnusedReason.Shadowed, "2.0.0"), (catalogue.Unused[0].Reason, catalogue.Unused[0].Version));
        Assert.Equal(BotLogLevel.Info, Assert.Single(catalogue.Problems).Level);
    }

    [Fact]
    public void Folders_must_be_called_as_their_manifest_says()
    {
        var folder = new TestPackage("Awesome.Bots", "1.0.0", Special).WithoutCode().CopyTo(Root);
        Directory.Move(folder, System.IO.Path.Combine(System.IO.Path.GetDirectoryName(folder)!, "1.5.0"));
        Directory.Move(_directory["extensions", "Awesome.Bots"], _directory["extensions", "Renamed.Bots"]);

        var unused = Assert.Single(Scan().Unused);

        Assert.Equal(["the folder is for Renamed.Bots, but its manifest says Awesome.Bots", "the folder is for version 1.5.0, but its manifest says 1.0.0"], unused.Problems.Select(problem => problem.Text));
    }

    [Fact]
    public void An_unknown_name_is_told_with_the_nearest_one()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Special).WithoutCode().CopyTo(Root);

        Assert.Equal($"no installed package offers intelmq.bots.collectors.awesome.specail. Did you mean '{Special}'?", Assert.IsType<UnknownBot>(Scan().Resolve("intelmq.bots.collectors.awesome.specail")).Text);
    }

    [Fact]
    public void A_name_without_an_organization_is_accepted_with_a_warning()
    {
        new TestPackage("Awesome.Bots", "1.0.0", "intelmq.bots.experts.lonely").WithoutCode().CopyTo(Root);

        var catalogue = Scan();

        Assert.IsType<ResolvedBot>(catalogue.Resolve("intelmq.bots.experts.lonely"));
        Assert.Equal(BotLogLevel.Warning, Assert.Single(catalogue.Problems).Level);
    }

    [Fact]
    public void A_package_of_processes_is_listed_too()
    {
        new TestPackage("Snake.Bots", "0.1.0", "intelmq.bots.experts.snake.echo")
            .WithManifest(manifest => manifest["runtime"] = JsonNode.Parse("""{ "kind": "process", "protocol": 1, "command": ["python3", "echo_bot.py"] }"""))
            .WithManifest(manifest => manifest.Remove("sdk"))
            .CopyTo(Root);

        var owner = Assert.IsType<PackagedBot>(Assert.IsType<ResolvedBot>(Scan().Resolve("intelmq.bots.experts.snake.echo")).Owner);

        Assert.True(owner.Manifest.OwnProcess);
        Assert.Null(owner.Package.EntryFile);
        Assert.Equal(["python3", "echo_bot.py"], Assert.IsType<ProcessRuntime>(owner.Package.Manifest.Runtime).Command);
    }

    [Fact]
    public void With_a_lock_that_cannot_be_read_nothing_of_its_root_is_used()
    {
        new TestPackage("Awesome.Bots", "1.0.0", Special).WithoutCode().CopyTo(Root);
        _directory.Write("extensions/extensions.lock.json", "{ \"lockVersion\": 2, \"packages\": {} }");

        var catalogue = Scan();

        Assert.Empty(catalogue.Packages);
        Assert.Contains("lockVersion: 2 is not known to this IntelMQ", Assert.Single(catalogue.Problems).ToString());
    }
}
