using System.IO.Compression;
using System.Net;
using System.Text;
using IntelMQ.Bots.Collectors.AlienVaultOtx;
using IntelMQ.Bots.Collectors.Blueliv.CrimeServer;
using IntelMQ.Bots.Collectors.Eset;
using IntelMQ.Bots.Collectors.FireEye.Mas;
using IntelMQ.Bots.Collectors.GithubApi.GithubContentsApi;
using IntelMQ.Bots.Collectors.Microsoft.Azure;
using IntelMQ.Bots.Collectors.Microsoft.Interflow;
using IntelMQ.Bots.Collectors.Misp;
using IntelMQ.Bots.Collectors.Shadowserver.ReportsApi;
using IntelMQ.Bots.Collectors.Shodan.Stream;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>Collectors of services with an API of their own, against scripted answers.</summary>
public sealed class ServiceCollectorTests
{
    readonly FakeHttp http = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static IEnumerable<string> Raw(BotRun run) => run.On().Select(report => ((Report)report).RawText);

    void Post(string url, string body) => http.Answer(HttpMethod.Post, url, _ => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body) });

    const string ShadowserverList = "https://transform.shadowserver.org/api2/reports/list";

    [Fact]
    public async Task Shadowserver_signs_its_question_and_downloads_each_file_once()
    {
        Post(ShadowserverList, """[{ "id": "1", "file": "a.csv", "type": "scan_smb" }, { "id": "2", "file": "b.csv", "type": "scan_adb" }, { "id": "3", "file": "c.csv", "type": "scan_smb" }]""");
        http.Answer("https://dl.shadowserver.org/1", "one");
        http.Answer("https://dl.shadowserver.org/3", "", status: HttpStatusCode.BadGateway);
        await using var bot = BotHarness.For<ReportsApiCollector>("""{ "api_key": "key", "secret": "secret", "reports": "list", "types": ["scan_smb"] }""", http);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["one"], Raw(run));
        Assert.Equal("a.csv", run.On()[0].Get("extra.file_name").Text);
        Assert.Single(run.Log, line => line.Level == BotLogLevel.Error);
        var day = bot.Time.GetUtcNow();
        Assert.Equal($$"""{ "apikey": "key" ,"date": "{{day.AddDays(-2):yyyy-MM-dd}}:{{day:yyyy-MM-dd}}" ,"reports": ["list"]}""", http.Requests[0].Body);
        var signature = System.Security.Cryptography.HMACSHA256.HashData("secret"u8, Encoding.UTF8.GetBytes(http.Requests[0].Body));
        Assert.Equal(Convert.ToHexStringLower(signature), http.Requests[0].Headers["HMAC2"]);
        Assert.Equal(["a.csv"], bot.Cache.Keys);
        Assert.Empty((await bot.CollectAsync(cancellationToken: Token)).On());
    }

    [Fact]
    public async Task Shadowserver_says_why_it_lists_nothing()
    {
        Post(ShadowserverList, """{ "error": "no such key" }""");
        await using var bot = BotHarness.For<ReportsApiCollector>("""{ "api_key": "key", "secret": "secret" }""", http);

        Assert.Contains("no such key", (await Assert.ThrowsAsync<InvalidDataException>(() => bot.CollectAsync(cancellationToken: Token))).Message);
    }

    [Fact]
    public async Task Old_parameters_of_Shadowserver_are_told()
    {
        await using var bot = BotHarness.For<ReportsApiCollector>("""{ "api_key": "key", "secret": "secret", "file_format": "json", "country": "AT" }""", http);

        Assert.Equal([("file_format", BotLogLevel.Error), ("country", BotLogLevel.Warning)], bot.Check().Select(result => (result.Parameter, result.Level)));
    }

    [Fact]
    public async Task GitHub_folders_are_walked_and_the_token_goes_to_nobody_else()
    {
        http.Answer("https://api.github.com/repos/a/b/contents", """[{ "type": "dir", "name": "d", "url": "https://api.github.com/repos/a/b/contents/d" }, { "type": "file", "name": "x.md", "download_url": "https://raw.example.com/x" }]""");
        http.Answer("https://api.github.com/repos/a/b/contents/d", """[{ "type": "file", "name": "y.txt", "size": 3, "download_url": "https://raw.example.com/y" }]""");
        http.Answer("https://raw.example.com/y", "y");
        await using var bot = BotHarness.For<GithubContentsApiCollector>("""{ "repository": "a/b", "regex": ".*\\.txt", "extra_fields": "size, sha", "personal_access_token": "token t" }""", http);

        var run = await bot.CollectAsync(cancellationToken: Token);

        run.ShouldSend("""{ "feed.accuracy": 100.0, "feed.url": "https://raw.example.com/y", "extra.file_metadata": { "size": 3 }, "raw": "eQ==", "time.observation": "TIME" }""".Replace("TIME", run.On()[0].Get("time.observation").Text, StringComparison.Ordinal));
        Assert.Equal("token t", http.Requests[0].Headers["Authorization"]);
        Assert.False(http.Requests[2].Headers.ContainsKey("Authorization"));
        Assert.Contains(run.Log, line => line.Level == BotLogLevel.Warning && line.Message.Contains("sha", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Pages_of_pulses_become_one_report()
    {
        http.Answer("https://otx.alienvault.com/api/v1/pulses/subscribed?limit=50&page=1", """{ "results": [{ "a": 1 }], "next": "https://otx.alienvault.com/api/v1/pulses/subscribed?limit=50&page=2" }""");
        http.Answer("https://otx.alienvault.com/api/v1/pulses/subscribed?limit=50&page=2", """{ "results": [{ "b": "ü" }], "next": null }""");
        await using var bot = BotHarness.For<AlienVaultOtxCollector>("""{ "api_key": "key" }""", http);

        Assert.Equal(["""[{"a": 1}, {"b": "\u00fc"}]"""], Raw(await bot.CollectAsync(cancellationToken: Token)));
        Assert.All(http.Requests, request => Assert.Equal("key", request.Headers["X-OTX-API-KEY"]));
    }

    [Fact]
    public async Task Events_of_MISP_are_tagged_when_all_are_safe()
    {
        Post("https://misp.example.com/events/restSearch", """{ "response": [{ "Event": { "uuid": "u", "info": "x" } }] }""");
        Post("https://misp.example.com/tags/attachTagToObject", "{}");
        Post("https://misp.example.com/tags/removeTagFromObject", "{}");
        await using var bot = BotHarness.For<MispCollector>("""{ "misp_url": "https://misp.example.com/", "misp_key": "key", "misp_tag_to_process": "todo", "misp_tag_processed": "done" }""", http);

        Assert.Equal(["""{"info": "x", "uuid": "u"}"""], Raw(await bot.CollectAsync(most: 1, Token)));
        Assert.Single(http.Requests);
        await bot.CollectAsync(cancellationToken: Token);
        Assert.Equal(["""{"uuid": "u", "tag": "done"}""", """{"uuid": "u", "tag": "todo"}"""], http.Requests.Skip(2).Select(request => request.Body));
    }

    [Theory]
    [InlineData("AccountName=acc;AccountKey=a2V5;EndpointSuffix=example.com", "https://acc.blob.example.com/c", "", true)]
    [InlineData("BlobEndpoint=https://blob.example.com/;SharedAccessSignature=sv=1&sig=x", "https://blob.example.com/c", "sv=1&sig=x", false)]
    public async Task Files_of_a_container_are_unpacked_and_taken_once(string connection, string container, string signature, bool isSigned)
    {
        var more = signature.Length > 0 ? "&" + signature : "";
        http.Answer($"{container}?restype=container&comp=list{more}", "<EnumerationResults><Blobs><Blob><Name>d/a b.gz</Name></Blob></Blobs><NextMarker>m</NextMarker></EnumerationResults>");
        http.Answer($"{container}?restype=container&comp=list&marker=m{more}", "<EnumerationResults><Blobs/><NextMarker/></EnumerationResults>");
        http.Answer($"{container}/d/a%20b.gz{(signature.Length > 0 ? "?" + signature : "")}", Gzip("data"));
        await using var bot = BotHarness.For<AzureCollector>($$"""{ "connection_string": "{{connection}}", "container_name": "c" }""", http);

        Assert.Equal(["data"], Raw(await bot.CollectAsync(cancellationToken: Token)));
        Assert.Equal(["d/a b.gz"], bot.Cache.Keys);
        Assert.Empty((await bot.CollectAsync(cancellationToken: Token)).On());
        Assert.All(http.Requests, request => Assert.Equal(isSigned, request.Headers.ContainsKey("Authorization")));
    }

    [Fact]
    public async Task Interflow_takes_files_that_match_and_are_new()
    {
        const string Api = "https://interflow.azure-api.net/file/api/file/";
        var time = new FakeTime(new DateTimeOffset(2024, 3, 15, 12, 0, 0, TimeSpan.Zero));
        http.Answer(Api + "listsharedfiles", """[{ "Name": "a.gz", "LastModified": "2024-03-15T11:00:00Z" }, { "Name": "a_old", "LastModified": "2024-03-01T11:00:00Z" }, { "Name": "other_a", "LastModified": "2024-03-15T11:00:00Z" }]""");
        http.Answer(Api + "download?fileName=a.gz", Gzip("data"));
        await using var bot = BotHarness.For<InterflowCollector>("""{ "api_key": "key", "file_match": "a" }""", http, time);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["data"], Raw(run));
        Assert.Equal(Api + "download?fileName=a.gz", run.On()[0].Get("feed.url").Text);
        Assert.Equal("key", http.Requests[0].Headers["Ocp-Apim-Subscription-Key"]);
        Assert.Equal(TimeSpan.FromSeconds(300), http.Options!.HttpTimeoutSec);
        Assert.Empty((await bot.CollectAsync(cancellationToken: Token)).On());
    }

    [Theory]
    [InlineData("1 day")]
    [InlineData("2019-01-01 00:00:00+00:00")]
    public async Task Interflow_insists_on_remembering_files_for_as_long_as_it_finds_them(string notOlderThan)
    {
        await using var bot = BotHarness.For<InterflowCollector>($$"""{ "api_key": "key", "not_older_than": "{{notOlderThan}}", "redis_cache_ttl": 10 }""", http);

        Assert.Contains("redis_cache_ttl", (await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(Token))).Message);
    }

    [Theory]
    [InlineData("\"countries\": \"AT,DE\"", "countries/AT,DE")]
    [InlineData("\"alert\": \"X\"", "alert/X")]
    public async Task Each_line_of_the_stream_of_Shodan_is_a_report(string which, string path)
    {
        http.Answer($"https://stream.shodan.io/shodan/{path}?key=k", "{\"a\": 1}\n\n{\"b\": 2}\n");
        await using var bot = BotHarness.For<StreamCollector>($$"""{ "api_key": "k", {{which}} }""", http);

        Assert.Equal(["{\"a\": 1}", "{\"b\": 2}"], Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task The_key_of_Shodan_is_in_no_error()
    {
        http.Answer("https://stream.shodan.io/shodan/alert/X?key=geheim", "", status: HttpStatusCode.Unauthorized);
        await using var bot = BotHarness.For<StreamCollector>("""{ "api_key": "geheim", "alert": "X" }""", http);

        Assert.DoesNotContain("geheim", (await Assert.ThrowsAsync<HttpRequestException>(() => bot.CollectAsync(cancellationToken: Token))).ToString());
    }

    [Fact]
    public async Task Crime_servers_become_one_report()
    {
        http.Answer("https://freeapi.blueliv.com/v1/crimeserver/online", """{ "crimeServers": [{ "url": "http://a.example/" }], "meta": {} }""");
        await using var bot = BotHarness.For<CrimeServerCollector>("""{ "api_key": "k" }""", http);

        Assert.Equal(["""[{"url": "http://a.example/"}]"""], Raw(await bot.CollectAsync(cancellationToken: Token)));
        Assert.Equal("bearer k", http.Requests[0].Headers["Authorization"]);
    }

    [Fact]
    public async Task Blocks_of_a_TAXII_collection_become_reports_part_by_part()
    {
        const string Namespace = "xmlns=\"http://taxii.mitre.org/messages/taxii_xml_binding-1.1\"";
        Post("https://eti.eset.com/taxiiservice/discovery", $"<Discovery_Response {Namespace}><Service_Instance service_type=\"POLL\"><Address>https://eti.eset.com/poll</Address></Service_Instance></Discovery_Response>");
        Post("https://eti.eset.com/poll", $"<Poll_Response {Namespace} more=\"true\" result_id=\"r\" result_part_number=\"1\"><Content_Block><Content>[1]</Content></Content_Block><Content_Block><Content/></Content_Block></Poll_Response>");
        Post("https://eti.eset.com/poll", $"<Poll_Response {Namespace}><Content_Block><Content>[2]</Content></Content_Block></Poll_Response>");
        await using var bot = BotHarness.For<EsetCollector>("""{ "username": "u", "password": "p", "collection": "ei.urls (json)" }""", http);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["[1]", "[2]"], Raw(run));
        Assert.Equal("ei.urls (json)", run.On()[0].Get("extra.eset_feed").Text);
        Assert.Equal("https://eti.eset.com/taxiiservice/discovery", run.On()[0].Get("feed.url").Text);
        Assert.Contains("result_part_number=\"2\"", http.Requests[2].Body);
    }

    [Fact]
    public async Task Alerts_about_malware_give_a_report_for_each_hash()
    {
        const string Api = "https://mas.example.com/wsapis/v2.0.0/";
        const string Xml = "<ioc><IndicatorItem><Context search=\"FileItem/Md5sum\"/></IndicatorItem><IndicatorItem><Context search=\"FileItem/Size\"/></IndicatorItem></ioc>";
        http.Answer(HttpMethod.Post, Api + "auth/login", _ => new HttpResponseMessage(HttpStatusCode.OK) { Headers = { { "X-FeApi-Token", "t" } }, Content = new StringContent("") });
        http.Answer(Api + "alerts?duration=24_hours", """{ "alert": [{ "product": "MAS", "name": "MALWARE_OBJECT", "uuid": "1" }, { "product": "WEB", "name": "MALWARE_OBJECT", "uuid": "2" }] }""");
        http.Answer(Api + "openioc?alert_uuid=1", Xml);
        await using var bot = BotHarness.For<MasCollector>("""{ "host": "mas.example.com", "request_duration": "24_hours", "http_username": "u", "http_password": "p" }""", http);

        Assert.Equal([Xml], Raw(await bot.CollectAsync(cancellationToken: Token)));
        Assert.Equal("Basic dTpw", http.Requests[0].Headers["Authorization"]);
        Assert.Equal("t", http.Requests[1].Headers["X-FeApi-Token"]);
    }

    static byte[] Gzip(string text)
    {
        using var bytes = new MemoryStream();
        using (var stream = new GZipStream(bytes, CompressionMode.Compress)) stream.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
