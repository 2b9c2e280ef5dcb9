using IntelMQ.Control.Checking;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Tests;

public sealed class ContributionsCheckTests : IDisposable
{
    readonly RecordingOutput _output = new();
    readonly TemporaryInstallation _installation = new(ContributingPackage.Configuration());

    public void Dispose() => _installation.Dispose();

    Task<CheckReport> CheckAsync() =>
        new InstallationCheck(_installation.Installation, new FakeGateway(null), _output).RunAsync(withConnections: false, TestContext.Current.CancellationToken);

    void Install(string contributions) => ContributingPackage.CopyInto(_installation, contributions);

    static string Upgrade(string type, string bot = ContributingPackage.Bot, string version = "1.0.0") => $$"""{ "bot": "{{bot}}", "version": "{{version}}", "type": "{{type}}", "summary": "What {{type}} does." }""";

    [Fact]
    public async Task A_configuration_that_an_upgrade_would_change_is_an_error_that_says_what_changes()
    {
        Install($$"""{ "upgrades": [ {{Upgrade("RenameUrl")}} ] }""");
        _installation.WriteRuntime(ContributingPackage.Configuration(", feed_url: 'https://example.com/'"));

        Assert.True((await CheckAsync()).HasProblems);

        Assert.Contains(
            $"ERROR {_installation.Paths.RuntimeFile}:1:1: Bot 'quiet': Awesome.Bots 1.0.0 needs another configuration since 1.0.0 (What RenameUrl does): the parameter 'feed_url' is gone, the parameter 'http_url' is new.",
            _output.Lines);
        Assert.Contains("feed_url", await File.ReadAllTextAsync(_installation.Paths.RuntimeFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_in_the_new_form_is_left_in_peace()
    {
        Install($$"""{ "upgrades": [ {{Upgrade("RenameUrl")}} ], "checks": [] }""");
        _installation.WriteRuntime(ContributingPackage.Configuration(", http_url: 'https://example.com/'"));

        Assert.False((await CheckAsync()).HasProblems, _output.Text);
    }

    [Fact]
    public async Task Upgrades_follow_a_bot_that_gets_another_name()
    {
        Install($$"""{ "upgrades": [ {{Upgrade("RenameUrl", version: "1.10.0")}}, {{Upgrade("RenameBot", ContributingPackage.FormerBot, "1.9.0")}} ] }""");
        _installation.WriteRuntime(ContributingPackage.Configuration(", feed_url: 'https://example.com/'", ContributingPackage.FormerBot));

        await CheckAsync();

        var lines = _output.Lines.Where(line => line.Contains("needs another configuration", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, lines.Count);
        Assert.EndsWith($"since 1.9.0 (What RenameBot does): the module is {ContributingPackage.Bot} instead of {ContributingPackage.FormerBot}.", lines[0], StringComparison.Ordinal);
        Assert.Contains("since 1.10.0", lines[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Manual", "Move the file yourself.")]
    [InlineData("Throws", "the upgrade cannot be used: InvalidOperationException: no idea")]
    [InlineData("Grow", "the upgrade cannot be used: run again, it changes what it has made itself (the parameter 'count' has another value)")]
    [InlineData("Nowhere", "the upgrade cannot be used: ExtensionException: the manifest of Awesome.Bots 1.0.0 has Nowhere, but its assembly does not")]
    public async Task An_upgrade_that_does_not_work_out_is_an_error_and_the_check_goes_on(string type, string reason)
    {
        Install($$"""{ "upgrades": [ {{Upgrade(type)}} ], "checks": [ { "type": "Counts" } ] }""");

        Assert.True((await CheckAsync()).HasProblems);

        Assert.Contains(_output.Lines, line => line.EndsWith($"(What {type} does): {reason}", StringComparison.Ordinal));
        Assert.Contains("1 bot(s)", _output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_of_a_package_sees_its_configured_bots()
    {
        Install("""{ "checks": [ { "type": "Counts" } ] }""");
        _installation.WriteRuntime(ContributingPackage.Configuration(", http_url: 'https://example.com/'"));

        Assert.False((await CheckAsync()).HasProblems, _output.Text);

        Assert.Contains("WARNING Awesome.Bots 1.0.0: http_url: 1 bot(s): quiet https://example.com/", _output.Lines);
    }

    [Fact]
    public async Task A_check_that_throws_is_an_error()
    {
        Install("""{ "checks": [ { "type": "Throws" }, { "type": "Counts" } ] }""");

        Assert.True((await CheckAsync()).HasProblems);

        Assert.Contains("ERROR Awesome.Bots 1.0.0: the check Throws failed: InvalidOperationException: no idea", _output.Lines);
        Assert.Contains("1 bot(s)", _output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_of_a_package_without_configured_bots_is_not_run()
    {
        Install($$"""{ "upgrades": [ {{Upgrade("Throws")}} ], "checks": [ { "type": "Throws" } ] }""");
        _installation.WriteRuntime(ContributingPackage.Configuration().Split('\n')[1].Replace("out-queue", "x-queue", StringComparison.Ordinal));

        Assert.False((await CheckAsync()).HasProblems, _output.Text);
    }

    [Fact]
    public async Task A_feed_that_cannot_be_used_as_described_is_a_warning()
    {
        Install("""
            { "feeds": [ { "provider": "Awesome", "name": "Special", "description": "d", "bots": {
              "collector": { "module": "intelmq.bots.collectors.http.collector_htp" },
              "parser": { "module": "intelmq.bots.parsers.json.parser", "parameters": { "splitlines": true, "name": "x", "colums": 1 } } } } ] }
            """);

        Assert.False((await CheckAsync()).HasProblems, _output.Text);

        Assert.Contains("WARNING Awesome.Bots 1.0.0: the feed 'Awesome: Special' cannot be used as described: no installed package offers intelmq.bots.collectors.http.collector_htp. Did you mean 'intelmq.bots.collectors.http.collector_http'?", _output.Lines);
        Assert.Contains("WARNING Awesome.Bots 1.0.0: the feed 'Awesome: Special' cannot be used as described: intelmq.bots.parsers.json.parser knows no parameter 'colums'.", _output.Lines);
    }

    [Fact]
    public async Task A_field_that_two_packages_define_differently_is_an_error_that_names_both()
    {
        Install("""{ "fields": { "event": { "awesome.severity": { "type": "Integer" } } } }""");
        ContributingPackage.CopyInto(_installation, """{ "fields": { "event": { "awesome.severity": { "type": "String" } } } }""", "Brilliant.Bots", "intelmq.bots.experts.brilliant.x");

        Assert.True((await CheckAsync()).HasProblems);

        Assert.Contains(_output.Lines, line => line.Contains("the field event:awesome.severity is defined by Awesome.Bots 1.0.0 (Integer) and by Brilliant.Bots 1.0.0 (String); none is used", StringComparison.Ordinal));
        Assert.DoesNotContain("awesome.severity", Format().EventFields.Select(field => field.Key));
    }

    DataFormat Format() => InstalledDataFormat.Load(_installation.Paths, _installation.Installation.Catalogue).Format;

    [Fact]
    public void The_data_format_has_the_fields_of_installed_packages()
    {
        Install("""{ "fields": { "event": { "awesome.severity": { "type": "Integer" } }, "report": { "awesome.batch": { "type": "String" } } } }""");

        Assert.Same(DataType.Integer, Format().EventFields.Single(field => field.Key == "awesome.severity").Value);
        Assert.Contains("awesome.batch", Format().ReportFields.Select(field => field.Key));
    }

    [Fact]
    public async Task The_definition_in_harmonization_conf_has_the_last_word_and_that_is_said()
    {
        Install("""{ "fields": { "event": { "awesome.severity": { "type": "Integer" } } } }""");
        await File.WriteAllTextAsync(
            _installation.Paths.HarmonizationFile,
            """{ "event": { "awesome.severity": { "type": "String", "description": "ours" }, "extra": { "type": "JSONDict", "description": "more" } }, "report": {} }""",
            TestContext.Current.CancellationToken);

        Assert.Same(DataType.String, Format().EventFields.Single(field => field.Key == "awesome.severity").Value);
        await CheckAsync();
        Assert.Contains($"WARNING {_installation.Paths.HarmonizationFile}: event: awesome.severity is defined here as String and by Awesome.Bots 1.0.0 (Integer); the definition of this file is used", _output.Lines);
    }
}
