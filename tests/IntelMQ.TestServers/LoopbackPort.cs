using System.Net;
using System.Net.Sockets;

namespace IntelMQ.TestServers;

/// <summary>Ports of this machine for servers that cannot choose one themselves.</summary>
public static class LoopbackPort
{
    /// <summary>A port that nobody listens on at present.</summary>
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
