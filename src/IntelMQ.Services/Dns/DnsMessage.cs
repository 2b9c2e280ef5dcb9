using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace IntelMQ.Services;

/// <summary>Types of records that the resolver knows (RFC 1035 §3.2.2, RFC 3596).</summary>
enum DnsType : ushort
{
    A = 1,
    Cname = 5,
    Soa = 6,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Opt = 41,
}

/// <summary>What a server says about a question (RFC 1035 §4.1.1).</summary>
enum DnsResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,
    NameError = 3,
    NotImplemented = 4,
    Refused = 5,
}

/// <summary>One question: a name in lower case without final dot, and a type.</summary>
readonly record struct DnsQuestion(string Name, DnsType Type);

/// <summary>One record of an answer.</summary>
/// <param name="Name">Whose record it is, in lower case.</param>
/// <param name="Type">Its type.</param>
/// <param name="TimeToLive">Seconds for which it may be kept.</param>
/// <param name="Text">The name of a PTR or CNAME, the texts of a TXT joined, the minimum of a SOA.</param>
/// <param name="Address">The address of an A or AAAA.</param>
sealed record DnsRecord(string Name, DnsType Type, uint TimeToLive, string? Text, IPAddress? Address);

/// <summary>A response as far as the resolver needs it.</summary>
sealed record DnsResponse(DnsResponseCode Code, bool Truncated, IReadOnlyList<DnsRecord> Answers, IReadOnlyList<DnsRecord> Authority);

/// <summary>Thrown for a packet that is no response to the question: it is ignored, as if it had not come.</summary>
sealed class DnsFormatException(string message) : FormatException(message);

/// <summary>DNS messages (RFC 1035 §4) with the extension for larger ones (RFC 6891).</summary>
static class DnsMessage
{
    const int HeaderSize = 12;
    const int LongestLabel = 63;
    const int LongestName = 253;
    const ushort ClassIn = 1;

    /// <summary>What we can take by UDP: fits the usual path without fragments.</summary>
    public const ushort UdpSize = 1232;

    /// <summary>Room for every query.</summary>
    public const int LongestQuery = HeaderSize + LongestName + 2 + 4 + 11;

