using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace IntelMQ.Services;

/// <summary>Sends one query to one server and waits for its response: by UDP, and by TCP when that was cut short.</summary>
static class DnsTransport
{
    const int LongestMessage = ushort.MaxValue;

    /// <exception cref="OperationCanceledException">No response in time.</exception>
    /// <exception cref="SocketException">The server cannot be reached.</exception>
    /// <exception cref="DnsFormatException">The name cannot be asked for, or the response by TCP is broken.</exception>
    public static async Task<DnsResponse> AskAsync(IPEndPoint server, DnsQuestion question, CancellationToken cancellationToken)
    {
        var response = await AskAsync(server, question, extended: true, cancellationToken);
        // RFC 6891 §7: a server that does not know the extension answers so.
        return response.Code is DnsResponseCode.FormatError or DnsResponseCode.NotImplemented
            ? await AskAsync(server, question, extended: false, cancellationToken)
            : response;
    }

    static async Task<DnsResponse> AskAsync(IPEndPoint server, DnsQuestion question, bool extended, CancellationToken cancellationToken)
    {
        // An id that cannot be guessed, and a port of its own per query (RFC 5452): what a forger would have to hit.
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue + 1);
        var buffer = ArrayPool<byte>.Shared.Rent(LongestMessage);
        try
        {
            var length = DnsMessage.WriteQuery(buffer, id, question, extended);
            var response = await AskByUdpAsync(server, buffer, length, id, question, cancellationToken);
            if (!response.Truncated) return response;
            length = DnsMessage.WriteQuery(buffer.AsSpan(2), id, question, extended);
            return await AskByTcpAsync(server, buffer, length, id, question, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static async Task<DnsResponse> AskByUdpAsync(IPEndPoint server, byte[] buffer, int length, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        // A connected socket takes packets from this server only.
        await socket.ConnectAsync(server, cancellationToken);
        await socket.SendAsync(buffer.AsMemory(0, length), cancellationToken);
        while (true)
        {
            length = await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            try
            {
                return DnsMessage.ReadResponse(buffer.AsSpan(0, length), id, question);
            }
            catch (DnsFormatException)
            {
                // Forged, late or broken: the right one may still come, until the time is up.
            }
        }
    }

    static async Task<DnsResponse> AskByTcpAsync(IPEndPoint server, byte[] buffer, int length, ushort id, DnsQuestion question, CancellationToken cancellationToken)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(server, cancellationToken);
        await using var stream = new NetworkStream(socket);
        BinaryPrimitives.WriteUInt16BigEndian(buffer, (ushort)length);
        await stream.WriteAsync(buffer.AsMemory(0, length + 2), cancellationToken);
        await ReadAsync(stream, buffer.AsMemory(0, 2), cancellationToken);
        length = BinaryPrimitives.ReadUInt16BigEndian(buffer);
        await ReadAsync(stream, buffer.AsMemory(0, length), cancellationToken);
        var response = DnsMessage.ReadResponse(buffer.AsSpan(0, length), id, question);
        return response.Truncated ? throw new DnsFormatException("a response that is cut short even by TCP") : response;
    }

    static async ValueTask ReadAsync(NetworkStream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken) < buffer.Length) throw new DnsFormatException("a response without end");
    }
}
