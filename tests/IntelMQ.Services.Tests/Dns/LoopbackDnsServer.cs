using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace IntelMQ.Services.Tests;

/// <summary>A name server on loopback that answers by UDP and TCP with what the test gives it.</summary>
sealed class LoopbackDnsServer : IAsyncDisposable
{
    readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    readonly TcpListener _tcp;
    readonly CancellationTokenSource _stop = new();
    readonly Task _loops;

    /// <summary>Makes the packets that answer a query; more than one is sent in order.</summary>
    readonly Func<DnsQuery, IEnumerable<byte[]>> _answer;

    public LoopbackDnsServer(Func<DnsQuery, IEnumerable<byte[]>> answer)
    {
        _answer = answer;
        _udp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        EndPoint = (IPEndPoint)_udp.LocalEndPoint!;
        _tcp = new TcpListener(EndPoint);
        _tcp.Start();
        _loops = Task.WhenAll(ServeUdpAsync(), ServeTcpAsync());
    }

    public LoopbackDnsServer(Func<DnsQuery, byte[]> answer) : this(query => [answer(query)])
    {
    }

    public IPEndPoint EndPoint { get; }

    public ConcurrentQueue<DnsQuery> Queries { get; } = [];

    async Task ServeUdpAsync()
    {
        var buffer = new byte[65535];
        try
        {
            while (true)
            {
                var received = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), _stop.Token);
                var query = Read(buffer.AsSpan(0, received.ReceivedBytes), byTcp: false, ((IPEndPoint)received.RemoteEndPoint).Port);
                foreach (var packet in _answer(query)) await _udp.SendToAsync(packet, received.RemoteEndPoint, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptTcpClientAsync(_stop.Token);
                await using var stream = client.GetStream();
                var length = new byte[2];
                await stream.ReadExactlyAsync(length, _stop.Token);
                var buffer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(buffer, _stop.Token);
                foreach (var packet in _answer(Read(buffer, byTcp: true, 0)))
                {
                    BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)packet.Length);
                    await stream.WriteAsync(length, _stop.Token);
                    await stream.WriteAsync(packet, _stop.Token);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    DnsQuery Read(ReadOnlySpan<byte> bytes, bool byTcp, int port)
    {
        var labels = new List<string>();
        var at = 12;
        while (bytes[at] != 0)
        {
            labels.Add(Encoding.ASCII.GetString(bytes.Slice(at + 1, bytes[at])));
            at += 1 + bytes[at];
        }

        var query = new DnsQuery(BinaryPrimitives.ReadUInt16BigEndian(bytes), string.Join('.', labels), BinaryPrimitives.ReadUInt16BigEndian(bytes[(at + 1)..]), bytes[11] == 1, byTcp, port);
        Queries.Enqueue(query);
        return query;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loops;
        _udp.Dispose();
        _tcp.Dispose();
        _stop.Dispose();
    }
}

sealed record DnsQuery(ushort Id, string Name, ushort Type, bool Extended, bool ByTcp, int Port)
{
    /// <summary>A response to this query.</summary>
    public DnsPacket Respond(int code = 0) => new(this, code);
}

/// <summary>Writes a response, plainly and without compression unless asked for.</summary>
sealed class DnsPacket
{
    readonly List<byte> _bytes = [];

    public DnsPacket(DnsQuery query, int code)
    {
        UInt16(query.Id);
        UInt16((ushort)(0x8180 | code));
        UInt16(1);
        UInt16(0);
        UInt16(0);
        UInt16(0);
        Name(query.Name);
        UInt16(query.Type);
        UInt16(1);
    }

    public DnsPacket Truncated() => Patch(2, b => (byte)(b | 2));

    public DnsPacket Patch(int at, Func<byte, byte> change)
    {
        _bytes[at] = change(_bytes[at]);
        return this;
    }

    public DnsPacket Answer(string name, int type, byte[] data, uint timeToLive = 300) => Record(7, name, type, data, timeToLive);

    public DnsPacket Authority(string name, int type, byte[] data, uint timeToLive = 300) => Record(9, name, type, data, timeToLive);

    DnsPacket Record(int counter, string name, int type, byte[] data, uint timeToLive)
    {
        Patch(counter, b => (byte)(b + 1));
        Name(name);
        UInt16((ushort)type);
        UInt16(1);
        UInt16((ushort)(timeToLive >> 16));
        UInt16((ushort)timeToLive);
        UInt16((ushort)data.Length);
        _bytes.AddRange(data);
        return this;
    }

    void Name(string name) => _bytes.AddRange(EncodeName(name));

    void UInt16(ushort value)
    {
        _bytes.Add((byte)(value >> 8));
        _bytes.Add((byte)value);
    }

    /// <summary>A name as bytes; <c>@12</c> stands for a pointer to that place.</summary>
    public static byte[] EncodeName(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            if (label[0] == '@')
            {
                var target = int.Parse(label[1..]);
                return [.. bytes, (byte)(0xC0 | (target >> 8)), (byte)target];
            }

            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        return [.. bytes, 0];
    }

    /// <summary>The data of a TXT record.</summary>
    public static byte[] Texts(params string[] texts) => [.. texts.SelectMany(t => Encoding.UTF8.GetBytes(t).Prepend((byte)Encoding.UTF8.GetByteCount(t)))];

    /// <summary>The data of a SOA record with this minimum.</summary>
    public static byte[] Soa(uint minimum) => [.. EncodeName("ns.example"), .. EncodeName("host.example"), .. new byte[16], (byte)(minimum >> 24), (byte)(minimum >> 16), (byte)(minimum >> 8), (byte)minimum];

    public byte[] ToArray() => [.. _bytes];
}