    /// <summary>Writes a query; returns its length.</summary>
    /// <exception cref="DnsFormatException">The name cannot be asked for.</exception>
    public static int WriteQuery(Span<byte> to, ushort id, DnsQuestion question, bool extended = true)
    {
        to[..HeaderSize].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(to, id);
        to[2] = 0x01; // Recursion desired.
        to[5] = 1; // One question,
        to[11] = extended ? (byte)1 : (byte)0; // and the EDNS record.
        var length = HeaderSize + WriteName(to[HeaderSize..], question.Name);
        BinaryPrimitives.WriteUInt16BigEndian(to[length..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(to[(length + 2)..], ClassIn);
        length += 4;
        if (!extended) return length;
        ReadOnlySpan<byte> edns = [0, 0, (byte)DnsType.Opt, UdpSize >> 8, UdpSize & 0xFF, 0, 0, 0, 0, 0, 0];
        edns.CopyTo(to[length..]);
        return length + edns.Length;
    }

    static int WriteName(Span<byte> to, string name)
    {
        if (name.Length > LongestName) throw new DnsFormatException($"The name is longer than {LongestName} characters.");
        var length = 0;
        if (name.Length > 0)
        {
            foreach (var range in name.AsSpan().Split('.'))
            {
                var label = name.AsSpan(range);
                if (label.Length is 0 or > LongestLabel) throw new DnsFormatException("A part of the name between dots is empty or longer than 63 characters.");
                if (!Ascii.IsValid(label)) throw new DnsFormatException("The name has characters that are not ASCII.");
                to[length] = (byte)label.Length;
                Encoding.ASCII.GetBytes(label, to[(length + 1)..]);
                length += 1 + label.Length;
            }
        }

        to[length] = 0;
        return length + 1;
    }

    /// <summary>Reads the response to a query.</summary>
    /// <exception cref="DnsFormatException">It is not one, or broken: the only exception, whatever the bytes are.</exception>
    public static DnsResponse ReadResponse(ReadOnlySpan<byte> message, ushort id, DnsQuestion question)
    {
        if (message.Length < HeaderSize) throw new DnsFormatException("shorter than a header");
        if (BinaryPrimitives.ReadUInt16BigEndian(message) != id) throw new DnsFormatException("another id");
        if ((message[2] & 0xF8) != 0x80) throw new DnsFormatException("no response to a query");
        var truncated = (message[2] & 0x02) != 0;
        var code = (DnsResponseCode)(message[3] & 0x0F);
        var reader = new Reader(message, HeaderSize);
        var questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        // A server that does not understand the query may leave the question out.
        if (questions == 0 && code is DnsResponseCode.FormatError or DnsResponseCode.NotImplemented) return new DnsResponse(code, truncated, [], []);
        if (questions != 1 || reader.Name() != question.Name || reader.UInt16() != (ushort)question.Type || reader.UInt16() != ClassIn) throw new DnsFormatException("another question");

        // A truncated message may end anywhere: it is asked for again by TCP.
        if (truncated) return new DnsResponse(code, true, [], []);
        var answers = Records(ref reader, BinaryPrimitives.ReadUInt16BigEndian(message[6..]));
        var authority = Records(ref reader, BinaryPrimitives.ReadUInt16BigEndian(message[8..]));
        return new DnsResponse(code, false, answers, authority);
    }

    static List<DnsRecord> Records(ref Reader reader, int count)
    {
        var records = new List<DnsRecord>(Math.Min(count, 16));
        for (var i = 0; i < count; i++)
        {
            var name = reader.Name();
            var type = (DnsType)reader.UInt16();
            var isIn = reader.UInt16() == ClassIn;
            var timeToLive = reader.UInt32();
            var length = reader.UInt16();
            var data = reader.Data(length);
            if (!isIn) continue;
            // RFC 2181 §8: a value with the highest bit set counts as zero.
            if (timeToLive > int.MaxValue) timeToLive = 0;
            if (Record(name, type, timeToLive, ref data, length) is { } record) records.Add(record);
        }

        return records;
    }

    static DnsRecord? Record(string name, DnsType type, uint timeToLive, ref Reader data, int length) => type switch
    {
        DnsType.A when length == 4 => new(name, type, timeToLive, null, new IPAddress(data.Bytes(4))),
        DnsType.Aaaa when length == 16 => new(name, type, timeToLive, null, new IPAddress(data.Bytes(16))),
        DnsType.A or DnsType.Aaaa => throw new DnsFormatException("an address of the wrong size"),
        DnsType.Ptr or DnsType.Cname => new(name, type, timeToLive, data.Name(), null),
        DnsType.Txt => new(name, type, timeToLive, data.Texts(), null),
        DnsType.Soa => new(name, type, Math.Min(timeToLive, SoaMinimum(ref data)), null, null),
        _ => null,
    };

    static uint SoaMinimum(ref Reader data)
    {
        data.Name();
        data.Name();
        data.Bytes(16);
        return data.UInt32();
    }

    /// <summary>A place in a message; names may point back from it to earlier ones.</summary>
    ref struct Reader(ReadOnlySpan<byte> message, int position, int end)
    {
        readonly ReadOnlySpan<byte> _message = message;
        readonly int _end = end;
        int _position = position;

        public Reader(ReadOnlySpan<byte> message, int position) : this(message, position, message.Length)
        {
        }

        public ReadOnlySpan<byte> Bytes(int count)
        {
            if (count > _end - _position) throw new DnsFormatException("it ends too early");
            var bytes = _message.Slice(_position, count);
            _position += count;
            return bytes;
        }

        public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(2));

        public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(4));

        /// <summary>The data of a record, for a reader that must not leave it but may point back into the message.</summary>
        public Reader Data(int length)
        {
            var start = _position;
            Bytes(length);
            return new Reader(_message, start, start + length);
        }

        /// <summary>The character strings of a TXT record, joined (RFC 1035 §3.3.14); bytes that are no UTF-8 are left out.</summary>
        public string Texts()
        {
            var text = new List<byte>(_end - _position);
            while (_position < _end)
            {
                var length = Bytes(1)[0];
                text.AddRange(Bytes(length));
            }

            return Sdk.Utf8Text.DecodeLenient([.. text]);
        }

        /// <summary>A name in lower case without final dot.</summary>
        public string Name()
        {
            Span<byte> name = stackalloc byte[LongestName + 2];
            var length = 0;
            var at = _position;
            // Each pointer must lead further back than all before it, so that they come to an end.
            var earliest = _position;
            var jumped = false;
            while (true)
            {
                var limit = jumped ? _message.Length : _end;
                if (at >= limit) throw new DnsFormatException("a name without end");
                var size = _message[at++];
                if (size == 0) break;
                if (size >= 0xC0)
                {
                    if (at >= limit) throw new DnsFormatException("half a pointer");
                    var target = ((size & 0x3F) << 8) | _message[at++];
                    if (!jumped) _position = at;
                    jumped = true;
                    if (target >= earliest) throw new DnsFormatException("a pointer that does not lead back");
                    at = earliest = target;
                    continue;
                }

                if (size > LongestLabel) throw new DnsFormatException("a label of unknown kind");
                if (size > limit - at) throw new DnsFormatException("a label without end");
                if (length + size + 1 > LongestName + 1) throw new DnsFormatException("a name that is too long");
                if (length > 0) name[length++] = (byte)'.';
                AddLabel(_message.Slice(at, size), name[length..]);
                length += size;
                at += size;
            }

            if (!jumped) _position = at;
            return Encoding.Latin1.GetString(name[..length]);
        }

        static void AddLabel(ReadOnlySpan<byte> label, Span<byte> to)
        {
            for (var i = 0; i < label.Length; i++)
            {
                // A dot within a label would look like two labels; no host has such a name.
                if (label[i] == (byte)'.') throw new DnsFormatException("a label with a dot");
                to[i] = label[i] is >= (byte)'A' and <= (byte)'Z' ? (byte)(label[i] + 32) : label[i];
            }
        }
    }
}
