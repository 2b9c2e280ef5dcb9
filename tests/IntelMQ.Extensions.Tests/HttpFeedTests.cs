using System.Text;

namespace IntelMQ.Extensions.Tests;

public sealed class HttpFeedTests : IAsyncDisposable
{
    readonly InstallationFixture _installation = new();
    readonly FeedServer _feed = new();

    public async ValueTask DisposeAsync()
    {
        await _feed.DisposeAsync();
        _installation.Dispose();
    }

    string Pack(string version) => new TestPackage("Awesome.Bots", version, "intelmq.bots.experts.awesome.bot").WithoutCode().PackInto(_installation.Feed);

    [Fact]
    public async Task A_package_comes_from_a_feed_of_static_files()
    {
        _feed.Add(Pack("1.0.0"));
        _feed.Add(Pack("1.1.0"));

        var report = await _installation.InstallAsync("Awesome.Bots", source: _feed.Index);

        Assert.Equal(("1.1.0", _feed.Index), (report.Version.ToString(), report.Source));
        Assert.Single(_installation.Scan().Packages);
        Assert.Contains("Other.Bots is not at", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Other.Bots", source: _feed.Index))));
    }

    [Fact]
    public async Task Credentials_are_sent_and_never_shown()
    {
        _feed.Login = "reader:s3cret word";
        _feed.Add(Pack("1.0.0"));
        var withLogin = _feed.Index.Replace("http://", "http://reader:s3cret%20word@", StringComparison.Ordinal);
        var withWrongLogin = _feed.Index.Replace("http://", "http://reader:wr0ng@", StringComparison.Ordinal);

        var asked = Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", source: _feed.Index)));
        var wrong = Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", source: withWrongLogin)));
        var report = await _installation.InstallAsync("Awesome.Bots", source: withLogin);

        Assert.Contains("asks for a user name and a password", asked);
        Assert.Contains("does not accept the user name and password", wrong);
        Assert.DoesNotContain("wr0ng", wrong);
        Assert.Equal(_feed.Index, report.Source);
        Assert.DoesNotContain("s3cret", File.ReadAllText(System.IO.Path.Combine(_installation.Root, LockFile.FileName)));
        Assert.DoesNotContain("s3cret", new PackageSource(withLogin).ToString());
    }

    [Fact]
    public async Task Credentials_come_from_the_variable_that_the_source_names()
    {
        const string Variable = "INTELMQ_TESTS_FEED_LOGIN";
        Environment.SetEnvironmentVariable(Variable, "reader:secret");
        _feed.Login = "reader:secret";
        _feed.Add(Pack("1.0.0"));
        _installation.Directory.Write("extensions/sources.json", $$"""{ "sources": [ { "url": "{{_feed.Index}}", "login": "{{Variable}}" } ] }""");

        var report = await _installation.Installer.InstallAsync(new InstallRequest { Root = _installation.Root, Id = "Awesome.Bots" }, PackageSources.Read(_installation.Root), null, InstallationFixture.Stop);

        Assert.Equal(_feed.Index, report.Source);
    }

    [Fact]
    public async Task Credentials_do_not_go_to_another_server()
    {
        await using var elsewhere = new FeedServer();
        elsewhere.Add(Pack("1.0.0"));
        _feed.Login = "reader:secret";
        _feed.Answer("/v3/index.json", Encoding.UTF8.GetBytes($$"""{ "resources": [ { "@id": "{{elsewhere.Base}}/flat/", "@type": "PackageBaseAddress/3.0.0" } ] }"""));

        await _installation.InstallAsync("Awesome.Bots", source: _feed.Index.Replace("http://", "http://reader:secret@", StringComparison.Ordinal));

        Assert.Equal("reader:secret", Assert.Single(_feed.Requests).Authorization);
        Assert.All(elsewhere.Requests, request => Assert.Null(request.Authorization));
    }

    [Fact]
    public async Task What_is_no_feed_is_told()
    {
        _feed.Answer("/v3/index.json", "{ \"resources\": [] }"u8.ToArray());
        _feed.Answer("/page", "<html>"u8.ToArray());

        Assert.Contains("is no NuGet v3 feed", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", source: _feed.Index))));
        Assert.Contains("invalid", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", source: _feed.Base + "/page"))));
        Assert.Contains("there is no feed (404)", Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", source: _feed.Base + "/nothing"))));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_told()
    {
        var index = _feed.Index;
        await _feed.DisposeAsync();

        Assert.Contains(index, Assert.Single(await _installation.RefusalAsync(() => _installation.InstallAsync("Awesome.Bots", source: index))));
    }
}
