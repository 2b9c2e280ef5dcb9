using System.Buffers.Binary;

namespace IntelMQ.Bots.Experts.AsnLookup;

/// <summary>Reads dumps of routing tables in the MRT format: records TABLE_DUMP_V2 of RFC 6396, also with path identifiers (RFC 8050).</summary>
static class MrtReader
{
    const int HeaderSize = 12, TableDumpV2 = 13;
    const int RibIpv4 = 2, RibIpv6 = 4, RibIpv4AddPath = 8, RibIpv6AddPath = 10;
    const int AsPath = 2, ExtendedLength = 0x10, Sequence = 2;
    const int MostRecordBytes = 64 << 20;

    /// <summary>The prefixes in the order of the dump, each with the autonomous system that announces it on the first path that names one.</summary>
    /// <exception cref="InvalidDataException">The data are broken.</exception>
    public static IEnumerable<KeyValuePair<string, uint>> Routes(Stream dump)
    {
        var header = new byte[HeaderSize];
        var buffer = new byte[64 * 1024];
        while (dump.ReadAtLeast(header, HeaderSize, throwOnEndOfStream: false) is var read && read > 0)
        {
            if (read < HeaderSize) throw Broken();
            var length = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(8));
            if (length > MostRecordBytes) throw Broken();
            if (buffer.Length < length) buffer = new byte[length];
            if (dump.ReadAtLeast(buffer.AsSpan(0, (int)length), (int)length, throwOnEndOfStream: false) < length) throw Broken();

            var subtype = BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(6));
            if (BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(4)) != TableDumpV2 || subtype is not (RibIpv4 or RibIpv6 or RibIpv4AddPath or RibIpv6AddPath)) continue;
            if (RouteOf(buffer.AsSpan(0, (int)length), subtype) is { } route) yield return route;
        }
    }

    static KeyValuePair<string, uint>? RouteOf(ReadOnlySpan<byte> record, int subtype)
    {
        var isV4 = subtype is RibIpv4 or RibIpv4AddPath;
        var rest = new Bytes(record);
        rest.Take(4);
        var prefix = rest.Take(1)[0];
        if (prefix > (isV4 ? 32 : 128)) throw Broken();
        Span<byte> address = stackalloc byte[16];
        address.Clear();
        rest.Take((prefix + 7) / 8).CopyTo(address);

        for (var entries = rest.TakeUInt16(); entries > 0; entries--)
        {
            rest.Take(subtype is RibIpv4AddPath or RibIpv6AddPath ? 10 : 6);
            // The default route says nothing about who has an address.
            if (OriginOf(rest.Take(rest.TakeUInt16())) is not { } origin || prefix == 0) continue;
            var number = isV4 ? BinaryPrimitives.ReadUInt32BigEndian(address) : BinaryPrimitives.ReadUInt128BigEndian(address);
            return new($"{IpText.Format(number, isV4 ? 4 : 6)}/{prefix}", origin);
        }

        return null;
    }

    static uint? OriginOf(ReadOnlySpan<byte> attributes)
    {
        var rest = new Bytes(attributes);
        while (!rest.IsAtEnd)
        {
            var head = rest.Take(2);
            var value = rest.Take((head[0] & ExtendedLength) != 0 ? rest.TakeUInt16() : rest.Take(1)[0]);
            if (head[1] == AsPath) return LastOf(value);
        }

        return null;
    }

    /// <summary>The last number of a path; null where it ends in a set of several.</summary>
    static uint? LastOf(ReadOnlySpan<byte> path)
    {
        uint? last = null;
        var rest = new Bytes(path);
        while (!rest.IsAtEnd)
        {
            var head = rest.Take(2);
            var numbers = rest.Take(4 * head[1]);
            last = (head[0] == Sequence || head[1] == 1) && head[1] > 0 && BinaryPrimitives.ReadUInt32BigEndian(numbers[^4..]) is > 0 and var number ? number : null;
        }

        return last;
    }

    static InvalidDataException Broken() => new("The routing table is broken; expected records in the MRT format.");

    ref struct Bytes(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> _rest = bytes;

        public readonly bool IsAtEnd => _rest.IsEmpty;

        public ReadOnlySpan<byte> Take(int count)
        {
            if (count > _rest.Length) throw Broken();
            var taken = _rest[..count];
            _rest = _rest[count..];
            return taken;
        }

        public ushort TakeUInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));
    }
}
