using System.Net;
using System.Net.Sockets;

namespace IntelMQ.Bots.Collectors;

/// <summary>A socket on a port of this machine.</summary>
static class ListeningSocket
{
    /// <summary>Listens; on the address for any IPv6 also for IPv4.</summary>
    /// <exception cref="ConfigurationException">The port is taken, or the address is none of this machine.</exception>
    public static Socket On(IPEndPoint place)
    {
        var socket = new Socket(place.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (place.Address.Equals(IPAddress.IPv6Any)) socket.DualMode = true;
            // After a restart the port is free at once, although old connections may linger.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(place);
            socket.Listen();
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ConfigurationException($"The collector cannot listen on {place}: {e.Message}", e);
        }
    }
}
