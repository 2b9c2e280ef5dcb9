using System.Text;
using IntelMQ.Bots.Collectors.File;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class FileCollectorTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TemporaryFolder folder = new();

    BotHarness Bot(params (string Name, object? Value)[] parameters) =>
        BotHarness.For<FileCollector>(new Dictionary<string, object?>(parameters.Select(p => KeyValuePair.Create(p.Name, p.Value))) { ["path"] = folder.Path });

    static IEnumerable<string> Raw(BotRun run) => run.On().Select(report => ((Report)report).RawText);

    [Fact]
    public async Task Files_whose_names_fit_become_reports_that_tell_where_they_are_from()
    {
        folder.Write("b.csv", "two");
        folder.Write("a.csv", "one");
        folder.Write("empty.csv", "");
        folder.Write("other.txt", "three");
        folder.Write("below/c.csv", "four");
        await using var bot = Bot(("name", "Feed"));

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["one", "two"], Raw(run));
        Assert.Equal($"file://localhost{folder.In("a.csv")}", run.On()[0].Get("feed.url").Text);
        Assert.Equal("a.csv", run.On()[0].Get("extra.file_name").Text);
        Assert.Equal("Feed", run.On()[0].Get("feed.name").Text);
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_told_and_keeps_no_other_one_away()
    {
        // A link to itself leads nowhere, whoever the user is.
        File.CreateSymbolicLink(folder.In("a.csv"), folder.In("a.csv"));
        folder.Write("b.csv", "two");
        await using var bot = Bot();

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["two"], Raw(run));
        Assert.Contains("a.csv", Assert.Single(run.Log, line => line.Level == BotLogLevel.Error).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*_[0-9].t?t", "x_1.txt")]
    [InlineData("[!x].csv", "a.csv")]
    [InlineData("[^x].csv", "^.csv")]
    [InlineData(".csv", "[a].csv")]
    public async Task The_postfix_may_have_wildcards(string postfix, string name)
    {
        folder.Write(name, "data");
        folder.Write("x.dat", "other");
        await using var bot = Bot(("postfix", postfix));

        Assert.Equal(["data"], Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Theory]
    [InlineData(true, new[] { "h\n1\n2\n", "h\n3\n" })]
    [InlineData(false, new[] { "h\n1\n", "2\n3\n" })]
    public async Task A_large_file_is_split_at_line_ends(bool repeatsHeader, string[] expected)
    {
        folder.Write("a.csv", "h\n1\n2\n3\n");
        await using var bot = Bot(("chunk_size", 5L), ("chunk_replicate_header", repeatsHeader));

        Assert.Equal(expected, Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(4096)]
    public async Task Parts_of_a_file_make_the_whole_whatever_their_size(int size)
    {
        var text = new StringBuilder();
        for (var i = 0; i < 500; i++) text.Append('x', i * 7 % 90).Append(i % 9 == 0 ? "" : "\n");
        folder.Write("a.csv", text.ToString());
        await using var bot = Bot(("chunk_size", (long)size), ("chunk_replicate_header", false));

        var parts = Raw(await bot.CollectAsync(cancellationToken: Token)).ToList();

        Assert.Equal(text.ToString(), string.Concat(parts));
        Assert.All(parts.SkipLast(1), part => Assert.EndsWith("\n", part, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_is_deleted_when_its_reports_are_safe()
    {
        folder.Write("a.csv", "one");
        await using var bot = Bot(("delete_file", true));

        await bot.CollectAsync(1, Token);
        Assert.True(File.Exists(folder.In("a.csv")));
        await bot.CollectAsync(cancellationToken: Token);

        Assert.False(File.Exists(folder.In("a.csv")));
    }

    [Fact]
    public async Task A_file_that_another_program_has_locked_is_neither_read_nor_deleted()
    {
        folder.Write("a.csv", "one");
        await using var bot = Bot(("delete_file", true));
        await using (new FileStream(folder.In("a.csv"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Empty((await bot.CollectAsync(cancellationToken: Token)).Sent);
        }

        Assert.Equal(["one"], Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task A_directory_that_has_gone_is_no_error()
    {
        var directory = Directory.CreateDirectory(folder.In("gone"));
        await using var bot = BotHarness.For<FileCollector>(new Dictionary<string, object?> { ["path"] = directory.FullName });
        await bot.StartAsync(TestContext.Current.CancellationToken);
        directory.Delete();

        Assert.Empty((await bot.CollectAsync(cancellationToken: Token)).Sent);
    }

    [Fact]
    public async Task A_directory_that_does_not_exist_at_the_start_is_a_configuration_error()
    {
        await using var bot = BotHarness.For<FileCollector>(new Dictionary<string, object?> { ["path"] = folder.In("none") });

        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Deleting_all_files_of_a_directory_is_refused()
    {
        await using var bot = Bot(("postfix", ""), ("delete_file", true));

        Assert.Contains(bot.Check(), result => result.Level == BotLogLevel.Error);
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    public void Dispose() => folder.Dispose();
}
