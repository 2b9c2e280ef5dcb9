using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Redis.Tests;

/// <summary>Answers each command with the next line of a script, whatever it is; for states that a real server is rarely in.</summary>
sealed class ScriptedServer : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Func<string, string> _answer;
    readonly Task _serving;

    /// <param name="answer">Gets the name of a command in capitals and returns what is sent.</param>
    public ScriptedServer(Func<string, string> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                while (await reader.ReadLineAsync() is { } header)
                {
                    var name = "";
                    for (var i = 0; i < int.Parse(header.AsSpan(1), null); i++)
                    {
                        await reader.ReadLineAsync();
                        var argument = await reader.ReadLineAsync() ?? "";
                        if (i == 0) name = argument.ToUpperInvariant();
                    }

                    await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(_answer(name)));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or InvalidOperationException)
        {
            return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Dispose();
    }
}

public sealed class UnusualServerTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_reads_its_data_is_asked_again_until_it_is_ready()
    {
        var pings = 0;
        await using var server = new ScriptedServer(name => name switch
        {
            "HELLO" => "%2\r\n+version\r\n+7.2.4\r\n+proto\r\n:3\r\n",
            "PING" => ++pings < 3 ? "-LOADING Redis is loading the dataset in memory\r\n" : "+PONG\r\n",
            _ => "+OK\r\n",
        });
        var told = new List<string?>();
        await using var link = new RedisLink(new RedisOptions { Port = server.Port }, told.Add);

        Assert.Equal(3, (await link.GetAsync(null, Token)).Server.Protocol);
        Assert.Equal(3, pings);
        Assert.Contains("reads its data", told[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-ERR unknown command `HELLO`, with args beginning with:\r\n")]
    [InlineData("-NOPROTO unsupported protocol version\r\n")]
    public async Task An_older_server_is_spoken_to_in_its_protocol(string refusal)
    {
        await using var server = new ScriptedServer(name => name switch
        {
            "HELLO" => refusal,
            "INFO" => "$35\r\n# Server\r\nredis_version:5.0.14\r\nx:y\r\n",
            "CLIENT" => ":12\r\n",
            _ => "+OK\r\n",
        });

        await using var connection = await RedisConnection.OpenAsync(new RedisOptions { Port = server.Port, Password = "x" }, Token);

        Assert.Equal(new RedisServer(new Version(5, 0, 14), 2, 12), connection.Server);
        Assert.False(connection.Server.HasMove);
    }

    [Fact]
    public async Task Something_else_that_listens_there_is_told()
    {
        await using var server = new ScriptedServer(_ => "HTTP/1.1 400 Bad Request\r\n");

        var error = await Assert.ThrowsAsync<RedisConnectionException>(() => RedisConnection.OpenAsync(new RedisOptions { Port = server.Port }, Token));

        Assert.Contains("does not speak the protocol of Redis", error.Message, StringComparison.Ordinal);
    }
}
