using System.Text;
using IntelMQ.Bots.Clients.Dxl;
using IntelMQ.Bots.Collectors.OpenDxl;
using IntelMQ.Bots.Experts.Mcafee.Mar;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>The bots of the Data Exchange Layer, against a Mosquitto server; services of the layer are played by the tests.</summary>
public sealed class DxlBotTests : IDisposable
{
    const string Topic = "/mcafee/event/atd/file/report";

    readonly TemporaryFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    static Dictionary<string, object?> Parameters(MosquittoServer server) => new() { ["dxl_config_file"] = server.ConfigurationFile };

    static BotHarness Expert(MosquittoServer server, string lookup) => BotHarness.For<MarExpert>(new Dictionary<string, object?>(Parameters(server)) { ["lookup_type"] = lookup });

    /// <summary>Another client of the fabric.</summary>
    static Task<DxlConnection> ConnectAsync(MosquittoServer server) =>
        DxlConnection.ConnectAsync(DxlConfiguration.Read(server.ConfigurationFile), TimeProvider.System, new NoLog(), Token);

    sealed class NoLog : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
        }
    }

    [Fact]
    public async Task Events_of_the_topic_become_reports()
    {
        Assert.SkipWhen(MosquittoServer.Missing is not null, MosquittoServer.Missing ?? "");
        await using var server = await MosquittoServer.StartAsync(Token);
        await using var bot = BotHarness.For<OpenDxlCollector>(Parameters(server));
        await using var other = await ConnectAsync(server);

        using var sending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var sent = SendUntilCancelledAsync(other, sending.Token);
        var run = await bot.CollectAsync(most: 2, Token);
        await sending.CancelAsync();
        await sent;

        Assert.All(run.On(), static report => Assert.Equal("""{"a": "ü"}""", ((Report)report).RawText));
    }

    // When the collector has subscribed nobody but the server knows.
    static async Task SendUntilCancelledAsync(DxlConnection from, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                await from.PublishAsync(Topic, new DxlMessage { Type = DxlMessageType.Event, Payload = Encoding.UTF8.GetBytes("{\"a\": \"ü\"}\0") }, CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    [Fact]
    public async Task A_connection_that_breaks_ends_the_run_with_a_reason_to_try_again()
    {
        Assert.SkipWhen(MosquittoServer.Missing is not null, MosquittoServer.Missing ?? "");
        await using var server = await MosquittoServer.StartAsync(Token);
        await using var bot = BotHarness.For<OpenDxlCollector>(Parameters(server));
        var run = bot.CollectAsync(cancellationToken: Token);
        await using (await ConnectAsync(server)) await server.StopAsync();

        await Assert.ThrowsAsync<TransientException>(() => run);
        await Assert.ThrowsAsync<TransientException>(() => bot.CollectAsync(cancellationToken: Token));
    }

    /// <summary>Plays Active Response: each request is answered by what the test says of its target.</summary>
    static async Task<List<string>> PlayServiceAsync(DxlConnection service, Func<string, string> answer)
    {
        var asked = new List<string>();
        service.OnRequest = async request =>
        {
            var body = Encoding.UTF8.GetString(request.Payload.Span);
            asked.Add(body);
            var text = answer(new JsonRow(JsonText.Parse(body))["target"].ToString());
            await service.PublishAsync(request.ReplyTo, new DxlMessage { Type = text.Length == 0 ? DxlMessageType.Error : DxlMessageType.Response, RequestId = request.Id, Payload = Encoding.UTF8.GetBytes(text), ErrorCode = 1, ErrorText = "nobody there" }, Token);
        };
        await service.SubscribeAsync("/mcafee/mar/service/api/search", Token);
        return asked;
    }

    [Fact]
    public async Task Each_endpoint_that_is_found_is_an_event()
    {
        Assert.SkipWhen(MosquittoServer.Missing is not null, MosquittoServer.Missing ?? "");
        await using var server = await MosquittoServer.StartAsync(Token);
        await using var bot = Expert(server, "DestSocket");
        await using var service = await ConnectAsync(server);
        var asked = await PlayServiceAsync(service, static target => target switch
        {
            "/v1/simple" => """{"code": 201, "body": {"id": "7"}}""",
            "/v1/7/status" => """{"code": 200, "body": {"status": "FINISHED", "results": 2}}""",
            "/v1/7/results" => """{"code": 200, "body": {"items": [{"output": {"HostInfo|ip_address": "192.0.2.8"}}, {"output": {"HostInfo|ip_address": "192.0.2.9"}}, {"output": {"HostInfo|ip_address": "192.0.2.8"}}]}}""",
            _ => """{"code": 200, "body": {}}""",
        });

        var run = await bot.RunAsync("""{ "destination.ip": "198.51.100.1", "destination.port": 80, "source.ip": "192.0.2.1" }""", """{ "destination.ip": "198.51.100.1" }""");

        run.ShouldSend(
            """{ "destination.ip": "198.51.100.1", "destination.port": 80, "source.ip": "192.0.2.8" }""",
            """{ "destination.ip": "198.51.100.1", "destination.port": 80, "source.ip": "192.0.2.9" }""");
        Assert.Equal(4, asked.Count);
        Assert.Contains(
            """{"or": [{"and": [{"name": "NetworkFlow", "output": "dst_ip", "op": "EQUALS", "value": "198.51.100.1"}, {"name": "NetworkFlow", "output": "dst_port", "op": "EQUALS", "value": "80"}]}]}""",
            asked[0],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", typeof(TransientException))]
    [InlineData("""{"code": 400, "body": "no"}""", typeof(InvalidDataException))]
    [InlineData("no JSON", typeof(InvalidDataException))]
    public async Task A_service_that_cannot_is_waited_for_and_one_that_refuses_is_not(string answer, Type expected)
    {
        Assert.SkipWhen(MosquittoServer.Missing is not null, MosquittoServer.Missing ?? "");
        await using var server = await MosquittoServer.StartAsync(Token);
        await using var bot = Expert(server, "Hash");
        await using var service = await ConnectAsync(server);
        await PlayServiceAsync(service, _ => answer);

        await Assert.ThrowsAsync(expected, () => bot.RunAsync("""{ "malware.hash.md5": "d41d8cd98f00b204e9800998ecf8427e" }"""));
    }

    [Fact]
    public void Messages_are_written_as_the_clients_of_the_vendor_do_and_read_back()
    {
        var message = new DxlMessage { Type = DxlMessageType.Error, Id = "i", SourceClient = "c", Brokers = ["b1", "b2"], Payload = new byte[300], RequestId = "r", Service = "s", ErrorCode = 0x80000001, ErrorText = new string('x', 70_000) };

        var read = DxlMessage.Read(message.ToBytes());

        Assert.Equal("02-03-A1-69-A1-63-A0-92-A2-62-31-A2-62-32-90-DA-01-2C", BitConverter.ToString(message.ToBytes(), 0, 18));
        Assert.Equal((message.Id, message.RequestId, message.ErrorCode, message.ErrorText), (read.Id, read.RequestId, read.ErrorCode, read.ErrorText));
        Assert.Equal(["b1", "b2"], read.Brokers);
        Assert.Equal(300, read.Payload.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("0209")]
    [InlineData("0202A3")]
    [InlineData("0202A169A0A0DDFFFFFFFF")]
    [InlineData("02C3")]
    public void What_is_no_message_is_told(string bytes) => Assert.Throws<InvalidDataException>(() => DxlMessage.Read(Convert.FromHexString(bytes)));

    [Fact]
    public async Task All_that_is_wrong_with_a_configuration_file_is_told()
    {
        var file = folder.Write("dxl.config", "x\n[Certs]\nCertFile=nowhere.pem\n[Brokers]\na=b\n");
        await using var wrong = BotHarness.For<OpenDxlCollector>(new Dictionary<string, object?> { ["dxl_config_file"] = file, ["dxl_topic"] = "" });
        await using var expert = BotHarness.For<MarExpert>("{}");

        Assert.Equal(6, wrong.Check().Count);
        Assert.Contains(wrong.Check(), result => result.Message.Contains("line 1: 'x'", StringComparison.Ordinal));
        Assert.Equal(["lookup_type", "dxl_config_file"], expert.Check().Select(result => result.Parameter));
        await Assert.ThrowsAsync<ConfigurationException>(async () => await expert.StartAsync(Token));
    }

    [Theory, MemberData(nameof(Modules))]
    public async Task A_bot_stands_wrong_parameters_garbage_cancellation_and_restarts(string module)
    {
        Assert.SkipWhen(MosquittoServer.Missing is not null, MosquittoServer.Missing ?? "");
        await using var server = await MosquittoServer.StartAsync(Token);
        var parameters = Parameters(server);
        if (module.EndsWith("mar", StringComparison.Ordinal)) parameters["lookup_type"] = "DestIP";
        Assert.Empty(await BotConformance.CheckAsync(typeof(OpenDxlCollector).Assembly, module, parameters));
    }

    public static TheoryData<string> Modules => [.. BotConformance.BotsOf(typeof(OpenDxlCollector).Assembly)];

    public void Dispose() => folder.Dispose();
}
