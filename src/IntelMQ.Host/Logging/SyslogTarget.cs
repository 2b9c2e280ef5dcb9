using System.Net;
using System.Net.Sockets;
using System.Text;
using IntelMQ.Sdk;

namespace IntelMQ.Host.Logging;

/// <summary>Sends lines to a syslog daemon (RFC 3164 priorities, facility user) over its socket or UDP.</summary>
/// <param name="addressOrPath">The daemon's host name or address with a port, the path of its socket without.</param>
/// <param name="port">The port of UDP; null for a socket.</param>
sealed class SyslogTarget(string addressOrPath, int? port) : ILogTarget
{
    const int UserFacility = 1;

    readonly Lock _lock = new();
    readonly EndPoint _to = port is { } udpPort ? new DnsEndPoint(addressOrPath, udpPort) : new UnixDomainSocketEndPoint(addressOrPath);
    Socket? _socket;

    public void Write(DateTimeOffset time, string name, BotLogLevel level, string text)
    {
        var severity = level switch { BotLogLevel.Debug => 7, BotLogLevel.Info => 6, BotLogLevel.Warning => 4, BotLogLevel.Error => 3, _ => 2 };
        // The daemon's own form of a line break.
        var line = Encoding.UTF8.GetBytes($"<{(UserFacility * 8) + severity}>{name}: {LogLine.LevelName(level)} {text.Replace("\n", "#012", StringComparison.Ordinal)}\0");
        lock (_lock)
        {
            try
            {
                Send(line);
            }
            catch (SocketException e)
            {
                Console.Error.WriteLine($"The syslog daemon at {_to} cannot be reached ({e.Message}): {name}: {text}");
            }
        }
    }

    /// <summary>A daemon that was started again has a new socket, which only a new one of ours can reach: the line goes there.</summary>
    void Send(byte[] line)
    {
        var wasConnected = _socket is not null;
        try
        {
            (_socket ??= Connect()).Send(line);
        }
        catch (SocketException) when (wasConnected)
        {
            Dispose();
            (_socket = Connect()).Send(line);
        }
        catch (SocketException)
        {
            Dispose();
            throw;
        }
    }

    Socket Connect()
    {
        var socket = port is null ? new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) : new Socket(SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(_to);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lets go of the socket; a later line opens another one.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _socket?.Dispose();
            _socket = null;
        }
    }
}
