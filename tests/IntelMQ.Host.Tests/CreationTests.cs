using IntelMQ.Host.Loading;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class CreationTests
{
    const string Module = "intelmq.bots.outputs.test.output";

    const string Yaml = $"my-output:\n  module: {Module}\n  group: Output\n";

    [Fact]
    public async Task A_bot_whose_options_find_errors_in_themselves_is_not_created_and_all_of_them_are_told()
    {
        var created = 0;
        var bots = new TestBots
        {
            Said = [new(BotLogLevel.Error, "'x' is no URL.", "url"), new(BotLogLevel.Warning, "It is odd."), new(BotLogLevel.Error, "port is 0; expected 1 or more.", "port")],
        };
        await using var botnet = await TestBotnet.OpenAsync(bots.Add(Module, () => { created++; return new TestOutput(); }), Yaml);

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-output"].Reason is not null, "the bot tells why it does not run");

        Assert.Equal("url: 'x' is no URL.\nport is 0; expected 1 or more.", botnet["my-output"].Reason);
        Assert.Contains("It is odd.", botnet.LogOf("my-output"), StringComparison.Ordinal);
        Assert.Equal(0, created);
    }

    [Fact]
    public async Task What_is_only_odd_keeps_no_bot_from_starting()
    {
        var bots = new TestBots { Said = [new(BotLogLevel.Warning, "It is odd.")] };
        await using var botnet = await TestBotnet.OpenAsync(bots.Add(Module, () => new TestOutput()), Yaml);

        await botnet.Botnet.StartAsync();
        await botnet.UntilAsync(() => botnet["my-output"].State == BotState.Running, "the bot runs");

        Assert.Contains("It is odd.", botnet.LogOf("my-output"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_of_a_bot_ends_with_it_and_not_before()
    {
        var web = new CountingClients();
        using var clients = new OwnedHttpClients(web);
        var instance = await BotInstance.CreateAsync(() => new ValueTask<Bot>(new ClientOutput(clients)), clients);
        Assert.Equal((1, 0), (web.Created, web.Ended));

        await instance.RenewAsync(TestContext.Current.CancellationToken);
        Assert.Equal((2, 1), (web.Created, web.Ended));

        await instance.DisposeAsync();
        Assert.Equal((2, 2), (web.Created, web.Ended));
    }

    sealed record NoOptions : HttpOptions;

    sealed class ClientOutput(IHttpClients clients) : Output
    {
        readonly HttpClient client = clients.Create(new NoOptions());

        protected internal override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken) => await client.GetStringAsync(new Uri("http://example.com/"), cancellationToken);
    }

    sealed class CountingClients : IHttpClients
    {
        public int Created { get; private set; }

        public int Ended { get; private set; }

        public HttpClient Create(HttpOptions options)
        {
            Created++;
            return new HttpClient(new Handler(this));
        }

        sealed class Handler(CountingClients owner) : HttpMessageHandler
        {
            protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage());

            protected override void Dispose(bool disposing)
            {
                owner.Ended++;
                base.Dispose(disposing);
            }
        }
    }
}
