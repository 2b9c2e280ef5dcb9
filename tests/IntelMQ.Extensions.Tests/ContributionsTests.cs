using System.Text;
using System.Text.Json.Nodes;
using IntelMQ.Sdk;

namespace IntelMQ.Extensions.Tests;

public sealed class ContributionsTests : IDisposable
{
    const string Severity = "event:awesome.severity";

    readonly InstallationFixture _installation = new();

    public void Dispose() => _installation.Dispose();

    static TestPackage Package(string id, string contributions = "{}") => new TestPackage(id, "1.0.0", $"intelmq.bots.experts.{id.Split('.')[0].ToLowerInvariant()}.bot").WithoutCode()
        .WithManifest(manifest =>
        {
            foreach (var (name, value) in JsonNode.Parse(contributions)!.AsObject()) manifest[name] = value!.DeepClone();
        });

    static TestPackage WithField(string id, string options, string name = "awesome.severity") => Package(id, $$"""{ "fields": { "event": { "{{name}}": {{options}} } } }""");

    static ExtensionManifest Read(string contributions) =>
        ManifestReader.Read("extension.json", Encoding.UTF8.GetBytes(Package("Awesome.Bots", contributions).Manifest.ToJsonString()));

    [Fact]
    public void A_manifest_without_contributions_has_none()
    {
        var contributions = Read("{}").Contributions;

        Assert.Equal("", contributions.ToString());
        Assert.Empty(contributions.Fields);
    }

    [Fact]
    public void All_contributions_are_read()
    {
        var contributions = Read("""
            { "fields": { "event": { "awesome.severity": { "type": "Integer", "description": "How bad.", "length": 2, "regex": "^\\d", "iregex": "x" } }, "report": { "awesome.batch": { "type": "String" } } },
              "feeds": [ { "provider": "Awesome", "name": "Special", "description": "d", "public": true, "bots": {
                "parser": { "module": "intelmq.bots.parsers.json.parser" },
                "collector": { "module": "intelmq.bots.collectors.awesome.special", "parameters": { "http_url": "u" } } } } ],
              "pages": [ { "path": "docs/special.md", "title": "Special" } ],
              "upgrades": [ { "bot": "intelmq.bots.collectors.awesome.special", "version": "1.1.0", "type": "A.B", "summary": "s" } ],
              "checks": [ { "type": "A.C" }, { "type": "A.D" } ] }
            """).Contributions;

        Assert.Equal("2 fields, 1 feed, 1 page, 1 upgrade, 2 checks", contributions.ToString());
        Assert.Equal(new AddedField("event", "awesome.severity", "Integer", 2, "^\\d", "How bad.", "x"), contributions.Fields[0]);
        Assert.Equal([BotGroup.Collectors, BotGroup.Parsers], contributions.Feeds[0].Bots.Select(bot => bot.Group));
        Assert.True(contributions.Feeds[0].IsPublic);
    }

