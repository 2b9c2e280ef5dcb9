using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using IntelMQ.Redis.TestServer;

namespace IntelMQ.Redis.Tests;

/// <summary>Against a real server.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    readonly List<RedisServerProcess> _servers = [];

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RedisServerProcess.Missing is null, RedisServerProcess.Missing ?? "");
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
    }

    async Task<RedisServerProcess> StartAsync(bool withPort = false, params string[] arguments)
    {
        var server = await RedisServerProcess.StartAsync(withPort, arguments);
        _servers.Add(server);
        return server;
    }

    [Theory]
    [InlineData(true, 3)]
    [InlineData(false, 2)]
    public async Task Both_protocols_carry_bytes_as_they_are(bool resp3, int protocol)
    {
        var server = await StartAsync();
        await using var connection = await RedisConnection.OpenAsync(server.Options with { Resp3 = resp3 }, Token);
        var bytes = new byte[100_000];
        new Random(1).NextBytes(bytes);

        using var batch = new CommandBatch();
        batch.Command("SET", 2).Argument("größe \0 中文").Argument(bytes);
        batch.Add("GET", "größe \0 中文").Add("NOSUCH").Add("HGETALL", "none");
        var replies = await connection.ExecuteAsync(batch);

        Assert.Equal(protocol, connection.Server.Protocol);
        Assert.True(connection.Server.HasMove);
        Assert.True(connection.Server.ConnectionId > 0);
        Assert.Equal(bytes, replies[1].AsBytes());
        Assert.StartsWith("ERR unknown command", replies[2].ErrorText, StringComparison.Ordinal);
        Assert.Empty(replies[3].AsList());
    }

    [Fact]
    public async Task Callers_that_share_a_connection_get_their_own_answers()
    {
        var server = await StartAsync();
        await using var connection = await RedisConnection.OpenAsync(server.Options, Token);

        var echoes = await Task.WhenAll(Enumerable.Range(0, 500).Select(async number =>
            (number, text: (await connection.ExecuteAsync("ECHO", $"{number}")).AsText())));

        Assert.All(echoes, echo => Assert.Equal($"{echo.number}", echo.text));
    }

    [Fact]
    public async Task A_user_of_the_access_lists_logs_in_and_gets_his_database()
    {
        var server = await StartAsync(withPort: true, "--user", "default", "off", "--user", "imq", "on", ">s3cret", "~*", "&*", "+@all");
        var options = new RedisOptions { Port = server.Port, Database = 5, Username = "imq", Password = "s3cret" };
        foreach (var resp3 in (bool[])[true, false])
        {
            await using var connection = await RedisConnection.OpenAsync(options with { Resp3 = resp3 }, Token);
            Assert.Contains("db=5", (await connection.ExecuteAsync("CLIENT", "INFO")).AsText(), StringComparison.Ordinal);
        }

        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisConnection.OpenAsync(options with { Password = "wrong" }, Token));
        Assert.StartsWith("WRONGPASS", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_without_a_user_is_that_of_the_default_user_and_a_missing_one_is_told()
    {
        var server = await StartAsync(withPort: false, "--requirepass", "s3cret");
        foreach (var resp3 in (bool[])[true, false])
        {
            await using (await RedisConnection.OpenAsync(server.Options with { Resp3 = resp3, Password = "s3cret" }, Token))
            {
            }

            var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisConnection.OpenAsync(server.Options with { Resp3 = resp3 }, Token));
            Assert.StartsWith("NOAUTH", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task TLS_is_spoken_with_a_server_whose_certificate_the_given_authority_has_signed()
    {
        var folder = Directory.CreateTempSubdirectory("imq-redis-tls-");
        try
        {
            var (certificate, key) = WriteCertificate(folder.FullName);
            var probe = await StartAsync(withPort: true);
            var port = probe.Port;
            await probe.KillAsync();
            await StartAsync(withPort: false, "--tls-port", $"{port}", "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no");
            var options = new RedisOptions { Host = "localhost", Port = port, Tls = true };

            await using (var connection = await RedisConnection.OpenAsync(options with { CertificateAuthorityFile = certificate }, Token))
            {
                Assert.Equal("hello", (await connection.ExecuteAsync("ECHO", "hello")).AsText());
            }

            await Assert.ThrowsAsync<RedisConnectionException>(() => RedisConnection.OpenAsync(options, Token));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static (string Certificate, string Key) WriteCertificate(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_counts_as_lost()
    {
        var server = await StartAsync();
        await using var connection = await RedisConnection.OpenAsync(server.Options with { ReplyTimeout = TimeSpan.FromMilliseconds(100) }, Token);
        server.Freeze();
        try
        {
            var error = await Assert.ThrowsAsync<RedisConnectionException>(() => connection.ExecuteAsync("ECHO", "x"));

            Assert.True(error.MayHaveHappened);
            Assert.True(connection.IsLost);
            Assert.Contains("0.1 s", error.Message, StringComparison.Ordinal);
            await Assert.ThrowsAsync<RedisConnectionException>(() => RedisConnection.OpenAsync(server.Options with { ConnectTimeout = TimeSpan.FromMilliseconds(100) }, Token));
        }
        finally
        {
            server.Thaw();
        }
    }

    [Fact]
    public async Task Commands_on_a_lost_connection_have_not_happened()
    {
        var server = await StartAsync();
        await using var connection = await RedisConnection.OpenAsync(server.Options, Token);
        await server.KillAsync();
        await Assert.ThrowsAsync<RedisConnectionException>(() => connection.ExecuteAsync("ECHO", "x"));

        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => connection.ExecuteAsync("ECHO", "y"));

        Assert.False(error.MayHaveHappened);
    }

    [Fact]
    public async Task A_link_connects_again_by_itself_and_tells_its_trouble_once()
    {
        var server = await StartAsync();
        var told = new List<string?>();
        await using var link = new RedisLink(server.Options, told.Add);
        await (await link.GetAsync(null, Token)).ExecuteAsync("SET", "key", "kept");
        await server.KillAsync();
        await Assert.ThrowsAsync<RedisConnectionException>(async () => await (await link.GetAsync(TimeSpan.Zero, Token)).ExecuteAsync("GET", "key"));

        var error = await Assert.ThrowsAsync<RedisConnectionException>(async () => await link.GetAsync(TimeSpan.FromMilliseconds(100), Token));
        var waiting = link.GetAsync(null, Token).AsTask();
        await server.StartAgainAsync();

        Assert.Equal("kept", (await (await waiting).ExecuteAsync("GET", "key")).AsText());
        Assert.StartsWith($"The Redis server at {server.SocketPath}, database 2 cannot be used: ", error.Message, StringComparison.Ordinal);
        Assert.Null(link.Trouble);
        Assert.Equal(2, told.Count);
        Assert.Null(told[1]);
    }

    [Fact]
    public async Task A_caller_without_patience_is_not_held_up_by_one_with_patience()
    {
        await using var link = new RedisLink(new RedisOptions { Host = "/nowhere/redis.sock", FirstPause = TimeSpan.FromHours(1), LongestPause = TimeSpan.FromHours(1) });
        using var cancel = new CancellationTokenSource();
        var patient = link.GetAsync(null, cancel.Token).AsTask();

        await Assert.ThrowsAsync<RedisConnectionException>(async () => await link.GetAsync(TimeSpan.FromMilliseconds(50), Token));

        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient);
    }

    [Fact]
    public void Options_never_print_the_password() =>
        Assert.DoesNotContain("s3cret", new RedisOptions { Password = "s3cret" }.ToString(), StringComparison.Ordinal);
}
