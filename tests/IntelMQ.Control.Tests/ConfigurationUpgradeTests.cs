using System.Text.Json.Nodes;
using IntelMQ.Configuration.Upgrading;
using IntelMQ.Control.Upgrading;
using IntelMQ.Extensions;

namespace IntelMQ.Control.Tests;

public sealed class ConfigurationUpgradeTests : IAsyncDisposable
{
    const string Old = """
        # Ours since 2015.
        fetch:
          group: Collector
          module: intelmq.bots.collectors.http.collector_http
          parameters:
            feed: Example   # the name
            http_url: https://example.com/list.csv
        ripe:
          group: Expert
          module: intelmq.bots.experts.ripencc_abuse_contact.expert
          parameters: {query_ripe_stat: true}

        """;

    readonly RecordingOutput _output = new();
    readonly TemporaryInstallation _installation = new(Old);
    readonly ExtensionHost _extensions = new(static _ => { }, TimeProvider.System);

    public async ValueTask DisposeAsync()
    {
        await _extensions.DisposeAsync();
        _installation.Dispose();
    }

    string Runtime => File.ReadAllText(_installation.Paths.RuntimeFile);

    JsonNode State => JsonNode.Parse(File.ReadAllText(_installation.Paths.StateFile))!;

    bool Run(UpgradeRequest? request = null) => new ConfigurationUpgrade(_installation.Installation, _extensions, _output, TimeProvider.System).Run(request ?? new());

    string Beside(string name) => Path.Combine(_installation.Paths.ConfigDirectory, name);

    [Fact]
    public void An_old_configuration_gets_its_new_form_and_keeps_its_comments()
    {
        Assert.True(Run(), _output.Text);

        Assert.StartsWith("# Ours since 2015.", Runtime, StringComparison.Ordinal);
        Assert.Contains("name: Example", Runtime, StringComparison.Ordinal);
        Assert.DoesNotContain("feed:", Runtime, StringComparison.Ordinal);
        Assert.Contains("{query_ripe_stat_asn: true, query_ripe_stat_ip: true}", Runtime, StringComparison.Ordinal);
        Assert.Equal("intelmq.bots.experts.ripe.expert", _installation.Configuration.Find("ripe")!.Module);
        Assert.Equal(Old, File.ReadAllText(_installation.Paths.RuntimeFile + ".bak"));
        Assert.Contains("  runtime.yaml: fetch.parameters.feed is gone (was \"Example\")", _output.Lines);
        Assert.Equal([3L, 3L, 2L], State["version_history"]!.AsArray()[^1]!.AsArray().Select(static part => part!.GetValue<long>()));
    }

    [Fact]
    public void A_second_run_has_nothing_to_do()
    {
        Run();
        var before = Runtime;

        Assert.True(Run(), _output.Text);

        Assert.Equal(before, Runtime);
        Assert.Contains("Found previous version 3.3.2 in state file.", _output.Lines);
    }

    [Fact]
    public void Forced_rules_change_nothing_that_they_have_made_themselves()
    {
        Run();
        var before = Runtime;

        Assert.True(Run(new() { IsForced = true }), _output.Text);

        Assert.Equal(before, Runtime);
    }

    [Fact]
    public void A_dry_run_tells_and_writes_nothing()
    {
        File.WriteAllText(Beside("defaults.conf"), """{"broker": "redis"}""");

        Assert.True(Run(new() { IsDryRun = true }), _output.Text);

        Assert.Equal(Old, Runtime);
        Assert.True(File.Exists(Beside("defaults.conf")));
        Assert.False(File.Exists(_installation.Paths.StateFile));
        Assert.Contains("  runtime.yaml: global.source_pipeline_broker is new: \"redis\"", _output.Lines);
    }