    [Theory]
    [InlineData("""{ "fields": [] }""", "fields: [] is not an object")]
    [InlineData("""{ "fields": { "events": {} } }""", "fields.events: is no kind of message; expected event or report")]
    [InlineData("""{ "fields": { "event": { "awesome.x": {} } } }""", "type: is missing; expected a type of the data format")]
    [InlineData("""{ "fields": { "event": { "awesome.x": { "type": "Number" } } } }""", "there is no type 'Number'")]
    [InlineData("""{ "fields": { "event": { "Awesome X": { "type": "String" } } } }""", "the name is not allowed")]
    [InlineData("""{ "fields": { "event": { "awesome.x": { "type": "String", "regex": "(" } } } }""", "regex '(' is not a regular expression")]
    [InlineData("""{ "fields": { "event": { "awesome.x": { "type": "String", "length": -1 } } } }""", "-1 is not a whole number from 0 on")]
    [InlineData("""{ "feeds": [ { "provider": "A", "name": "B", "description": "d", "bots": {} } ] }""", "feeds[0].bots: is empty")]
    [InlineData("""{ "feeds": [ { "provider": "A", "name": "B", "description": "d", "bots": { "expert": { "module": "intelmq.bots.parsers.a.b" } } } ] }""", "is no name of one of the experts")]
    [InlineData("""{ "feeds": [ { "provider": "A", "name": "B", "description": "d", "bots": { "robot": {} } } ] }""", "is no kind of bot")]
    [InlineData("""{ "feeds": [ { "bots": { "parser": { "module": "intelmq.bots.parsers.a.b" } } } ] }""", "feeds[0].provider: is missing")]
    [InlineData("""{ "pages": [ { "path": "../../etc/passwd" } ] }""", "the path leaves the package")]
    [InlineData("""{ "pages": [ { "path": "docs/a.html" } ] }""", "is no Markdown file")]
    [InlineData("""{ "upgrades": [ { "bot": "a", "version": "1.0.0", "type": "X" } ] }""", "upgrades[0].bot: 'a' is not intelmq.bots.")]
    [InlineData("""{ "upgrades": [ { "bot": "intelmq.bots.experts.a.b", "version": "1", "type": "X" } ] }""", "upgrades[0].version: '1' is not a version")]
    [InlineData("""{ "checks": [ {} ] }""", "checks[0].type: is missing")]
    public void A_wrong_contribution_is_told_with_its_place(string contributions, string reason) =>
        Assert.Contains(reason, Assert.Throws<ExtensionException>(() => Read(contributions)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Fields_and_feeds_of_installed_packages_are_in_the_catalogue_without_any_code()
    {
        await _installation.InstallAsync(WithField("Awesome.Bots", """{ "type": "Integer" }"""));

        var catalogue = _installation.Scan();

        Assert.Equal(Severity, Assert.Single(catalogue.Fields).Key);
        Assert.Equal("Awesome.Bots", catalogue.Fields[0].Chosen!.Package.Id);
        Assert.Empty(catalogue.Problems);
    }

    [Fact]
    public async Task Two_packages_may_add_the_same_field_when_they_mean_the_same()
    {
        await _installation.InstallAsync(WithField("Awesome.Bots", """{ "type": "Integer", "description": "one" }"""));
        await _installation.InstallAsync(WithField("Brilliant.Bots", """{ "type": "Integer", "description": "other" }"""));

        Assert.Equal(2, Assert.Single(_installation.Scan().Fields).Owners.Count);
        Assert.Empty(_installation.Scan().Problems);
    }

    [Theory]
    [InlineData("""{ "type": "String" }""", "(String)")]
    [InlineData("""{ "type": "Integer", "length": 3 }""", "(Integer, at most 3 characters)")]
    [InlineData("""{ "type": "Integer", "regex": "^1" }""", "(Integer, regex ^1)")]
    public async Task A_field_that_two_packages_define_differently_is_used_from_neither_until_one_is_chosen(string other, string shown)
    {
        await _installation.InstallAsync(WithField("Awesome.Bots", """{ "type": "Integer" }"""));
        var refusal = Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync(WithField("Brilliant.Bots", other))));
        Assert.Equal($"the field {Severity} {shown} is already defined by Awesome.Bots 1.0.0 (Integer); remove that, or use --allow-conflict and then 'intelmqctl extensions prefer'", refusal);

        await _installation.InstallAsync(WithField("Brilliant.Bots", other), allowConflict: true);
        var disputed = _installation.Scan();
        Assert.Null(Assert.Single(disputed.Fields).Chosen);
        var problem = Assert.Single(disputed.Problems);
        Assert.Equal((BotLogLevel.Error, "Awesome.Bots, Brilliant.Bots"), (problem.Level, problem.Package));
        Assert.Equal($"the field {Severity} is defined by Awesome.Bots 1.0.0 (Integer) and by Brilliant.Bots 1.0.0 {shown}; none is used until one is chosen: 'intelmqctl extensions prefer {Severity} Awesome.Bots'", problem.Text);

        await _installation.Store.PreferAsync(Severity, "brilliant.bots", disputed, InstallationFixture.Stop);
        Assert.Equal("Brilliant.Bots", Assert.Single(_installation.Scan().Fields).Chosen!.Package.Id);
        Assert.Empty(_installation.Scan().Problems);
    }

