namespace IntelMQ.Cli.Tests;

public sealed class CommandLineTests : IAsyncDisposable
{
    readonly TestInstallation _installation = new();

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task An_unknown_bot_is_a_usage_error_with_the_known_ones_and_a_suggestion()
    {
        var run = await _installation.RunAsync("status", "csv-parsr");

        Assert.Equal((2, ""), (run.ExitCode, run.Out));
        Assert.StartsWith("usage: intelmqctl status ", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("intelmqctl status: error: argument bot_id: invalid choice: 'csv-parsr' (choose from 'csv-collector', 'csv-parser', 'file-output'); did you mean 'csv-parser'?\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bot_does_by_hand_what_it_offers_and_gets_all_arguments_behind_its_id()
    {
        _installation.Runtime += "smtp-batch-output: {group: Output, name: Mails, module: intelmq.bots.outputs.smtp_batch.output, parameters: {}}\n";

        var run = await _installation.RunAsync("cli", "smtp-batch-output", "--limit-results", "5", "--sent");
        var other = await _installation.RunAsync("cli", "csv-parser");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("'--sent' is not known here; expected [--send]", run.Out + run.Error, StringComparison.Ordinal);
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("does nothing but handle messages", other.Out + other.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("strat")]
    [InlineData("status --nonsense")]
    [InlineData("status --group collectorz")]
    [InlineData("--type yaml status")]
    [InlineData("list")]
    [InlineData("debug --get")]
    public async Task A_command_line_that_cannot_be_understood_is_a_usage_error(string arguments)
    {
        var run = await _installation.RunAsync(arguments.Split(' '));

        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("usage: intelmqctl", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Out);
    }

    [Theory]
    [InlineData("statsu", "intelmqctl: error: argument command: invalid choice: 'statsu' (choose from 'start', ", "; did you mean 'status'?")]
    [InlineData("list botz", "intelmqctl list: error: argument command: invalid choice: 'botz' (choose from 'bots', 'queues', 'queues-and-status')", "; did you mean 'bots'?")]
    [InlineData("list", "intelmqctl list: error: a command is missing (choose from 'bots', 'queues', 'queues-and-status')", "")]
    [InlineData("quickstart --onec", "intelmqctl quickstart: error: unrecognized arguments: --onec", "; did you mean '--once'?")]
    [InlineData("check one two", "intelmqctl check: error: unrecognized arguments: one two", "")]
    [InlineData("start --group expert", "intelmqctl start: error: argument --group: invalid choice: 'expert' (choose from 'collectors', 'parsers', 'experts', 'outputs')", "; did you mean 'experts'?")]
    [InlineData("log csv-parser ten", "intelmqctl log: error: argument number_of_lines: invalid int value: 'ten'", "")]
    [InlineData("log csv-parser 10 WARN", "intelmqctl log: error: argument log_level: invalid choice: 'WARN' (choose from 'DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL')", "")]
    [InlineData("log", "intelmqctl log: error: the following arguments are required: bot-id", "")]
    public async Task A_word_that_is_not_understood_is_named_with_what_may_stand_there(string arguments, string begin, string end)
    {
        var run = await _installation.RunAsync(arguments.Split(' '));

        var said = run.Error.TrimEnd('\n').Split('\n');
        Assert.Equal(2, said.Length);
        Assert.StartsWith(begin, said[1], StringComparison.Ordinal);
        Assert.EndsWith(end, said[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--type json list queues --count")]
    [InlineData("list queues --count --type json")]
    [InlineData("list --ty json queues --su")]
    [InlineData("-t json list queues -s")]
    [InlineData("list queues --cou --type=json")]
    public async Task Options_may_stand_anywhere_and_be_shortened(string arguments)
    {
        var run = await _installation.RunAsync(arguments.Split(' '));

        Assert.Equal((0, "{\n    \"total-messages\": 0\n}\n"), (run.ExitCode, run.Out));
    }

    [Theory]
    [InlineData("help")]
    [InlineData("--help")]
    [InlineData("")]
    public async Task Help_lists_the_commands_and_ends_well(string arguments)
    {
        var run = await _installation.RunAsync(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.All(["start", "stop", "restart", "reload", "status", "enable", "disable", "list", "clear", "log", "run", "check", "debug", "extensions", "quickstart"], verb => Assert.Contains($"  {verb}", run.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("-v")]
    public async Task The_version_is_one_line(string option) => Assert.Matches(@"^\d+\.\d+\.\d+\n$", (await _installation.RunAsync(option)).Out);

    [Fact]
    public async Task Without_a_configuration_the_file_that_is_missing_is_named()
    {
        File.Delete(_installation.RuntimeFile);

        var run = await _installation.RunAsync("status");

        Assert.Equal((1, ""), (run.ExitCode, run.Out));
        Assert.StartsWith($"Error loading '{_installation.RuntimeFile}': File not found: '{_installation.RuntimeFile}'. INTELMQ_ROOT_DIR ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("check")]
    [InlineData("start")]
    public async Task Without_a_configuration_it_is_said_where_one_is_looked_for_and_nothing_of_bots(string command)
    {
        File.Delete(_installation.RuntimeFile);

        var run = await _installation.RunAsync(command);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("INTELMQ_ROOT_DIR says where an installation is", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("The bots run", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_package_is_named_instead_of_sources()
    {
        var run = await _installation.RunAsync("extensions", "install", _installation.RuntimeFile);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"'{_installation.RuntimeFile}' is no package; expected a file that ends in .nupkg", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Python_callers_get_nothing_printed()
    {
        var run = await _installation.RunAsync("--type", "python", "status");

        Assert.Equal((1, "", ""), (run.ExitCode, run.Out, run.Error));
    }

    [Fact]
    public async Task Debug_shows_paths_and_variables()
    {
        var all = await _installation.RunAsync("debug");
        var json = await _installation.RunAsync("-t", "json", "debug", "--get-paths");

        Assert.Contains($"Paths:\nHARMONIZATION_CONF_FILE: '{_installation.Directory}/etc/harmonization.conf'\n", all.Out, StringComparison.Ordinal);
        Assert.Contains($"Environment variables:\nINTELMQ_ROOT_DIR: '{_installation.Directory}'\nINTELMQ_PATHS_NO_OPT: None\n", all.Out, StringComparison.Ordinal);
        Assert.Contains($"\"CONFIG_DIR\": \"{_installation.Directory}/etc/\"", json.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("environment_variables", json.Out, StringComparison.Ordinal);
    }
}
