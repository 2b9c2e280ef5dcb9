using System.Net;
using System.Net.Sockets;

namespace IntelMQ.Bots.Collectors.Tcp;

/// <summary>Takes messages that TCP outputs of other installations send.</summary>
/// <remarks>
/// A message is its length (four bytes, the highest first) and its bytes. The answer <c>Ok</c> goes out when the report is safe, so
/// a sender that repeats what was not answered loses nothing. At the end of its messages a sender is told <c>End</c>. What one
/// sender sends stays in its order.
/// </remarks>
[Bot("intelmq.bots.collectors.tcp.collector")]
public sealed class TcpCollector(TcpCollectorOptions options) : Collector
{
    readonly ReportInbox _inbox = new();
    ConnectionListener? _listener;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        var socket = ListeningSocket.On(new IPEndPoint(await AddressAsync(cancellationToken), options.Port));
        _listener = new(socket, Context, _inbox, TakeAsync);
    }

    async ValueTask<IPAddress> AddressAsync(CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(options.Ip, out var address)) return address;
        try
        {
            return (await System.Net.Dns.GetHostAddressesAsync(options.Ip, AddressFamily.InterNetwork, cancellationToken))[0];
        }
        catch (Exception e) when (e is SocketException or IndexOutOfRangeException or ArgumentException)
        {
            throw new ConfigurationException($"ip: '{options.Ip}' is neither an address nor the name of one of this machine.", e);
        }
    }

    /// <inheritdoc />
    protected override IAsyncEnumerable<Report> CollectAsync(CancellationToken cancellationToken) => _inbox.ReadAllAsync(cancellationToken);

    async Task TakeAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        while (await ReadAsync(stream, cancellationToken) is { } message)
        {
            if (message.Length > 0) await _inbox.PutAsync(NewReport(message), cancellationToken);
            await stream.WriteAsync("Ok"u8.ToArray(), cancellationToken);
        }

        await stream.WriteAsync("End"u8.ToArray(), cancellationToken);
    }

    /// <summary>The next message; null at the end.</summary>
    async Task<byte[]?> ReadAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var header = new byte[4];
        var read = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken);
        if (read == 0) return null;
        var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length > options.MostBytes) throw new IOException($"A message of {length} bytes was announced; at most {options.MostBytes} are taken.");
        try
        {
            if (read < header.Length) throw new EndOfStreamException("It was closed in the middle of a message.");
            return await ReadBodyAsync(stream, (int)length, cancellationToken);
        }
        catch (EndOfStreamException)
        {
            await stream.WriteAsync("Incomplete message"u8.ToArray(), cancellationToken);
            throw;
        }
    }

    // Memory is taken as bytes come, not as they are announced.
    static async Task<byte[]> ReadBodyAsync(NetworkStream stream, int length, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        var buffer = new byte[Math.Min(length, 64 * 1024)];
        while (body.Length < length)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(buffer.Length, length - body.Length));
            await stream.ReadExactlyAsync(part, cancellationToken);
            body.Write(part.Span);
        }

        return body.ToArray();
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_listener is not null) await _listener.DisposeAsync();
        _listener = null;
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="TcpCollector"/>.</summary>
public sealed record TcpCollectorOptions : BotOptions
{
    /// <summary>The address of this machine to listen on, or its name.</summary>
    public required string Ip { get; init; }

    /// <summary>The port.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 65535)]
    public required int Port { get; init; }

    /// <summary>How large a message may be, in bytes.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, int.MaxValue)]
    public int MostBytes { get; init; } = 256 * 1024 * 1024;
}
