using System.IO.Compression;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Services.Tests;

public sealed class HttpClientsTests
{
    readonly Lines _log = new();

    /// <summary>The beginning of an answer, after which the connection is closed.</summary>
    static readonly byte[] Broken = "HTTP/1.1 20"u8.ToArray();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    sealed record Options : HttpOptions;

    sealed class Lines : IBotLog
    {
        public List<string> Written { get; } = [];

        public bool IsEnabled(BotLogLevel level) => true;

        public void Write(BotLogLevel level, string message, Exception? error = null) => Written.Add($"{level}: {message}");
    }

    HttpClient Client(HttpOptions options) => new HttpClients(_log).Create(options);

    [Fact]
    public async Task The_user_agent_the_headers_and_the_credentials_are_sent()
    {
        await using var server = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("x"));
        using var client = Client(new Options { HttpUsername = "me", HttpPassword = "pä:ss", HttpUserAgent = "Tester/1 (x)", HttpHeader = new Dictionary<string, string> { ["X-Key"] = "value" } });
        Assert.Equal("x", await client.GetStringAsync(server.Url, Token));
        var request = server.Requests.Single();
        Assert.Contains("User-Agent: Tester/1 (x)\r\n", request, StringComparison.Ordinal);
        Assert.Contains("X-Key: value\r\n", request, StringComparison.Ordinal);
        Assert.Contains($"Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("me:pä:ss"))}\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_time_limit_a_server_is_asked_all_the_same()
    {
        await using var server = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("x"));
        using var client = Client(new Options { HttpTimeoutSec = TimeSpan.Zero });
        Assert.Equal("x", await client.GetStringAsync(server.Url, Token));
    }

    static readonly byte[] Head = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"u8.ToArray();

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public async Task A_server_that_falls_silent_in_the_middle_of_its_answer_is_not_waited_for_longer_than_the_timeout(HttpCompletionOption completion)
    {
        await using var server = new LoopbackHttpServer(_ => Head) { Parts = ["one"u8.ToArray()] };
        using var client = Client(new Options { HttpTimeoutSec = TimeSpan.FromMilliseconds(300) });

        var error = await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var response = await client.GetAsync(server.Url, completion, Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
            await using var body = await response.Content.ReadAsStreamAsync(Token);
            using var reader = new StreamReader(body);
            await reader.ReadToEndAsync(Token).WaitAsync(TimeSpan.FromSeconds(10), Token);
        });

