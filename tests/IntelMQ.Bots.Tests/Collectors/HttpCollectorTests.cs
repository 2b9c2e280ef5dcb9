using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Text;
using IntelMQ.Bots.Collectors.Http;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class HttpCollectorTests
{
    const string Url = "https://example.com/feed";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly FakeHttp http = new();

    BotHarness Bot(string more = "") => BotHarness.For<HttpCollector>($$"""{ "http_url": "{{Url}}"{{more}} }""", http);

    static IEnumerable<string> Raw(BotRun run) => run.On().Select(report => ((Report)report).RawText);

    [Fact]
    public async Task What_is_downloaded_becomes_a_report()
    {
        http.Answer(Url, "a,b\n");
        await using var bot = Bot(", \"name\": \"Feed\"");

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["a,b\n"], Raw(run));
        Assert.Equal(Url, run.On()[0].Get("feed.url").Text);
    }

    [Fact]
    public async Task An_answer_that_is_no_success_fails_the_run_with_its_status()
    {
        http.Answer(Url, "gone", status: HttpStatusCode.NotFound);
        await using var bot = Bot();

        var error = await Assert.ThrowsAsync<HttpRequestException>(() => bot.CollectAsync(cancellationToken: Token));

        Assert.Contains("404", error.Message);
    }

    [Fact]
    public async Task A_connection_that_fails_is_tried_again_later()
    {
        http.Answer(HttpMethod.Get, Url, _ => throw new HttpRequestException("refused"));
        await using var bot = Bot();

        await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token));
    }

    [Theory]
    [InlineData("true", "https://example.com/2020-01-01.csv")]
    [InlineData("""{ "days": -1 }""", "https://example.com/2019-12-31.csv")]
    public async Task The_time_can_be_part_of_the_URL(string formatting, string expected)
    {
        http.Answer(expected, "x");
        await using var bot = BotHarness.For<HttpCollector>($$"""{ "http_url": "https://example.com/{time[%Y-%m-%d]}.csv", "http_url_formatting": {{formatting}} }""", http);

        Assert.Equal(expected, (await bot.CollectAsync(cancellationToken: Token)).On()[0].Get("feed.url").Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", \"extract_files\": true")]
    public async Task Each_file_of_a_ZIP_archive_becomes_a_report(string extract)
    {
        http.Answer(Url, Zip(("a.csv", "one"), ("b.csv", "two")));
        await using var bot = Bot(extract);

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["one", "two"], Raw(run));
        Assert.Equal(["a.csv", "b.csv"], run.On().Select(report => report.Get("extra.file_name").Text));
    }

    [Theory]
    [InlineData("[\"b.csv\"]")]
    [InlineData("\"b.csv,c.csv\"")]
    public async Task Only_the_named_files_of_an_archive_are_taken(string names)
    {
        http.Answer(Url, Zip(("a.csv", "one"), ("b.csv", "two")));
        await using var bot = Bot($", \"extract_files\": {names}");

        Assert.Equal(["two"], Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task A_tar_archive_is_unpacked_compressed_or_not()
    {
        var tar = Tar(("a.csv", "one"), ("b.csv", "two"));
        http.Answer(Url, tar);
        http.Answer(Url, Gzip(tar));
        await using var bot = Bot(", \"extract_files\": true");

        Assert.Equal(["one", "two"], Raw(await bot.CollectAsync(cancellationToken: Token)));
        Assert.Equal(["one", "two"], Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Fact]
    public async Task A_file_that_is_only_compressed_has_no_name()
    {
        http.Answer(Url, Gzip("one"u8.ToArray()));
        await using var bot = Bot(", \"extract_files\": true");

        var run = await bot.CollectAsync(cancellationToken: Token);

        Assert.Equal(["one"], Raw(run));
        Assert.True(run.On()[0].Get("extra.file_name").IsNone);
    }

    [Fact]
    public async Task What_is_no_archive_cannot_be_unpacked()
    {
        http.Answer(Url, "text");
        await using var bot = Bot(", \"extract_files\": true");

        await Assert.ThrowsAsync<InvalidDataException>(() => bot.CollectAsync(cancellationToken: Token));
    }

    [Theory]
    [InlineData("text/plain", new byte[] { 0xc3, 0xa9 })]
    [InlineData("text/plain; charset=utf-8", new byte[] { 0xc3, 0xa9 })]
    [InlineData("text/plain; charset=ISO-8859-1", new byte[] { 0xe9 })]
    [InlineData("text/plain; charset=windows-1252", new byte[] { 0xe9 })]
    public async Task Parsers_get_UTF_8_whatever_the_server_sends(string mediaType, byte[] body)
    {
        http.Answer(HttpMethod.Get, Url, _ =>
        {
            var content = new ByteArrayContent(body);
            content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = content };
        });
        await using var bot = Bot();

        Assert.Equal(["é"], Raw(await bot.CollectAsync(cancellationToken: Token)));
    }

    [Theory]
    [InlineData("""{ "http_url": "example.com" }""", "no URL")]
    [InlineData("""{ "http_url": "https://example.com/{date}", "http_url_formatting": true }""", "has no meaning")]
    [InlineData("""{ "http_url": "https://example.com/{time[%Y]", "http_url_formatting": true }""", "closing")]
    [InlineData("""{ "http_url": "https://example.com/", "http_url_formatting": { "fortnights": 1 } }""", "no unit of time")]
    [InlineData("""{ "http_url": "https://example.com/", "verify_pgp_signatures": true }""", "signature_url is required")]
    public async Task Mistakes_are_told_before_the_start(string parameters, string expected)
    {
        await using var bot = BotHarness.For<HttpCollector>(parameters);

        Assert.Contains(bot.Check(), result => result.Message.Contains(expected, StringComparison.Ordinal));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(TestContext.Current.CancellationToken));
    }

    static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            foreach (var (name, text) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return bytes.ToArray();
    }

    static byte[] Tar(params (string Name, string Text)[] files)
    {
        using var bytes = new MemoryStream();
        using (var archive = new TarWriter(bytes))
        {
            foreach (var (name, text) in files)
                archive.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
        }

        return bytes.ToArray();
    }

    static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var stream = new GZipStream(bytes, CompressionMode.Compress)) stream.Write(content);
        return bytes.ToArray();
    }
}
