using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Bots.Outputs.Tcp;
using IntelMQ.Bots.Outputs.Udp;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class NetworkOutputTests
{
    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    static Dictionary<string, object?> TcpParameters(TcpListener listener, bool isIntelmq, string? separator = null) =>
        new() { ["ip"] = "127.0.0.1", ["port"] = (long)((IPEndPoint)listener.LocalEndpoint).Port, ["counterpart_is_intelmq"] = isIntelmq, ["separator"] = separator };

    static TcpListener Listen()
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return listener;
    }

    [Fact]
    public async Task With_a_separator_messages_follow_each_other()
    {
        using var listener = Listen();
        await using (var bot = BotHarness.For<TcpOutput>(TcpParameters(listener, isIntelmq: false, "|")))
            await bot.RunAsync("""{ "source.port": 1 }""", """{ "comment": "ü" }""");

        using var client = await listener.AcceptTcpClientAsync(Cancellation);
        using var reader = new StreamReader(client.GetStream());
        Assert.Equal("""{"source.port": 1}|{"comment": "ü"}|""", await reader.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_message_that_is_not_confirmed_is_sent_again_over_the_same_connection()
    {
        using var listener = Listen();
        await using var bot = BotHarness.For<TcpOutput>(TcpParameters(listener, isIntelmq: true));
        var answering = AnswerAsync(listener, "No", "Ok", "Ok");

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Equal(["""{"source.port": 1}""", """{"source.port": 1}""", """{"source.port": 2}"""], await answering);
    }

    static async Task<List<string>> AnswerAsync(TcpListener listener, params string[] answers)
    {
        var received = new List<string>();
        using var client = await listener.AcceptTcpClientAsync(Cancellation);
        var stream = client.GetStream();
        foreach (var answer in answers)
        {
            var length = new byte[4];
            await stream.ReadExactlyAsync(length, Cancellation);
            var message = new byte[BinaryPrimitives.ReadUInt32BigEndian(length)];
            await stream.ReadExactlyAsync(message, Cancellation);
            received.Add(Encoding.UTF8.GetString(message));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(answer), Cancellation);
        }

        return received;
    }

    [Theory]
    [InlineData("json", false, """h{"comment": "a\tb", "source.port": 1}""")]
    [InlineData("Delimited", true, "h;raw:eA==;source.port:1;comment:ab")]
    public async Task A_datagram_holds_one_line_without_control_characters(string format, bool withRaw, string expected)
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await using var bot = BotHarness.For<UdpOutput>(new Dictionary<string, object?>
        {
            ["udp_host"] = "127.0.0.1",
            ["udp_port"] = (long)((IPEndPoint)receiver.Client.LocalEndPoint!).Port,
            ["format"] = format,
            ["header"] = "h",
            ["field_delimiter"] = ";",
            ["keep_raw_field"] = withRaw,
        });

        await bot.RunAsync("""{ "raw": "eA==", "source.port": 1, "comment": "a\tb" }""");

        var datagram = await receiver.ReceiveAsync(Cancellation);
        Assert.Equal(expected + "\n", Encoding.UTF8.GetString(datagram.Buffer));
    }

    [Fact]
    public async Task An_unknown_format_is_told_by_the_check()
    {
        await using var bot = BotHarness.For<UdpOutput>("""{ "udp_port": 514, "format": "xml" }""");

        Assert.Contains("json or delimited", Assert.Single(bot.Check()).Message, StringComparison.Ordinal);
    }
}
