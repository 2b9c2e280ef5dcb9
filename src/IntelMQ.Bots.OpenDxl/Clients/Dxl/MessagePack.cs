using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace IntelMQ.Bots.Clients.Dxl;

/// <summary>Writes values of MessagePack, in the form before version 2013, which all DXL brokers read.</summary>
sealed class MessagePackWriter
{
    readonly ArrayBufferWriter<byte> _to = new(1024);

    public byte[] Written => _to.WrittenSpan.ToArray();

    public MessagePackWriter Number(long value)
    {
        if (value is >= 0 and < 0x80)
        {
            _to.Write([(byte)value]);
            return this;
        }

        _to.Write([(byte)0xd3]);
        BinaryPrimitives.WriteInt64BigEndian(_to.GetSpan(8), value);
        _to.Advance(8);
        return this;
    }

    public MessagePackWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value));

    public MessagePackWriter Bytes(ReadOnlySpan<byte> value)
    {
        Head(value.Length, small: 0xa0, smallMost: 31, medium: 0xda, large: 0xdb);
        _to.Write(value);
        return this;
    }

    public MessagePackWriter Texts(IReadOnlyList<string> values)
    {
        Head(values.Count, small: 0x90, smallMost: 15, medium: 0xdc, large: 0xdd);
        foreach (var value in values) Text(value);
        return this;
    }

    void Head(int count, byte small, int smallMost, byte medium, byte large)
    {
        if (count <= smallMost)
        {
            _to.Write([(byte)(small | count)]);
        }
        else if (count <= ushort.MaxValue)
        {
            _to.Write([medium, (byte)(count >> 8), (byte)count]);
        }
        else
        {
            _to.Write([large]);
            BinaryPrimitives.WriteInt32BigEndian(_to.GetSpan(4), count);
            _to.Advance(4);
        }
    }
}

/// <summary>Reads values of MessagePack one after the other.</summary>
/// <exception cref="InvalidDataException">A value is not of the type that is asked for, or cut off.</exception>
ref struct MessagePackReader(ReadOnlySpan<byte> from)
{
    ReadOnlySpan<byte> _rest = from;

    public long Number()
    {
        var type = Take(1)[0];
        return type switch
        {
            < 0x80 => type,
            >= 0xe0 => (sbyte)type,
            0xcc => Take(1)[0],
            0xcd => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xce => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            0xcf => (long)BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
            0xd0 => (sbyte)Take(1)[0],
            0xd1 => BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            0xd2 => BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            0xd3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            _ => throw Wrong(type, "a number"),
        };
    }

    /// <summary>A text, or an empty one where there is none.</summary>
    public string Text() => Encoding.UTF8.GetString(Bytes());

    public ReadOnlySpan<byte> Bytes()
    {
        var type = Take(1)[0];
        return type switch
        {
            >= 0xa0 and <= 0xbf => Take(type & 0x1f),
            0xc0 => [],
            0xd9 or 0xc4 => Take(Take(1)[0]),
            0xda or 0xc5 => Take(BinaryPrimitives.ReadUInt16BigEndian(Take(2))),
            0xdb or 0xc6 => Take(BinaryPrimitives.ReadUInt32BigEndian(Take(4))),
            _ => throw Wrong(type, "a text or bytes"),
        };
    }

    public List<string> Texts()
    {
        var type = Take(1)[0];
        long count = type switch
        {
            >= 0x90 and <= 0x9f => type & 0x0f,
            0xc0 => 0,
            0xdc => BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xdd => BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            _ => throw Wrong(type, "a list"),
        };
        // Each has one byte at the least; whoever claims more has no memory taken for it.
        if (count > _rest.Length) throw CutOff(count);
        var texts = new List<string>((int)count);
        for (var i = 0; i < count; i++) texts.Add(Text());
        return texts;
    }

    ReadOnlySpan<byte> Take(long count)
    {
        if (count > _rest.Length) throw CutOff(count);
        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    readonly InvalidDataException CutOff(long count) => new($"A DXL message is cut off: {count} bytes are expected, {_rest.Length} are left.");

    static InvalidDataException Wrong(byte type, string expected) => new($"A DXL message has a value of type 0x{type:x2} where {expected} is expected.");
}
