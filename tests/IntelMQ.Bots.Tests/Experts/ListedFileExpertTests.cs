using IntelMQ.Bots.Experts.DomainSuffix;
using IntelMQ.Bots.Experts.DomainValid;
using IntelMQ.Bots.Experts.RecordedFutureIprisk;
using IntelMQ.Bots.Experts.TorNodes;

namespace IntelMQ.Bots.Tests.Experts;

/// <summary>Experts that look into a small file which they can download.</summary>
public sealed class ListedFileExpertTests : IDisposable
{
    const string Suffixes = "// ===BEGIN ICANN DOMAINS===\ncom\nuk\nco.uk\n*.example.net\n!www.example.net\n中国\n// ===END ICANN DOMAINS===\nblogspot.com\n";

    readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    static CancellationToken None => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("www.example.com", "com")]
    [InlineData("a.blogspot.com", "com")]
    [InlineData("www.example.co.uk", "co.uk")]
    [InlineData("co.uk", "co.uk")]
    [InlineData("a.b.example.net", "b.example.net")]
    [InlineData("www.example.net", "example.net")]
    [InlineData("example.net", "net")]
    [InlineData("xn--85x722f.xn--fiqs8s", "xn--fiqs8s")]
    [InlineData("localhost", "localhost")]
    public async Task A_name_has_the_suffix_of_the_longest_rule(string name, string suffix)
    {
        await using var bot = BotHarness.For<DomainSuffixExpert>(new Dictionary<string, object?> { ["field"] = "fqdn", ["suffix_file"] = folder.Write("suffixes.dat", Suffixes) });

        var run = await bot.RunAsync($$"""{ "source.fqdn": "{{name}}" }""");

        run.ShouldSend($$"""{ "source.fqdn": "{{name}}", "source.domain_suffix": "{{suffix}}" }""");
    }

    [Theory]
    [InlineData("www.example.com", 1)]
    [InlineData("xn--85x722f.com", 1)]
    [InlineData("com", 0)]
    [InlineData("www.example.invalid", 0)]
    [InlineData("-www.com", 0)]
    [InlineData("w_w.com", 0)]
    public async Task Only_events_with_a_valid_domain_go_on(string name, int count)
    {
        await using var bot = BotHarness.For<DomainValidExpert>(new Dictionary<string, object?> { ["tlds_domains_list"] = folder.Write("domains.txt", "# Version 1\nCOM\n") });

        var run = await bot.RunAsync($$"""{ "source.fqdn": "{{name}}" }""");

        Assert.Equal(count, run.On().Count);
    }

    [Fact]
    public async Task The_file_with_Tor_nodes_is_made_of_the_list_of_exits()
    {
        var path = folder.Write("nodes.dat", "# header\n203.0.113.1\nno address\n");
        await using var bot = BotHarness.For<TorNodesExpert>(new Dictionary<string, object?> { ["database"] = path });
        bot.Http.Answer("https://check.torproject.org/exit-addresses", "ExitNode AAAA\nExitAddress 192.0.2.1 2024-01-01 00:00:00\nExitAddress 2001:db8::1 2024-01-01 00:00:00\n");
        (await bot.RunAsync("""{ "source.ip": "203.0.113.1", "destination.ip": "192.0.2.1" }""")).ShouldSend("""{ "source.ip": "203.0.113.1", "source.tor_node": true, "destination.ip": "192.0.2.1" }""");

        await DatabaseFile.ReplaceAsync(path, await ((IUpdatableDatabase)bot.Bot).DownloadDatabaseAsync(None), None);
        await bot.RestartAsync(None);

        (await bot.RunAsync("""{ "source.ip": "2001:db8::1" }""")).ShouldSend("""{ "source.ip": "2001:db8::1", "source.tor_node": true }""");
    }

    [Fact]
    public async Task The_list_of_risks_is_downloaded_only_with_a_token()
    {
        await using var bot = BotHarness.For<RecordedFutureIpriskExpert>();

        await Assert.ThrowsAsync<ConfigurationException>(() => ((IUpdatableDatabase)bot.Bot).DownloadDatabaseAsync(None));
    }
}
