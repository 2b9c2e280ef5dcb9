using System.Net.Sockets;
using System.Text;
using IntelMQ.Host.Logging;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Tests;

public sealed class LogTargetTests : IDisposable
{
    readonly string directory = Directory.CreateTempSubdirectory("intelmq-log-").FullName;

    static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    public void Dispose() => Directory.Delete(directory, recursive: true);

    Socket Daemon()
    {
        var path = Path.Combine(directory, "log");
        File.Delete(path);
        var daemon = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        daemon.Bind(new UnixDomainSocketEndPoint(path));
        return daemon;
    }

    static string Received(Socket daemon)
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, daemon.Receive(buffer)).TrimEnd('\0');
    }

    [Fact]
    public void A_syslog_daemon_that_was_started_again_gets_the_next_line()
    {
        using var first = Daemon();
        using var target = new SyslogTarget(Path.Combine(directory, "log"), port: null);
        target.Write(Now, "bot", BotLogLevel.Info, "one");
        Assert.Equal("<14>bot: INFO one", Received(first));

        first.Dispose();
        using var second = Daemon();
        target.Write(Now, "bot", BotLogLevel.Error, "two\nlines");

        Assert.Equal("<11>bot: ERROR two#012lines", Received(second));
    }

    [Fact]
    public void Without_a_syslog_daemon_no_line_fails_and_a_later_one_arrives()
    {
        using var target = new SyslogTarget(Path.Combine(directory, "log"), port: null);
        target.Write(Now, "bot", BotLogLevel.Info, "nobody hears it");
        target.Write(Now, "bot", BotLogLevel.Info, "nor this");

        using var daemon = Daemon();
        target.Write(Now, "bot", BotLogLevel.Info, "but this");

        Assert.Equal("<14>bot: INFO but this", Received(daemon));
    }

    [Fact]
    public void A_log_file_that_cannot_be_rotated_goes_on_growing()
    {
        var path = Path.Combine(directory, "bot.log");
        // What is in the way of the first copy cannot be replaced.
        Directory.CreateDirectory(path + ".1");
        using var file = new LogFile(path, maxSize: 10, maxCopies: 2);

        for (var i = 0; i < 3; i++) file.Write(Now, "bot", BotLogLevel.Info, "a line that is longer than the file may be");

        Assert.Equal(3, File.ReadAllLines(path).Length);
    }
}
