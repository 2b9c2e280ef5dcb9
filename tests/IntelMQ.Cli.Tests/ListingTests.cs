using System.Text.Json;

namespace IntelMQ.Cli.Tests;

public sealed class ListingTests : IAsyncDisposable
{
    readonly TestInstallation _installation = new();

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Installed_bots_are_listed_by_group_with_module_description_parameters_and_package()
    {
        var text = await _installation.RunAsync("list", "bots");
        using var json = JsonDocument.Parse((await _installation.RunAsync("list", "bots", "-t", "json")).Out);

        Assert.StartsWith("\n======== Collector ========\n\nBot ID: ", text.Out, StringComparison.Ordinal);
        Assert.Equal(["Collector", "Parser", "Expert", "Output"], json.RootElement.EnumerateObject().Select(g => g.Name));
        var csv = json.RootElement.GetProperty("Parser").EnumerateObject().Single(b => b.Value.GetProperty("module").ValueEquals("intelmq.bots.parsers.generic.parser_csv")).Value;
        Assert.Equal("IntelMQ.Bots", csv.GetProperty("package").GetString());
        Assert.Equal(",", csv.GetProperty("parameters").GetProperty("delimiter").GetString());
    }

    [Fact]
    public async Task All_bots_of_the_original_are_there_under_their_names()
    {
        using var json = JsonDocument.Parse((await _installation.RunAsync("list", "bots", "--type", "json")).Out);

        var modules = json.RootElement.EnumerateObject().SelectMany(group => group.Value.EnumerateObject()).Select(bot => bot.Value.GetProperty("module").GetString()!).Order(StringComparer.Ordinal);
        Assert.Equal(await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, "modules-of-the-original.txt"), TestContext.Current.CancellationToken), modules);
    }

    [Fact]
    public async Task A_bot_that_two_packages_offer_is_listed_with_both_and_belongs_to_neither()
    {
        foreach (var package in (string[])["Awesome.Bots", "Brilliant.Bots"])
        {
            var folder = System.IO.Directory.CreateDirectory(Path.Combine(_installation.Directory, "var", "lib", "extensions", package, "1.0.0")).FullName;
            await File.WriteAllTextAsync(Path.Combine(folder, "Bots.dll"), "never loaded", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(folder, "extension.json"),
                $$"""
                { "manifestVersion": 1, "id": "{{package}}", "version": "1.0.0", "sdk": { "range": "[1.0.0, 2.0.0)" },
                  "runtime": { "kind": "dotnet", "framework": "net10.0", "entry": "Bots.dll" },
                  "bots": [ { "name": "intelmq.bots.experts.shared.same", "group": "experts", "parameters": { "type": "object" } } ] }
                """,
                TestContext.Current.CancellationToken);
        }

        var text = await _installation.RunAsync("list", "bots");
        using var json = JsonDocument.Parse((await _installation.RunAsync("list", "bots", "-t", "json")).Out);
        var bot = json.RootElement.GetProperty("Expert").GetProperty("intelmq.bots.experts.shared.same");

        Assert.Contains("Disputed: offered by Awesome.Bots 1.0.0 and by Brilliant.Bots 1.0.0; none is used", text.Out, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, bot.GetProperty("package").ValueKind);
        Assert.Equal(
            [("Awesome.Bots", "1.0.0", "extension"), ("Brilliant.Bots", "1.0.0", "extension")],
            bot.GetProperty("owners").EnumerateArray().Select(o => (o.GetProperty("package").GetString()!, o.GetProperty("version").GetString()!, o.GetProperty("origin").GetString()!)));
    }

    [Fact]
    public async Task Installed_bots_are_listed_without_a_configuration()
    {
        File.Delete(_installation.RuntimeFile);

        Assert.Equal(0, (await _installation.RunAsync("list", "bots")).ExitCode);
    }

    [Fact]
    public async Task Configured_bots_are_listed_with_their_descriptions()
    {
        Assert.StartsWith("Bot ID: csv-collector\nDescription: reads files\n", (await _installation.RunAsync("list", "bots", "-c")).Out, StringComparison.Ordinal);
        Assert.Equal("csv-collector\ncsv-parser\nfile-output\n", (await _installation.RunAsync("-q", "list", "bots", "--configured")).Out);
        Assert.Contains("    {\n        \"id\": \"file-output\",\n        \"description\": \"writes events\"\n    }\n]\n", (await _installation.RunAsync("list", "bots", "-c", "-t", "json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queues_are_listed_and_cleared_without_a_running_host()
    {
        await _installation.RunAsync("start", "csv-collector");
        await TestInstallation.UntilAsync(() => File.Exists(Path.Combine(_installation.Directory, "var", "log", "csv-collector.log"))
            && File.ReadAllText(Path.Combine(_installation.Directory, "var", "log", "csv-collector.log")).Contains("Idling", StringComparison.Ordinal));
        await _installation.RunAsync("stop");

        Assert.Equal("csv-parser-queue - 1\ncsv-parser-queue-internal - 0\nfile-output-queue - 0\nfile-output-queue-internal - 0\n", (await _installation.RunAsync("list", "queues")).Out);
        var json = await _installation.RunAsync("list", "queues-and-status", "--type", "json");
        Assert.Equal(1, json.ExitCode);
        Assert.StartsWith(
            """
            [
                {
                    "csv-collector": {
                        "destination_queues": [
                            [
                                "csv-parser-queue",
                                1
                            ]
                        ]
                    },
                    "csv-parser": {
                        "source_queue": [
                            "csv-parser-queue",
                            1
                        ],
                        "internal_queue": 0,
            """,
            json.Out, StringComparison.Ordinal);

        Assert.Equal("Clearing queue csv-parser-queue.\nSuccessfully cleared queue csv-parser-queue.\n", (await _installation.RunAsync("clear", "csv-parser-queue")).Out);
        var unknown = await _installation.RunAsync("clear", "csv-parser", "-t", "json");
        Assert.Equal((2, "\"not-found\"\n"), (unknown.ExitCode, unknown.Out));
        Assert.Equal("0\n", (await _installation.RunAsync("list", "queues", "--sum")).Out);
    }

    [Fact]
    public async Task The_log_of_a_bot_is_shown_from_a_level_on()
    {
        var log = Path.Combine(_installation.Directory, "var", "log");
        Assert.Contains(" - file-output - INFO - No log file exists (yet).\n", (await _installation.RunAsync("log", "file-output")).Out, StringComparison.Ordinal);
        Directory.CreateDirectory(log);
        await File.WriteAllTextAsync(
            Path.Combine(log, "file-output.log"),
            "2026-11-22 07:21:05,922 - file-output - INFO - Bot is starting.\n2026-11-22 07:21:06,000 - file-output.1 - ERROR - No room.\nTrace\n",
            TestContext.Current.CancellationToken);

        Assert.Equal("2026-11-22T07:21:06 - file-output - ERROR - No room.\nTrace\n", (await _installation.RunAsync("log", "file-output", "10", "WARNING")).Out);
        Assert.Equal("2026-11-22T07:21:05.922000 - file-output - INFO - Bot is starting.\n", (await _installation.RunAsync("log", "file-output", "-1")).OutLines[0] + "\n");
        Assert.Contains("\"thread_id\": 1,\n        \"log_level\": \"ERROR\",\n        \"message\": \"No room.\",\n        \"extended_message\": \"Trace\"", (await _installation.RunAsync("log", "file-output", "1", "-t", "json")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Enabling_changes_one_word_of_the_file_and_tells_the_status()
    {
        var before = _installation.Runtime;

        var disabled = await _installation.RunAsync("disable", "csv-parser");
        Assert.Equal((0, "Disabling csv-parser.\nBot csv-parser is disabled.\n"), (disabled.ExitCode, disabled.Out));
        Assert.Equal(before.Replace("enabled: true    # for now", "enabled: false    # for now", StringComparison.Ordinal), _installation.Runtime);

        var enabled = await _installation.RunAsync("enable", "csv-parser");
        Assert.Equal((1, "Enabling csv-parser.\nBot csv-parser is stopped.\n"), (enabled.ExitCode, enabled.Out));
        Assert.Equal(before, _installation.Runtime);
        Assert.Equal("Bot csv-parser is enabled.\nBot csv-parser is stopped.\n", (await _installation.RunAsync("enable", "csv-parser")).Out);
    }

    [Fact]
    public async Task A_check_tells_every_problem_with_its_place()
    {
        Assert.Equal((0, "No issues found."), ((await _installation.RunAsync("check")).ExitCode, (await _installation.RunAsync("check")).OutLines[^1]));
        _installation.Runtime = _installation.Runtime.Replace("parser_csv", "parser_cvs", StringComparison.Ordinal).Replace("  name: File\n", "", StringComparison.Ordinal);

        var run = await _installation.RunAsync("check", "--no-conn");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"{_installation.RuntimeFile}:16:11: error: csv-parser.module: Incomplete installation: Bot 'csv-parser' not importable: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("intelmq.bots.parsers.generic.parser_csv", run.Error, StringComparison.Ordinal);
        Assert.Contains("Bot 'file-output' has no 'name'", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("Some issues have been found, please check the above output.\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packages_are_listed_and_described()
    {
        var list = await _installation.RunAsync("extensions", "list");
        var info = await _installation.RunAsync("extensions", "info", "intelmq.bots");
        var missing = await _installation.RunAsync("extensions", "install", "Awesome.Bots");

        Assert.Matches(@"IntelMQ\.Bots +\S+ +built-in +\d+ +\d+ feeds +in use", list.Out);
        Assert.Contains("intelmq.bots.outputs.file.output", info.Out, StringComparison.Ordinal);
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("No source is known", missing.Error, StringComparison.Ordinal);
    }
}
