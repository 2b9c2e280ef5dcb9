using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IntelMQ.Bots.Collectors.Stomp;
using IntelMQ.Bots.Outputs.Stomp;
using IntelMQ.TestServers;

namespace IntelMQ.Bots.Tests;

/// <summary>What the bots say to a real STOMP server, that of RabbitMQ: by password and by certificate.</summary>
public sealed class StompServerTests : IAsyncLifetime, IDisposable
{
    static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    readonly TemporaryFolder folder = new();
    readonly int port = Collectors.LoopbackPort.Free();
    RabbitMqServer? server;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RabbitMqServer.Missing is null, RabbitMqServer.Missing ?? "");
        WriteCertificates();
        server = await RabbitMqServer.StartWithAsync(
            ["rabbitmq_stomp"],
            "stomp.listeners.tcp = none", $"stomp.listeners.ssl.1 = 127.0.0.1:{port}", "stomp.ssl_cert_login = true", "ssl_cert_login_from = common_name",
            $"ssl_options.cacertfile = {folder.In("ca.pem")}", $"ssl_options.certfile = {folder.In("server.pem")}", $"ssl_options.keyfile = {folder.In("server.key")}",
            "ssl_options.verify = verify_peer", "ssl_options.fail_if_no_peer_cert = false");
        await UntilItListensAsync();
    }

    async Task UntilItListensAsync()
    {
        using var limit = new CancellationTokenSource(StartLimit);
        while (true)
        {
            try
            {
                await using var bot = Output(isByCertificate: false);
                await bot.StartAsync(limit.Token);
                return;
            }
            catch (TransientException) when (!limit.IsCancellationRequested)
            {
                // The plugin starts behind the rest of the server.
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
        }
    }

    void WriteCertificates()
    {
        using var authorityKey = RSA.Create(2048);
        var authorityRequest = new CertificateRequest("CN=Authority", authorityKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        var now = TimeProvider.System.GetUtcNow();
        using var authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(2));
        folder.Write("ca.pem", authority.ExportCertificatePem());
        // RabbitMQ takes the name of the certificate for that of the user.
        foreach (var (file, name) in new[] { ("server", "localhost"), ("client", "guest") })
        {
            using var key = RSA.Create(2048);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(name);
            names.AddIpAddress(IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            using var certificate = request.Create(authority, now.AddDays(-1), now.AddDays(1), RandomNumberGenerator.GetBytes(8));
            folder.Write($"{file}.pem", certificate.ExportCertificatePem());
            folder.Write($"{file}.key", key.ExportPkcs8PrivateKeyPem());
        }
    }

    string Parameters(string destination, bool isByCertificate) =>
        $$"""
        { "server": "127.0.0.1", "port": {{port}}, "exchange": "{{destination}}", "heartbeat": 1000, "ssl_ca_certificate": "{{folder.In("ca.pem")}}",
          "auth_by_ssl_client_certificate": {{(isByCertificate ? "true" : "false")}}, "ssl_client_certificate": "{{folder.In("client.pem")}}", "ssl_client_certificate_key": "{{folder.In("client.key")}}" }
        """;

    BotHarness Output(bool isByCertificate, string destination = "/queue/events") => BotHarness.For<StompOutput>(Parameters(destination, isByCertificate), TimeProvider.System);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_output_has_sent_the_collector_takes_in_the_same_order(bool isByCertificate)
    {
        var large = new string('x', 1_000_000);
        await using var output = Output(isByCertificate);
        await using var collector = BotHarness.For<StompCollector>(Parameters("/queue/events", isByCertificate), TimeProvider.System);

        await output.RunAsync([.. Enumerable.Range(0, 500).Select(i => $$"""{ "extra.number": {{i}} }"""), $$"""{ "comment": "{{large}}" }"""]);
        var run = await collector.CollectAsync(most: 501, Token);

        Assert.Equal([.. Enumerable.Range(0, 500).Select(i => $$"""{"extra.number": {{i}}}"""), $$"""{"comment": "{{large}}"}"""], run.On().Select(report => ((Report)report).RawText));
    }

    [Fact]
    public async Task A_destination_that_is_not_there_is_an_error_and_the_next_attempt_has_a_connection_of_its_own()
    {
        await using var output = Output(isByCertificate: false, "/exchange/absent/x");

        Assert.Contains("absent", (await Assert.ThrowsAsync<InvalidOperationException>(() => output.RunAsync("{}"))).Message, StringComparison.Ordinal);
        Assert.Contains("absent", (await Assert.ThrowsAsync<InvalidOperationException>(() => output.RunAsync("{}"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_confirmed_is_there_after_the_server_was_killed()
    {
        await using (var output = Output(isByCertificate: false, "/queue/kept")) await output.RunAsync("""{ "comment": "kept" }""");

        await server!.KillAsync();
        await server.StartAgainAsync();
        await UntilItListensAsync();
        await using var collector = BotHarness.For<StompCollector>(Parameters("/queue/kept", isByCertificate: false), TimeProvider.System);

        Assert.Equal("""{"comment": "kept"}""", ((Report)Assert.Single((await collector.CollectAsync(most: 1, Token)).On())).RawText);
    }

    public async ValueTask DisposeAsync()
    {
        if (server is not null) await server.DisposeAsync();
        Dispose();
    }

    public void Dispose() => folder.Dispose();
}
