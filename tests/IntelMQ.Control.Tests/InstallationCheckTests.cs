using IntelMQ.Control.Checking;

namespace IntelMQ.Control.Tests;

public sealed class InstallationCheckTests
{
    readonly RecordingOutput _output = new();

    async Task<CheckReport> CheckAsync(TemporaryInstallation installation) =>
        await new InstallationCheck(installation.Installation, new FakeGateway(null), _output).RunAsync(withConnections: true, TestContext.Current.CancellationToken);

    const string Good = """
        tax:
          group: Expert
          name: t
          description: d
          enabled: true
          run_mode: continuous
          module: intelmq.bots.experts.taxonomy.expert
          parameters: {source_queue: out-queue, destination_queues: {_default: [tax-queue]}}
        out:
          group: Output
          name: o
          description: d
          enabled: true
          run_mode: continuous
          module: intelmq.bots.outputs.blackhole.output
          parameters: {source_queue: tax-queue}
        """;

    [Fact]
    public async Task A_good_installation_has_no_issues()
    {
        using var installation = new TemporaryInstallation(Good);

        var report = await CheckAsync(installation);

        Assert.False(report.HasProblems, _output.Text);
        Assert.Equal("No issues found.", _output.Lines[^1]);
        Assert.DoesNotContain(report.Lines, line => line.Text.Contains("No issues", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("4000000000000000000", "is more than the disk")]
    [InlineData("-1", "global.queue_min_free_bytes")]
    [InlineData("\"5\"", "global.queue_min_free_bytes")]
    public async Task Room_that_no_disk_has_to_be_kept_free_is_a_problem(string value, string expected)
    {
        using var installation = new TemporaryInstallation($"global: {{queue_min_free_bytes: {value}}}\n{Good}");

        var report = await CheckAsync(installation);

        Assert.True(report.HasProblems);
        Assert.Contains(report.Lines, line => line.Text.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_module_that_no_package_has_gets_its_place_and_the_nearest_name()
    {
        using var installation = new TemporaryInstallation(Good.Replace("taxonomy.expert", "taxonmy.expert", StringComparison.Ordinal));

        var report = await CheckAsync(installation);

        Assert.True(report.HasProblems);
        Assert.Contains($"ERROR {installation.Paths.RuntimeFile}:7:11: error: tax.module: Incomplete installation: Bot 'tax' not importable: no installed package offers intelmq.bots.experts.taxonmy.expert. Did you mean 'intelmq.bots.experts.taxonomy.expert'?", _output.Lines);
    }

    [Fact]
    public async Task Problems_of_all_bots_come_at_once_each_with_its_place()
    {
        using var installation = new TemporaryInstallation(
            Good.Replace("run_mode: continuous\n  module: intelmq.bots.outputs.blackhole.output\n  parameters: {source_queue: tax-queue}",
                "run_mode: sometimes\n  module: intelmq.bots.outputs.file.output\n  parameters: {source_queue: tax-queue, encoding_errors_mde: strict}", StringComparison.Ordinal)
            .Replace("enabled: true\n  run_mode: continuous\n  module: intelmq.bots.experts", "enabled: \"false\"\n  run_mode: continuous\n  module: intelmq.bots.experts", StringComparison.Ordinal));

        var report = await CheckAsync(installation);

        Assert.True(report.HasProblems);
        Assert.Contains($"{installation.Paths.RuntimeFile}:5:12: error: tax.enabled", _output.Text, StringComparison.Ordinal);
        Assert.Contains($"{installation.Paths.RuntimeFile}:14:13: error: out.run_mode", _output.Text, StringComparison.Ordinal);
        Assert.Contains("encoding_errors_mde", _output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_yaml_ends_the_check()
    {
        using var installation = new TemporaryInstallation("out: [");

        var report = await CheckAsync(installation);

        Assert.True(report.HasProblems);
        Assert.Contains("Could not load", _output.Text, StringComparison.Ordinal);
        Assert.Contains("ERROR Fatal errors occurred.", _output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fields_of_the_data_format_want_a_description_and_extra_its_type()
    {
        using var installation = new TemporaryInstallation(Good);
        await File.WriteAllTextAsync(
            installation.Paths.HarmonizationFile,
            """{"event": {"source.ip": {"type": "IPAddress"}, "extra": {"type": "JSON", "description": "d"}}, "report": {"raw": {"type": "Base64", "description": "d"}}}""",
            TestContext.Current.CancellationToken);

        var report = await CheckAsync(installation);

        Assert.True(report.HasProblems);
        Assert.Contains("WARNING Missing description for type 'source.ip'.", _output.Lines);
        Assert.Contains("WARNING 'extra' field needs to be of type 'JSONDict'.", _output.Lines);
    }
}
