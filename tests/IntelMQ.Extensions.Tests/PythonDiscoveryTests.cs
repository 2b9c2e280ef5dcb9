namespace IntelMQ.Extensions.Tests;

public sealed class PythonDiscoveryTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    Catalogue Scan() => new CatalogueScanner(new ExtensionPlaces { BuiltIn = _directory["bundled"], Roots = [_directory["extensions"]], PythonEnvironments = [_directory["venv"]] }).Scan();

    void Install(string name, string version, string entryPoints, string? folder = null)
    {
        var info = $"{folder ?? "venv/lib/python3.11/site-packages"}/{name.Replace('-', '_')}-{version}.dist-info";
        _directory.Write($"{info}/METADATA", $"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nSummary: Bots of {name}\n\nName: not-a-header\n");
        _directory.Write($"{info}/entry_points.txt", entryPoints);
    }

    void Script(string bot) => _directory.Write($"venv/bin/{bot}", "#!python");

    [Fact]
    public void The_example_of_the_original_is_found_although_its_module_has_two_parts()
    {
        Install("awesome-bots", "0.1.0", "[console_scripts]\nintelmq.bots.collectors.awesome.special = awesome_bots.special:BOT.run\nother = x:y\n[other]\nintelmq.bots.experts.no.script = a:BOT.run\n");
        Script("intelmq.bots.collectors.awesome.special");

        var catalogue = Scan();

        var bot = Assert.IsType<PythonBot>(Assert.IsType<ResolvedBot>(catalogue.Resolve("intelmq.bots.collectors.awesome.special")).Owner);
        Assert.Equal(("awesome-bots", "0.1.0", "awesome_bots.special", PackageOrigin.Python), (bot.PackageId, bot.PackageVersion, bot.Module, bot.Origin));
        Assert.Equal(_directory["venv", "bin", "intelmq.bots.collectors.awesome.special"], bot.Script);
        Assert.Equal("Bots of awesome-bots", Assert.Single(catalogue.PythonPackages).Summary);
        Assert.Single(catalogue.Bots);
        Assert.Empty(catalogue.Problems);
    }

    [Fact]
    public void Development_installs_are_followed_through_pth_and_egg_link()
    {
        _directory.Write("src/one/One.egg-info/PKG-INFO", "Name: One\nVersion: 1.0\n\n");
        _directory.Write("src/one/One.egg-info/entry_points.txt", "[console_scripts]\nintelmq.bots.experts.one.bot = one.bot:BOT.run [extra]\n");
        _directory.Write("venv/lib/python3.11/site-packages/One.egg-link", _directory["src", "one"] + "\n.\n");
        Install("two", "2.0", "[console_scripts]\nintelmq.bots.experts.two.bot=two.bot:BOT.run\n", "src/two");
        _directory.Write("venv/lib/python3.11/site-packages/__editable__.two.pth", "import sys\n# comment\n../../../../src/two\n");
        Script("intelmq.bots.experts.one.bot");
        Script("intelmq.bots.experts.two.bot");

        var catalogue = Scan();

        Assert.Equal(["intelmq.bots.experts.one.bot", "intelmq.bots.experts.two.bot"], catalogue.Bots.Select(bot => bot.Name));
        Assert.All(catalogue.PythonPackages, package => Assert.True(package.Editable));
        Assert.Empty(catalogue.Problems);
    }

    [Fact]
    public void Clashes_odd_targets_and_missing_scripts_are_told()
    {
        Install("first", "1.0", "[console_scripts]\nintelmq.bots.experts.both.bot = first:BOT.run\nintelmq.bots.experts.odd.bot = first:main\nintelmq.bots.WRONG = first:BOT.run\n");
        Install("second", "1.0", "[console_scripts]\nintelmq.bots.experts.both.bot = second:BOT.run\n");
        Script("intelmq.bots.experts.both.bot");

        var catalogue = Scan();

        Assert.Equal(["first 1.0", "second 1.0"], Assert.IsType<ConflictingBot>(catalogue.Resolve("intelmq.bots.experts.both.bot")).Owners.Select(owner => owner.ToString()));
        Assert.Contains(catalogue.Problems, problem => problem.Text == "intelmq.bots.experts.odd.bot points to 'first:main'; expected <module>:BOT.run");
        Assert.Contains(catalogue.Problems, problem => problem.Text.StartsWith("intelmq.bots.experts.odd.bot has no script in", StringComparison.Ordinal));
        Assert.Contains(catalogue.Problems, problem => problem.Text.StartsWith("'intelmq.bots.WRONG' is not", StringComparison.Ordinal));
    }

    [Fact]
    public void A_dotnet_bot_goes_before_a_python_one_of_its_name_unless_it_is_pinned()
    {
        Install("intelmq", "3.3.2", "[console_scripts]\nintelmq.bots.experts.cymru_whois.expert = intelmq.bots.experts.cymru_whois.expert:BOT.run\n");
        Script("intelmq.bots.experts.cymru_whois.expert");
        new TestPackage("IntelMQ.Bots", "1.0.0", "intelmq.bots.experts.cymru_whois.expert").WithoutCode().BundleInto(_directory["bundled"]);

        var catalogue = Scan();

        Assert.Equal(PackageOrigin.BuiltIn, Assert.IsType<ResolvedBot>(catalogue.Resolve("intelmq.bots.experts.cymru_whois.expert")).Owner.Origin);
        Assert.IsType<PythonBot>(Assert.IsType<ResolvedBot>(catalogue.Resolve("intelmq.bots.experts.cymru_whois.expert", "intelmq")).Owner);
        Assert.Equal("intelmq.bots.experts.cymru_whois.expert is also there as .NET; that is used, unless a bot says 'package: intelmq'", Assert.Single(catalogue.Problems).Text);
    }

    [Fact]
    public void The_first_distribution_of_a_name_wins_as_with_import()
    {
        Install("awesome-bots", "1.0", "[console_scripts]\nintelmq.bots.experts.a.b = first:BOT.run\n");
        Install("Awesome.Bots", "2.0", "[console_scripts]\nintelmq.bots.experts.a.b = second:BOT.run\n", "venv/lib/python3.12/site-packages");
        Script("intelmq.bots.experts.a.b");

        Assert.Equal("1.0", Assert.Single(Scan().PythonPackages).Version);
    }

    [Fact]
    public void A_folder_that_is_no_environment_is_told() =>
        Assert.Contains("is no Python environment", Assert.Single(Scan().Problems).Text);
}
