using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Logging;

/// <summary>Sends lines to a syslog daemon (RFC 3164 priorities, facility user) over its socket or UDP.</summary>
sealed class SyslogTarget : ILogTarget
{
    const int UserFacility = 1;

    readonly Socket _socket;
    readonly EndPoint _to;

    public SyslogTarget(string addressOrPath, int? port)
    {
        if (port is { } udpPort)
        {
            _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            _to = new DnsEndPoint(addressOrPath, udpPort);
        }
        else
        {
            _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
            _to = new UnixDomainSocketEndPoint(addressOrPath);
        }
    }

    public void Write(DateTimeOffset time, string name, BotLogLevel level, string text)
    {
        var severity = level switch { BotLogLevel.Debug => 7, BotLogLevel.Info => 6, BotLogLevel.Warning => 4, BotLogLevel.Error => 3, _ => 2 };
        // The daemon's own form of a line break.
        var line = $"<{(UserFacility * 8) + severity}>{name}: {LogLine.LevelName(level)} {text.Replace("\n", "#012", StringComparison.Ordinal)}\0";
        try
        {
            if (!_socket.Connected) _socket.Connect(_to);
            _socket.Send(Encoding.UTF8.GetBytes(line));
        }
        catch (SocketException e)
        {
            Console.Error.WriteLine($"The syslog daemon at {_to} cannot be reached ({e.Message}): {name}: {text}");
        }
    }

    public void Dispose() => _socket.Dispose();
}
