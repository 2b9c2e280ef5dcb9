using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace IntelMQ.Bots.Tests.Experts;

/// <summary>Makes databases in the MaxMind DB file format 2.0.</summary>
sealed class MmdbWriter
{
    const int None = -1;

    readonly List<int[]> _nodes = [[None, None]];
    readonly MemoryStream _records = new();

    public int RecordSize { get; init; } = 28;

    public int IpVersion { get; init; } = 6;

    /// <summary>What the metadata say otherwise, or more.</summary>
    public Dictionary<string, object> Metadata { get; } = [];

    /// <summary>Bytes of the records so far: where the next one will be.</summary>
    public uint RecordBytes => (uint)_records.Length;

    /// <summary>A value that stands elsewhere among the records, by a pointer with that many bytes behind the first.</summary>
    public sealed record Pointer(uint At, int Bytes);

    /// <summary>Bytes that are written as they are.</summary>
    public sealed record AsIs(byte[] Bytes);

    /// <summary>Writes a value that no network has.</summary>
    public uint Write(object value)
    {
        var at = RecordBytes;
        Encode(_records, value);
        return at;
    }

    public MmdbWriter Add(string network, object record)
    {
        var slash = network.IndexOf('/', StringComparison.Ordinal);
        Assert.True(IpText.TryParse(network.AsSpan(0, slash), out var number, out var version));
        var isBelow = version == 4 && IpVersion == 6;
        var bits = int.Parse(network.AsSpan(slash + 1), CultureInfo.InvariantCulture) + (isBelow ? 96 : 0);
        var last = IpVersion == 6 ? 127 : 31;
        var node = 0;
        for (var i = 0; i < bits - 1; i++)
        {
            ref var next = ref _nodes[node][(int)(number >> (last - i) & 1)];
            if (next == None)
            {
                next = _nodes.Count;
                _nodes.Add([None, None]);
            }

            node = next;
        }

        // Below the number for nothing, so that no node has it.
        _nodes[node][(int)(number >> (last - bits + 1) & 1)] = None - 1 - (int)Write(record);
        return this;
    }

    public byte[] ToBytes()
    {
        using var file = new MemoryStream();
        foreach (var node in _nodes) Node(file, Record(node[0]), Record(node[1]));
        file.Write(new byte[16]);
        _records.WriteTo(file);
        file.Write([0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8]);
        var metadata = new Dictionary<string, object>
        {
            ["node_count"] = (uint)_nodes.Count,
            ["record_size"] = (ushort)RecordSize,
            ["ip_version"] = (ushort)IpVersion,
            ["database_type"] = "Test-City",
            ["languages"] = new List<object> { "en" },
            ["binary_format_major_version"] = (ushort)2,
            ["binary_format_minor_version"] = (ushort)0,
            ["build_epoch"] = 1UL,
            ["description"] = new Dictionary<string, object> { ["en"] = "A test" },
        };
        foreach (var (name, value) in Metadata) metadata[name] = value;
        Encode(file, metadata);
        return file.ToArray();
    }

    uint Record(int to) => (uint)(to >= 0 ? to : to == None ? _nodes.Count : _nodes.Count + 16 + (None - 1 - to));

    void Node(MemoryStream file, uint left, uint right)
    {
        var bytes = new byte[8];
        switch (RecordSize)
        {
            case 24:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, left << 8);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(3), right << 8);
                file.Write(bytes.AsSpan(0, 6));
                break;
            case 28:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, left << 8);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(3), right);
                bytes[3] |= (byte)(left >> 24 << 4);
                file.Write(bytes.AsSpan(0, 7));
                break;
            default:
                BinaryPrimitives.WriteUInt32BigEndian(bytes, left);
                BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), right);
                file.Write(bytes);
                break;
        }
    }

    static void Encode(MemoryStream to, object value)
    {
        switch (value)
        {
            case AsIs { Bytes: var bytes }:
                to.Write(bytes);
                break;
            case Pointer pointer:
                Encode(to, pointer);
                break;
            case Dictionary<string, object> map:
                Head(to, 7, map.Count);
                foreach (var (name, below) in map)
                {
                    Encode(to, name);
                    Encode(to, below);
                }

                break;
            case List<object> list:
                Head(to, 11, list.Count);
                foreach (var below in list) Encode(to, below);
                break;
            case bool boolean:
                Head(to, 14, boolean ? 1 : 0);
                break;
            default:
                var (type, content) = Plain(value);
                Head(to, type, content.Length);
                to.Write(content);
                break;
        }
    }

    static (int Type, byte[] Content) Plain(object value) => value switch
    {
        string text => (2, Encoding.UTF8.GetBytes(text)),
        double number => (3, Bytes(8, to => BinaryPrimitives.WriteDoubleBigEndian(to, number))),
        float number => (15, Bytes(4, to => BinaryPrimitives.WriteSingleBigEndian(to, number))),
        byte[] bytes => (4, bytes),
        ushort number => (5, Short(number)),
        uint number => (6, Short(number)),
        int number => (8, Short((uint)number)),
        ulong number => (9, Short(number)),
        UInt128 number => (10, Short(number)),
        _ => throw new ArgumentException($"There is no {value.GetType()} in a database.", nameof(value)),
    };

    static byte[] Bytes(int size, Action<byte[]> write)
    {
        var bytes = new byte[size];
        write(bytes);
        return bytes;
    }

    static byte[] Short(UInt128 number) => [.. Bytes(16, to => BinaryPrimitives.WriteUInt128BigEndian(to, number)).SkipWhile(static one => one == 0)];

    static void Encode(MemoryStream to, Pointer pointer)
    {
        var rest = pointer.At - pointer.Bytes switch { 2 => 2048u, 3 => 526_336u, _ => 0u };
        var bytes = Bytes(4, four => BinaryPrimitives.WriteUInt32BigEndian(four, rest));
        var first = pointer.Bytes == 4 ? 0 : (int)(rest >> (8 * pointer.Bytes));
        to.WriteByte((byte)(1 << 5 | (pointer.Bytes - 1) << 3 | first));
        to.Write(bytes.AsSpan(4 - pointer.Bytes));
    }

    static void Head(MemoryStream to, int type, int size)
    {
        var (bits, rest, count) = size switch
        {
            < 29 => (size, 0, 0),
            < 285 => (29, size - 29, 1),
            < 65_821 => (30, size - 285, 2),
            _ => (31, size - 65_821, 3),
        };
        to.WriteByte((byte)((type < 8 ? type << 5 : 0) | bits));
        if (type >= 8) to.WriteByte((byte)(type - 7));
        to.Write(Bytes(4, four => BinaryPrimitives.WriteInt32BigEndian(four, rest)).AsSpan(4 - count));
    }
}