    [Fact]
    public async Task Only_a_package_that_defines_a_field_can_be_preferred_for_it()
    {
        await _installation.InstallAsync(WithField("Awesome.Bots", """{ "type": "Integer" }"""));
        var catalogue = _installation.Scan();

        Assert.Contains("does not define the field", (await Assert.ThrowsAsync<ExtensionException>(() => _installation.Store.PreferAsync(Severity, "Other.Bots", catalogue, InstallationFixture.Stop))).Message, StringComparison.Ordinal);
        Assert.Contains("no package adds a field event:x", (await Assert.ThrowsAsync<ExtensionException>(() => _installation.Store.PreferAsync("event:x", "Awesome.Bots", catalogue, InstallationFixture.Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_of_intelmq_itself_cannot_be_defined_anew()
    {
        var package = WithField("Awesome.Bots", """{ "type": "String" }""", "source.ip");
        Assert.Contains("the field event:source.ip (String) belongs to IntelMQ itself (IPAddress)", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync(package))), StringComparison.Ordinal);

        await _installation.InstallAsync(package, allowConflict: true);

        Assert.Empty(_installation.Scan().Fields);
        Assert.Contains("that definition is used", Assert.Single(_installation.Scan().Problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feed_that_two_packages_describe_is_listed_twice_and_told()
    {
        const string Feed = """{ "feeds": [ { "provider": "A", "name": "B", "description": "d", "bots": { "parser": { "module": "intelmq.bots.parsers.a.b" } } } ] }""";
        await _installation.InstallAsync(Package("Awesome.Bots", Feed));
        await _installation.InstallAsync(Package("Brilliant.Bots", Feed));

        var catalogue = _installation.Scan();

        Assert.Equal(["Awesome.Bots", "Brilliant.Bots"], catalogue.Feeds.Select(feed => feed.Package.Id));
        Assert.Equal("the feed 'A: B' is described by Awesome.Bots 1.0.0 and by Brilliant.Bots 1.0.0; both descriptions are listed", Assert.Single(catalogue.Problems).Text);
    }

    [Fact]
    public async Task A_page_that_is_not_in_the_package_is_refused_and_one_that_is_gone_is_told()
    {
        const string Pages = """{ "pages": [ { "path": "docs/a.md" } ] }""";
        Assert.Equal("docs/a.md, which the manifest names as a page, is missing", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync(Package("Awesome.Bots", Pages)))));

        Package("Awesome.Bots", Pages).CopyTo(_installation.Root);
        Assert.Contains("docs/a.md", Assert.Single(_installation.Scan().Problems).Text, StringComparison.Ordinal);
    }

    const string UpgradeOfShared = """{ "upgrades": [ { "bot": "intelmq.bots.experts.old.name", "version": "1.0.0", "type": "X" } ] }""";

    [Fact]
    public async Task A_package_upgrades_configurations_of_its_own_bots_and_of_names_that_nobody_has()
    {
        await _installation.InstallAsync(Package("Awesome.Bots", """
            { "upgrades": [ { "bot": "intelmq.bots.experts.awesome.bot", "version": "1.10.0", "type": "B" }, { "bot": "intelmq.bots.experts.awesome.bot", "version": "1.9.0", "type": "A" },
                            { "bot": "intelmq.bots.experts.old.name", "version": "1.0.0", "type": "C" } ] }
            """));

        Assert.Equal(["A", "B", "C"], _installation.Scan().Upgrades.Select(upgrade => upgrade.Upgrade.Type));
        Assert.Empty(_installation.Scan().Problems);
    }

    [Fact]
    public async Task A_package_does_not_upgrade_configurations_of_bots_of_another()
    {
        await _installation.InstallAsync(Package("Awesome.Bots"));
        await _installation.InstallAsync(Package("Brilliant.Bots", """{ "upgrades": [ { "bot": "intelmq.bots.experts.awesome.bot", "version": "1.0.0", "type": "X" } ] }"""));

        Assert.Empty(_installation.Scan().Upgrades);
        Assert.Equal("Brilliant.Bots 1.0.0 has an upgrade for the configuration of intelmq.bots.experts.awesome.bot, which is a bot of Awesome.Bots 1.0.0; it is not run", Assert.Single(_installation.Scan().Problems).Text);
    }

    [Fact]
    public async Task Two_packages_with_upgrades_for_one_name_that_nobody_has_are_both_named_and_neither_is_run()
    {
        await _installation.InstallAsync(Package("Awesome.Bots", UpgradeOfShared));
        await _installation.InstallAsync(Package("Brilliant.Bots", UpgradeOfShared));

        Assert.Empty(_installation.Scan().Upgrades);
        Assert.StartsWith("Awesome.Bots 1.0.0 and Brilliant.Bots 1.0.0 have upgrades for the configuration of intelmq.bots.experts.old.name", Assert.Single(_installation.Scan().Problems).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_upgrade_that_only_the_manifest_has_is_told()
    {
        new TestPackage("Awesome.Bots", "1.0.0", "intelmq.bots.experts.awesome.bot").Compiled().CopyTo(_installation.Root);
        await using var host = new ExtensionHost(static _ => { }, TimeProvider.System);
        using var lease = host.Load(Assert.Single(_installation.Scan().Packages));

        Assert.Equal("the manifest of Awesome.Bots 1.0.0 has X, but its assembly does not", Assert.Throws<ExtensionException>(() => lease.Loaded.CreateUpgrade("X")).Message);
        Assert.Throws<ExtensionException>(() => lease.Loaded.CreateCheck("X"));
    }

    [Fact]
    public async Task The_contents_of_a_package_are_the_same_before_and_after_its_installation()
    {
        var package = Package("Awesome.Bots").With("net10.0/a.txt", "a");
        var file = package.PackInto(_installation.Feed);
        using var archive = PackageArchive.OpenFile(file);
        var packed = await PackageContents.OfArchiveAsync(archive, file, _installation.Root, InstallationFixture.Stop);
        var report = await _installation.InstallAsync("Awesome.Bots");

        var installed = await PackageContents.OfFolderAsync(archive.Manifest, report.Directory, _installation.Root, InstallationFixture.Stop);

        Assert.Equal((report.Archive, report.Tree), (packed.Archive, packed.Tree));
        Assert.Equal(packed.Files, installed.Files);
        Assert.Contains(packed.Files, f => f is { Path: "net10.0/a.txt", Bytes: 1, Sha256: "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb" });
        Assert.Equal(new SignatureState(null, false, null), packed.Signature);
    }

    [Fact]
    public async Task A_signature_is_told_with_what_it_is_worth_here()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var file = Package("Awesome.Bots").PackInto(_installation.Feed);
        var unsigned = await SignatureAsync(file);
        var id = await PackageSignature.SignAsync(file, key.ExportPkcs8PrivateKeyPem(), "key.pem", InstallationFixture.Stop);
        var nobodyTrusted = await SignatureAsync(file);
        TrustedKeys.Add(_installation.Root, key.ExportSubjectPublicKeyInfoPem(), "key.pem");
        var trusted = await SignatureAsync(file);
        Package("Awesome.Bots").PackInto(_installation.Feed);
        var missing = await SignatureAsync(file);

        Assert.Equal(new SignatureState(null, false, null), unsigned);
        Assert.Equal(new SignatureState(id, false, null), nobodyTrusted);
        Assert.Equal(new SignatureState(id, true, null), trusted);
        Assert.Contains("it is not signed", missing.Problem, StringComparison.Ordinal);
    }

    async Task<SignatureState> SignatureAsync(string file)
    {
        using var archive = PackageArchive.OpenFile(file);
        return (await PackageContents.OfArchiveAsync(archive, file, _installation.Root, InstallationFixture.Stop)).Signature;
    }

    [Fact]
    public void Files_of_a_python_distribution_are_read_from_its_record()
    {
        _installation.Directory.Write("x.dist-info/RECORD", "awesome/special.py,sha256=abc,120\n\"awesome/a,b.py\",sha256=def,3\nx.dist-info/RECORD,,\n");

        Assert.Equal(
            [new PythonFile("awesome/special.py", "sha256=abc", 120), new PythonFile("awesome/a,b.py", "sha256=def", 3), new PythonFile("x.dist-info/RECORD", null, null)],
            PythonRecord.Read(_installation.Directory["x.dist-info"]));
        Assert.Empty(PythonRecord.Read(_installation.Directory["nothing"]));
    }
}
