using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Bots.Collectors.Api;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class ApiCollectorTests
{
    readonly int port = LoopbackPort.Free();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    BotHarness Bot(string more = "") => BotHarness.For<ApiCollector>($$"""{ "port": {{port}}{{more}} }""");

    Uri Url(string path = "/intelmq/push") => new($"http://127.0.0.1:{port}{path}");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_pushed_becomes_a_report_and_is_then_answered(bool isChunked)
    {
        await using var bot = Bot();
        await bot.StartAsync(Token);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, Url()) { Content = new ByteArrayContent("a,b\n"u8.ToArray()) };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.ExpectContinue = true;

        var running = bot.CollectAsync(most: 2, Token);
        using var answer = await client.SendAsync(request, Token);
        var second = client.PostAsync(Url(), new StringContent("next"), Token);
        var run = await running;

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["a,b\n", "next"], run.On().Select(report => ((Report)report).RawText));
        // Nobody has asked for more, so the second is not known to be safe.
        await Assert.ThrowsAsync<HttpRequestException>(() => second);
    }

    [Theory]
    [InlineData("GET", "/intelmq/push", HttpStatusCode.MethodNotAllowed)]
    [InlineData("POST", "/elsewhere", HttpStatusCode.NotFound)]
    [InlineData("POST", "/intelmq/push", HttpStatusCode.RequestEntityTooLarge)]
    public async Task Other_requests_are_refused(string method, string path, HttpStatusCode expected)
    {
        await using var bot = Bot(", \"most_bytes\": 3");
        await bot.StartAsync(Token);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), Url(path));
        if (expected == HttpStatusCode.RequestEntityTooLarge) request.Content = new StringContent("long");

        using var answer = await client.SendAsync(request, Token);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("nonsense\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("POST /intelmq/push HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "HTTP/1.1 400")]
    [InlineData("POST /intelmq/push HTTP/1.1\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", "HTTP/1.1 400")]
    [InlineData("POST /elsewhere HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n", "HTTP/1.1 404")]
    [InlineData("POST /intelmq/push HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 104857601\r\n\r\n", "HTTP/1.1 413")]
    [InlineData("POST /intelmq/push HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", "HTTP/1.1 501")]
    public async Task What_is_no_request_gets_an_error_and_ends_the_connection(string sent, string expected)
    {
        await using var bot = Bot();
        await bot.StartAsync(Token);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(sent), Token);

        using var reader = new StreamReader(client.GetStream());
        Assert.StartsWith(expected, await reader.ReadLineAsync(Token));
    }

    [Fact]
    public async Task It_can_listen_on_a_socket_with_a_mode()
    {
        using var folder = new TemporaryFolder();
        var path = folder.In("api.socket");
        await using var bot = Bot($", \"use_socket\": true, \"socket_path\": \"{path}\", \"socket_perms\": \"660\"");
        await bot.StartAsync(Token);
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = (_, token) => ConnectAsync(path, token) });

        var answer = client.PostAsync(Url(), new StringContent("x"), Token);
        var run = await bot.CollectAsync(most: 1, Token);

        Assert.Equal("x", ((Report)run.On()[0]).RawText);
        if (!OperatingSystem.IsWindows()) Assert.Equal(Convert.ToInt32("660", 8), (int)File.GetUnixFileMode(path));
        await bot.DisposeAsync();
        // Nobody said that the report is safe, so its sender got no answer.
        await Assert.ThrowsAnyAsync<Exception>(() => answer);
        Assert.False(File.Exists(path));
    }

    static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    [Fact]
    public async Task A_mode_that_is_none_is_told_before_the_start()
    {
        await using var bot = Bot(", \"use_socket\": true, \"socket_perms\": \"rw\"");

        Assert.Contains(bot.Check(), result => result.Parameter == "socket_perms");
    }
}
