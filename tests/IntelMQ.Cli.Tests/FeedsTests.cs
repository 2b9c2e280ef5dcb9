using System.Text.Json;

namespace IntelMQ.Cli.Tests;

public sealed class FeedsTests : IAsyncDisposable
{
    readonly TestInstallation _installation = new();

    public ValueTask DisposeAsync() => _installation.DisposeAsync();

    [Fact]
    public async Task Feeds_of_all_packages_are_listed_and_narrowed_by_a_text()
    {
        var all = await _installation.RunAsync("feeds", "list");
        using var json = JsonDocument.Parse((await _installation.RunAsync("feeds", "list", "--type", "json")).Out);
        var some = await _installation.RunAsync("feeds", "list", "--public", "openphish");
        var none = await _installation.RunAsync("feeds", "list", "no such feed");

        Assert.Equal(83, all.OutLines.Length - 1);
        Assert.Equal(83, json.RootElement.GetArrayLength());
        Assert.Equal(["provider   feed         public  parser            package", "OpenPhish  Public feed  yes     openphish.parser  IntelMQ.Bots"], some.OutLines);
        Assert.Equal((1, "No feed of an installed package is like that.\n"), (none.ExitCode, none.Error));
    }

    [Fact]
    public async Task A_feed_is_shown_as_it_would_be_configured()
    {
        var run = await _installation.RunAsync("feeds", "show", "openphish", "public feed");

        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("OpenPhish: Public feed\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("openphish-public-feed-parser:\n  group: Parser\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("    destination_queues:\n      _default: [openphish-public-feed-parser-queue]\n", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_added_feed_sends_where_the_other_parsers_send_and_the_rest_of_the_file_stays()
    {
        var before = _installation.Runtime;

        var run = await _installation.RunAsync("feeds", "add", "OpenPhish", "Public feed");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("the events go to file-output-queue", run.Out, StringComparison.Ordinal);
        Assert.Contains("intelmqctl start openphish-public-feed-collector", run.Out, StringComparison.Ordinal);
        Assert.StartsWith(before, _installation.Runtime, StringComparison.Ordinal);
        Assert.Equal(0, (await _installation.RunAsync("check")).ExitCode);
        var again = await _installation.RunAsync("feeds", "add", "OpenPhish", "Public feed");
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("The bot 'openphish-public-feed-collector' exists already", again.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await _installation.RunAsync("feeds", "add", "OpenPhish", "Public feed", "--id", "phish", "--destination", "file-output")).ExitCode);
    }

    [Fact]
    public async Task A_bot_with_words_to_fill_in_is_not_enabled()
    {
        var run = await _installation.RunAsync("feeds", "add", "OpenPhish", "Premium Feed", "--fill", "USERNAME=me");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal("openphish-premium-feed-collector: http_password: __PASSWORD__ is to be filled in.\n", run.Error);
        Assert.Contains("http_username: me\n", _installation.Runtime, StringComparison.Ordinal);
        Assert.Equal("Bot openphish-premium-feed-collector is disabled.", (await _installation.RunAsync("status", "openphish-premium-feed-collector")).OutLines.LastOrDefault() ?? "");
    }

    [Theory]
    [InlineData("No installed package knows feeds of 'OpenFish'; did you mean 'OpenPhish'?", "show", "OpenFish")]
    [InlineData("OpenPhish has several feeds; which of them: 'Premium Feed', 'Public feed'?", "show", "OpenPhish")]
    [InlineData("OpenPhish has no feed 'Publik feed'; did you mean 'Public feed'?", "add", "OpenPhish", "Publik feed")]
    [InlineData("there is no bot or queue 'file-ouput'; did you mean 'file-output'?", "add", "OpenPhish", "Public feed", "--destination", "file-ouput")]
    [InlineData("the feed has no word 'SECRET'; it has ", "add", "OpenPhish", "Premium Feed", "--fill", "SECRET=x")]
    [InlineData("expected WORD=VALUE", "add", "OpenPhish", "Premium Feed", "--fill", "PASSWORD")]
    public async Task What_cannot_be_done_is_said(string reason, params string[] arguments)
    {
        var before = _installation.Runtime;

        var run = await _installation.RunAsync(["feeds", .. arguments]);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Equal(before, _installation.Runtime);
    }

    [Fact]
    public async Task Every_feed_can_be_added_and_is_wrong_only_where_somebody_has_to_fill_in_a_word()
    {
        using var feeds = JsonDocument.Parse((await _installation.RunAsync("feeds", "list", "--type", "json")).Out);
        var unfilled = new HashSet<string>(StringComparer.Ordinal);
        foreach (var feed in feeds.RootElement.EnumerateArray())
        {
            var run = await _installation.RunAsync("feeds", "add", feed.GetProperty("provider").GetString()!, feed.GetProperty("name").GetString()!);
            Assert.True(run.ExitCode == 0, run.Error);
            unfilled.UnionWith(run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]));
        }

        var check = await _installation.RunAsync("check");

        var problems = check.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !unfilled.Any(id => line.Contains($"'{id}'", StringComparison.Ordinal)));
        Assert.Equal(["Some issues have been found, please check the above output."], problems);
    }
}
