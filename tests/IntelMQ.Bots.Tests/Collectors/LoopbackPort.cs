using System.Net;
using System.Net.Sockets;

namespace IntelMQ.Bots.Tests.Collectors;

/// <summary>Ports of the loopback interface that nobody listens on.</summary>
static class LoopbackPort
{
    public static int Free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