    [Fact]
    public void Files_of_version_2_are_merged_into_the_runtime_configuration()
    {
        File.WriteAllText(Beside("defaults.conf"), """{"broker": "amqp", "rate_limit": 60}""");
        File.WriteAllText(Beside("pipeline.conf"), """{"fetch": {"destination-queues": ["ripe-queue"]}, "ripe": {"source-queue": "other"}, "gone": {}}""");
        File.WriteAllText(Beside("BOTS"), "no JSON");

        Assert.True(Run(), _output.Text);

        var configuration = _installation.Configuration;
        Assert.Equal("amqp", configuration.Global["destination_pipeline_broker"]);
        Assert.Equal(60L, configuration.Global["rate_limit"]);
        Assert.False(configuration.Global.ContainsKey("broker"));
        Assert.Equal("other", configuration.Find("ripe")!.SourceQueue);
        Assert.Equal("ripe-queue", configuration.Find("fetch")!.Destinations.References.Single().Queue);
        Assert.All((string[])["defaults.conf", "pipeline.conf", "BOTS"], name => Assert.False(File.Exists(Beside(name)), name));
        Assert.True(File.Exists(Beside("defaults.conf.bak")));
    }

    [Fact]
    public void Embedded_queues_stay_where_nothing_is_said_of_brokers()
    {
        Run();

        Assert.False(_installation.Configuration.Global.ContainsKey("source_pipeline_broker"));
    }

    [Fact]
    public void What_an_operator_must_do_is_told_again_until_it_is_done()
    {
        _installation.WriteRuntime(Old + "gone:\n  module: intelmq.bots.parsers.malwaredomains.parser\n");

        Assert.False(Run());
        Assert.False(Run());

        Assert.Equal(2, _output.Lines.Count(static line => line.Contains("\"Malware Domains Parser\" has been found as bot gone. Remove", StringComparison.Ordinal)));
        Assert.Contains("name: Example", Runtime, StringComparison.Ordinal);
        _installation.WriteRuntime(Old);
        Assert.True(Run(), _output.Text);
    }

    [Fact]
    public void One_rule_alone_runs_once()
    {
        var request = new UpgradeRequest { Only = ConfigurationUpgrade.Rules.Single(static rule => rule.Name == "v202_fixes"), KeepsBackups = false };

        Assert.True(Run(request));
        Assert.True(Run(request));

        Assert.Contains("Upgrade 'v202_fixes' successful.", _output.Lines);
        Assert.Contains("This upgrade has been performed previously successfully already. Force with -f.", _output.Lines);
        Assert.Contains("ripencc_abuse_contact", Runtime, StringComparison.Ordinal);
        Assert.False(File.Exists(_installation.Paths.RuntimeFile + ".bak"));
    }

    [Fact]
    public void A_version_that_was_named_leaves_older_upgrades_out()
    {
        Assert.True(Run(new() { Previous = UpgradeVersion.Of("3.1.0") }), _output.Text);

        Assert.Equal(Old, Runtime);
    }

    [Fact]
    public void Packages_upgrade_their_bots_in_the_same_run()
    {
        ContributingPackage.CopyInto(_installation, """{ "upgrades": [ { "bot": "intelmq.bots.experts.awesome.quiet", "version": "1.0.0", "type": "RenameUrl", "summary": "Renames the URL." } ] }""");
        _installation.WriteRuntime(ContributingPackage.Configuration(", feed_url: 'https://example.com/'"));

        Assert.True(Run(), _output.Text);

        Assert.Contains("http_url: 'https://example.com/'", Runtime.Replace("http_url: https://example.com/", "http_url: 'https://example.com/'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("Awesome.Bots 1.0.0, quiet: Renames the URL: Upgrade successful.", _output.Lines);
    }

    [Fact]
    public void The_data_format_gets_missing_fields_and_the_shipped_types()
    {
        File.WriteAllText(_installation.Paths.HarmonizationFile, """
            {
                "event": {
                    "source.ip": {
                        "description": "ours",
                        "type": "String"
                    },
                    "own.field": {
                        "description": "ours",
                        "type": "String"
                    }
                }
            }
            """);

        Assert.True(Run(), _output.Text);

        var fields = JsonNode.Parse(File.ReadAllText(_installation.Paths.HarmonizationFile))!["event"]!;
        Assert.Equal("IPAddress", (string?)fields["source.ip"]!["type"]);
        Assert.Equal("ours", (string?)fields["source.ip"]!["description"]);
        Assert.NotNull(fields["own.field"]);
        Assert.NotNull(fields["time.source"]);
    }

    [Fact]
    public void A_state_file_that_is_none_stops_everything()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_installation.Paths.StateFile)!);
        File.WriteAllText(_installation.Paths.StateFile, "[]");

        Assert.Throws<ControlException>(() => Run());

        Assert.Equal(Old, Runtime);
    }
}
