using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Bots.Collectors.Tcp;

namespace IntelMQ.Bots.Tests.Collectors;

public sealed class TcpCollectorTests
{
    readonly int port = LoopbackPort.Free();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    BotHarness Bot(string more = "") => BotHarness.For<TcpCollector>($$"""{ "ip": "localhost", "port": {{port}}{{more}} }""");

    async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port, Token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    static byte[] Message(string text)
    {
        var message = new byte[4 + Encoding.UTF8.GetByteCount(text)];
        BinaryPrimitives.WriteInt32BigEndian(message, message.Length - 4);
        Encoding.UTF8.GetBytes(text, message.AsSpan(4));
        return message;
    }

    static async Task<string> ReadAsync(NetworkStream stream, int length)
    {
        var answer = new byte[length];
        await stream.ReadExactlyAsync(answer, Token);
        return Encoding.ASCII.GetString(answer);
    }

    [Fact]
    public async Task A_message_is_acknowledged_when_the_report_is_safe_and_not_before()
    {
        await using var bot = Bot();
        await bot.StartAsync(Token);
        await using var sender = await ConnectAsync();
        await sender.WriteAsync(Message("first"), Token);
        await sender.WriteAsync(Message("second"), Token);

        var answer = ReadAsync(sender, 2);
        var run = await bot.CollectAsync(most: 2, Token);

        Assert.Equal(["first", "second"], run.On().Select(report => ((Report)report).RawText));
        // Of the first the bot was asked for another report, which says that it is safe; of the second it was not.
        Assert.Equal("Ok", await answer);
        Assert.False(sender.DataAvailable);
    }

    [Fact]
    public async Task A_sender_that_stays_and_says_nothing_keeps_no_other_waiting()
    {
        await using var bot = Bot();
        await bot.StartAsync(Token);
        await using var silent = await ConnectAsync();
        await using var sender = await ConnectAsync();
        await sender.WriteAsync(Message("first"), Token);

        var run = await bot.CollectAsync(most: 1, Token);

        Assert.Equal("first", ((Report)run.On()[0]).RawText);
    }

    [Fact]
    public async Task At_the_end_a_sender_is_told_so()
    {
        await using var bot = Bot();
        await bot.StartAsync(Token);
        await using var sender = await ConnectAsync();
        sender.Socket.Shutdown(SocketShutdown.Send);

        Assert.Equal("End", await ReadAsync(sender, 3));
    }

    [Fact]
    public async Task A_message_that_ends_too_early_is_told_and_makes_no_report()
    {
        await using var bot = Bot();
        await bot.StartAsync(Token);
        await using (var sender = await ConnectAsync())
        {
            await sender.WriteAsync(Message("whole").AsMemory()[..6], Token);
            sender.Socket.Shutdown(SocketShutdown.Send);
            Assert.Equal("Incomplete message", await ReadAsync(sender, 18));
        }

        await using var next = await ConnectAsync();
        await next.WriteAsync(Message("next"), Token);
        Assert.Equal("next", ((Report)(await bot.CollectAsync(most: 1, Token)).On()[0]).RawText);
    }

    [Fact]
    public async Task A_message_that_is_too_large_ends_the_connection()
    {
        await using var bot = Bot(", \"most_bytes\": 10");
        await bot.StartAsync(Token);
        await using var sender = await ConnectAsync();
        await sender.WriteAsync(Message("more than ten bytes"), Token);

        Assert.Equal(0, await ReadToEndAsync(sender));
    }

    static async Task<int> ReadToEndAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], Token);
        }
        catch (IOException)
        {
            // Closed with bytes unread, which the system calls a reset.
            return 0;
        }
    }

    [Fact]
    public async Task A_port_that_is_in_use_is_told_at_the_start()
    {
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();
        await using var bot = Bot();

        Assert.Contains("cannot listen", (await Assert.ThrowsAsync<ConfigurationException>(async () => await bot.StartAsync(Token))).Message);
    }
}