        Assert.True(error is HttpRequestException or HttpIOException, error.ToString());
        Assert.Contains("127.0.0.1 sent nothing for 0.3 s in the middle of its answer.", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_comes_slowly_may_take_longer_than_the_timeout()
    {
        byte[][] parts = [.. "one two 3".Select(letter => new[] { (byte)letter })];
        await using var server = new LoopbackHttpServer(_ => Head) { Parts = parts, Pause = TimeSpan.FromMilliseconds(150) };
        using var client = Client(new Options { HttpTimeoutSec = TimeSpan.FromSeconds(1) });

        using var response = await client.GetAsync(server.Url, Token);

        Assert.Equal("one two 3", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("utf-8", response.Content.Headers.ContentType?.CharSet);
        Assert.Equal(9, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task A_header_that_is_written_out_replaces_that_of_another_parameter()
    {
        await using var server = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("x"));
        using var client = Client(new Options { HttpHeader = new Dictionary<string, string> { ["user-agent"] = "Mine" } });
        await client.GetStringAsync(server.Url, Token);
        Assert.Contains("User-Agent: Mine\r\n", server.Requests.Single(), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("IntelMQ", server.Requests.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compressed_answers_and_redirects_are_followed()
    {
        await using var server = new LoopbackHttpServer(request =>
        {
            if (request.StartsWith("GET / ", StringComparison.Ordinal)) return "HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
            using var body = new MemoryStream();
            using (var gzip = new GZipStream(body, CompressionMode.Compress)) gzip.Write("unpacked"u8);
            return [.. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {body.ToArray().Length}\r\nConnection: close\r\n\r\n"), .. body.ToArray()];
        });
        using var client = Client(new Options());
        Assert.Equal("unpacked", await client.GetStringAsync(server.Url, Token));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again_as_often_as_the_parameter_says()
    {
        var left = 2;
        await using var server = new LoopbackHttpServer(_ => left-- > 0 ? Broken : LoopbackHttpServer.Ok("at last"));
        using (var client = Client(new Options { HttpTimeoutMaxTries = 3 })) Assert.Equal("at last", await client.GetStringAsync(server.Url, Token));
        Assert.Equal(3, server.Requests.Count);

        left = 2;
        using var impatient = Client(new Options { HttpTimeoutMaxTries = 2 });
        await Assert.ThrowsAsync<HttpRequestException>(() => impatient.GetStringAsync(server.Url, Token));
    }

    [Fact]
    public async Task A_body_is_sent_again_with_every_try()
    {
        var left = 1;
        await using var server = new LoopbackHttpServer(_ => left-- > 0 ? Broken : LoopbackHttpServer.Ok("x"));
        using var client = Client(new Options());
        using var content = new StringContent("the body");
        using var answer = await client.PostAsync(server.Url, content, Token);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.All(server.Requests, r => Assert.EndsWith("the body", r, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_with_an_error_is_not_tried_again()
    {
        await using var server = new LoopbackHttpServer(_ => "HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var client = Client(new Options());
        using var answer = await client.GetAsync(server.Url, Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_server_that_says_nothing_is_given_up_after_the_time_of_each_try()
    {
        await using var server = new LoopbackHttpServer(_ => null);
        using var client = Client(new Options { HttpTimeoutSec = TimeSpan.FromSeconds(0.5), HttpTimeoutMaxTries = 2 });
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetStringAsync(server.Url, Token));
        Assert.Contains("did not answer within 0.5 s", error.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 0, 2);
    }

    [Fact]
    public async Task Both_proxies_are_used_and_one_alone_is_a_warning()
    {
        await using var proxy = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("by proxy"));
        await using var server = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("direct"));
        using (var client = Client(new Options { HttpProxy = proxy.Url.Authority, HttpsProxy = "http://other.example:1" })) Assert.Equal("by proxy", await client.GetStringAsync(new Uri("http://feed.example/"), Token));
        Assert.StartsWith("GET http://feed.example/ ", proxy.Requests.Single(), StringComparison.Ordinal);
        Assert.Empty(_log.Written);

        using var half = Client(new Options { HttpProxy = proxy.Url.Authority });
        Assert.Equal("direct", await half.GetStringAsync(server.Url, Token));
        Assert.Equal("Warning: Only http_proxy seems to be set. Both http and https proxies must be set. No proxy is used.", Assert.Single(_log.Written));
    }

    [Fact]
    public async Task Certificates_are_verified_as_the_parameter_says()
    {
        using var directory = new TemporaryDirectory();
        using var authority = new TestAuthority();
        var path = Path.Combine(directory.Path, "ca.pem");
        await File.WriteAllTextAsync(path, authority.Pem, Token);
        using var certificate = authority.Issue("localhost");
        await using var server = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("x"), certificate);

        using (var system = Client(new Options { HttpTimeoutMaxTries = 1 })) await Assert.ThrowsAsync<HttpRequestException>(() => system.GetStringAsync(server.Url, Token));
        using (var nothing = Client(new Options { HttpVerifyCert = false })) Assert.Equal("x", await nothing.GetStringAsync(server.Url, Token));
        using (var own = Client(new Options { HttpVerifyCert = path })) Assert.Equal("x", await own.GetStringAsync(server.Url, Token));

        using var stranger = new TestAuthority();
        using var foreign = stranger.Issue("localhost");
        await using var other = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("x"), foreign);
        using var wary = Client(new Options { HttpVerifyCert = path, HttpTimeoutMaxTries = 1 });
        await Assert.ThrowsAsync<HttpRequestException>(() => wary.GetStringAsync(other.Url, Token));

        using var misnamed = authority.Issue("elsewhere.example");
        await using var wrongName = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("x"), misnamed);
        await Assert.ThrowsAsync<HttpRequestException>(() => wary.GetStringAsync(wrongName.Url, Token));
    }

    [Fact]
    public async Task The_certificate_of_the_client_is_shown_to_the_server()
    {
        using var directory = new TemporaryDirectory();
        using var authority = new TestAuthority();
        using var mine = authority.Issue("client.example");
        var path = Path.Combine(directory.Path, "client.pem");
        using (var key = mine.GetECDsaPrivateKey()!) await File.WriteAllTextAsync(path, mine.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n", Token);
        using var certificate = authority.Issue("localhost");
        await using var server = new LoopbackHttpServer(_ => LoopbackHttpServer.Ok("x"), certificate, wantsClientCertificate: true);
        using var client = Client(new Options { HttpVerifyCert = false, SslClientCertificate = path });
        await client.GetStringAsync(server.Url, Token);
        Assert.Equal("CN=client.example", Assert.Single(server.ClientCertificates));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_errors_of_the_configuration()
    {
        using var directory = new TemporaryDirectory();
        var empty = Path.Combine(directory.Path, "empty.pem");
        await File.WriteAllTextAsync(empty, "no certificate", Token);
        Assert.Contains(empty, Assert.Throws<ConfigurationException>(() => Client(new Options { HttpVerifyCert = empty })).Message, StringComparison.Ordinal);
        Assert.Contains("http_verify_cert", Assert.Throws<ConfigurationException>(() => Client(new Options { HttpVerifyCert = "/nowhere.pem" })).Message, StringComparison.Ordinal);
        Assert.Contains("ssl_client_certificate", Assert.Throws<ConfigurationException>(() => Client(new Options { SslClientCertificate = empty })).Message, StringComparison.Ordinal);
        Assert.Contains("http_proxy", Assert.Throws<ConfigurationException>(() => Client(new Options { HttpProxy = "ftp://x", HttpsProxy = "http://y" })).Message, StringComparison.Ordinal);
    }
}
