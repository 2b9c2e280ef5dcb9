using IntelMQ.Bots.Collectors.Rsync;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>With a stand-in for the program rsync: a script that notes its arguments and copies a file.</summary>
public sealed class RsyncCollectorTests : IDisposable
{
    readonly TemporaryFolder folder = new();
    readonly string path = Environment.GetEnvironmentVariable("PATH")!;

    public RsyncCollectorTests()
    {
        var program = folder.Write("bin/rsync", $"""
            #!/bin/sh
            printf '%s\n' "$@" > '{folder.In("arguments")}'
            while [ $# -gt 2 ]; do shift; done
            cp "$1" "$2" || exit 23
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Environment.SetEnvironmentVariable("PATH", Path.GetDirectoryName(program) + ":" + path);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string[] Arguments => File.ReadAllLines(folder.In("arguments"));

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PATH", path);
        folder.Dispose();
    }

    [Fact]
    public async Task The_file_that_rsync_has_fetched_becomes_a_report()
    {
        folder.Write("from/2020-01-01.csv", "a,b\n");
        await using var bot = BotHarness.For<RsyncCollector>(
            $$"""{ "rsync_path": "{{folder.In("from")}}", "file": "{time[%Y-%m-%d]}.csv", "rsync_file_path_formatting": true, "temp_directory": "{{folder.In("to")}}", "extra_params": "-v --exclude 'a b'", "private_key": "-----BEGIN OPENSSH PRIVATE KEY----- {{new string('x', 71)}} -----END OPENSSH PRIVATE KEY-----" }""");

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal("a,b\n", ((Report)run.On()[0]).RawText);
        var key = Path.Combine(bot.StateDirectory, "private.key");
        Assert.Equal(["-v", "--exclude", "a b", "-e", $"ssh -i {key} -o StrictHostKeyChecking=no", folder.In("from/2020-01-01.csv"), folder.In("to")], Arguments);
        Assert.Equal($"-----BEGIN OPENSSH PRIVATE KEY-----\n{new string('x', 70)}\nx\n-----END OPENSSH PRIVATE KEY-----\n", await File.ReadAllTextAsync(key, Token));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
    }

    [Fact]
    public async Task When_rsync_fails_the_run_fails_with_what_it_said()
    {
        await using var bot = BotHarness.For<RsyncCollector>($$"""{ "rsync_path": "{{folder.In("nowhere")}}", "file": "a.csv" }""");

        var error = await Assert.ThrowsAsync<IOException>(() => bot.CollectAsync(cancellationToken: Token));

        Assert.Contains("ended with 23", error.Message);
        Assert.Contains("nowhere", error.Message);
    }

    [Theory]
    [InlineData("\"private_key\": \"a\", \"private_key_path\": \"b\"", "private_key")]
    [InlineData("\"extra_params\": \"'open\"", "extra_params")]
    [InlineData("\"rsync_path\": \"-x\"", "rsync_path")]
    public async Task Mistakes_are_told_before_the_start(string wrong, string parameter)
    {
        var path = parameter == "rsync_path" ? "" : "\"rsync_path\": \"p\", ";
        await using var bot = BotHarness.For<RsyncCollector>($"{{ {path}\"file\": \"f\", {wrong} }}");

        Assert.Contains(bot.Check(), result => result.Parameter == parameter);
    }
}
