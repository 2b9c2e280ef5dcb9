using System.IO.Compression;
using System.Text.Json;

namespace IntelMQ.Cli.Tests;

public sealed class InspectTests : IAsyncDisposable
{
    const string Manifest = """
        { "manifestVersion": 1, "id": "Awesome.Bots", "version": "1.0.0", "description": "Bots of Awesome", "sdk": { "range": "[1.0.0, 2.0.0)", "built": "1.0.0" },
          "runtime": { "kind": "dotnet", "framework": "net10.0", "entry": "net10.0/Bots.dll" },
          "bots": [ { "name": "intelmq.bots.experts.awesome.x", "group": "experts", "summary": "Does it.", "parameters": { "type": "object",
            "properties": { "pause": { "type": "number", "default": 5, "description": "How long." } } } } ],
          "fields": { "event": { "awesome.severity": { "type": "Integer", "description": "How bad." } } },
          "feeds": [ { "provider": "Awesome", "name": "Special", "description": "Findings.", "bots": { "parser": { "module": "intelmq.bots.parsers.json.parser" } } } ],
          "pages": [ { "path": "docs/a.md", "title": "A page" } ] }
        """;

    readonly TestInstallation _installation = new();

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    static (string Path, string Content)[] Files => [("extension.json", Manifest), ("docs/a.md", "# A page\n"), ("net10.0/Bots.dll", "never loaded")];

    void LayOut()
    {
        foreach (var (path, content) in Files)
        {
            var file = Path.Combine(_installation.Directory, "var", "lib", "extensions", "Awesome.Bots", "1.0.0", path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content);
        }
    }

    [Fact]
    public async Task An_installed_package_is_shown_with_parameters_contributions_and_files()
    {
        LayOut();

        var run = await _installation.RunAsync("extensions", "inspect", "awesome.bots");
        using var json = JsonDocument.Parse((await _installation.RunAsync("extensions", "inspect", "Awesome.Bots", "--type", "json")).Out);

        Assert.Equal(0, run.ExitCode);
        foreach (var line in (string[])
                 [
                     "Awesome.Bots 1.0.0 (extension, in use)", "SDK: [1.0.0, 2.0.0), compiled against 1.0.0; this host has 1.0.0", "Signature: none",
                     "    pause (number, default 5): How long.", "  event:awesome.severity (Integer): How bad.", "  Awesome: Special: Findings.", "  docs/a.md: A page",
                 ])
        {
            Assert.Contains(line, run.OutLines);
        }

        Assert.Contains(run.OutLines, line => line.EndsWith(" net10.0/Bots.dll", StringComparison.Ordinal));
        var root = json.RootElement;
        Assert.Equal("Integer", root.GetProperty("contributions").GetProperty("fields")[0].GetProperty("type").GetString());
        Assert.Equal(["docs/a.md", "extension.json", "net10.0/Bots.dll"], root.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("path").GetString()));
        Assert.Contains("1 field, 1 feed, 1 page", (await _installation.RunAsync("extensions", "list")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x: {module: intelmq.bots.experts.awesome.x, group: Expert, parameters: {destination_queues: {_default: [file-output-queue]}}}\n", "runtime.yaml still has bots of it, which cannot start again: x.\n")]
    [InlineData("", "")]
    [InlineData("{", "")]
    public async Task Who_removes_a_package_is_told_which_configured_bots_need_it(string addition, string expected)
    {
        LayOut();
        _installation.Runtime += addition;

        var run = await _installation.RunAsync("extensions", "remove", "Awesome.Bots");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("Removed Awesome.Bots.", run.Out, StringComparison.Ordinal);
        Assert.Equal(expected, run.Error);
        Assert.False(Directory.Exists(Path.Combine(_installation.Directory, "var", "lib", "extensions", "Awesome.Bots")));
    }

    [Fact]
    public async Task A_package_file_that_would_be_refused_is_shown_with_the_reason()
    {
        var file = Path.Combine(_installation.Directory, "Awesome.Bots.1.0.0.nupkg");
        await using (var zip = await ZipFile.OpenAsync(file, ZipArchiveMode.Create, TestContext.Current.CancellationToken))
        {
            foreach (var (path, content) in Files)
            {
                await using var entry = new StreamWriter(await zip.CreateEntry("intelmq/" + path).OpenAsync(TestContext.Current.CancellationToken));
                await entry.WriteAsync(content.Replace("[1.0.0, 2.0.0)", "[9.0.0, 10.0.0)", StringComparison.Ordinal));
            }
        }

        var run = await _installation.RunAsync("extensions", "inspect", file);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Awesome.Bots 1.0.0 (file, not installed)", run.OutLines);
        Assert.Contains("needs IntelMQ.Sdk [9.0.0, 10.0.0); this host has 1.0.0", run.Out + run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_python_package_is_shown_without_running_python()
    {
        var metadata = Directory.CreateDirectory(Path.Combine(_installation.Directory, "venv", "lib", "python3.13", "site-packages", "awesome_bots-1.0.dist-info")).FullName;
        await File.WriteAllTextAsync(Path.Combine(metadata, "METADATA"), "Name: awesome-bots\nVersion: 1.0\nSummary: Bots of Awesome\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(metadata, "entry_points.txt"), "[console_scripts]\nintelmq.bots.collectors.awesome.special = awesome_bots.special:BOT.run\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(metadata, "RECORD"), "awesome_bots/special.py,sha256=abc,120\n", TestContext.Current.CancellationToken);

        var run = await _installation.RunAsync("extensions", "inspect", "Awesome_Bots");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("awesome-bots 1.0 (python, in use)", run.OutLines);
        Assert.Contains("  intelmq.bots.collectors.awesome.special: module awesome_bots.special, script missing", run.OutLines);
        Assert.Contains("         120 sha256=abc awesome_bots/special.py", run.OutLines);
    }

    [Fact]
    public async Task What_is_not_there_is_told()
    {
        var run = await _installation.RunAsync("extensions", "inspect", "Nothing.Bots");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("There is no package 'Nothing.Bots'", run.Out + run.Error, StringComparison.Ordinal);
    }
}
