using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace IntelMQ.Redis;

/// <summary>
/// Makes answers out of the bytes of RESP2 and RESP3 (redis.io/docs/reference/protocol-spec). Keeps what it has of an
/// unfinished answer, so that a large one is neither read twice nor held in the buffers of the connection.
/// </summary>
sealed class ReplyReader
{
    /// <summary>What servers allow for one string, see <c>proto-max-bulk-len</c>; more is no answer but garbage.</summary>
    const long MostBytes = 512L << 20;
    const int MostItems = 64 << 20;
    const int MostDepth = 32;

    /// <summary>Longer lines are no header of anything.</summary>
    const int MostLine = 64 << 10;

    readonly Stack<Parts> _open = new();
    byte[]? _bulk;
    byte _bulkType;
    int _filled;

    /// <summary>An array that is not complete.</summary>
    sealed class Parts(byte type, int count)
    {
        public byte Type => type;

        /// <summary>Grows with what has come, so that a wrong number in a header takes no memory.</summary>
        public List<RedisReply> Items { get; } = new(Math.Min(count, 4096));

        public bool IsComplete => Items.Count == count;
    }

    /// <summary>Reads on. What was used is cut off the buffer, also when the answer is not complete.</summary>
    /// <exception cref="RedisConnectionException">This is not the protocol.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, out RedisReply reply)
    {
        while (TryReadPart(ref buffer, out reply, out var opened))
        {
            if (opened) continue;
            if (Close(ref reply)) return true;
        }

        return false;
    }

    /// <summary>Puts a part into what it belongs to.</summary>
    /// <returns>Whether the whole is complete; the reply is the whole then.</returns>
    bool Close(ref RedisReply reply)
    {
        while (_open.TryPeek(out var parent))
        {
            parent.Items.Add(reply);
            if (!parent.IsComplete) return false;
            _open.Pop();
            // Attributes are remarks on the answer that follows them.
            if (parent.Type == (byte)'|') return false;
            reply = RedisReply.Array([.. parent.Items], parent.Type == (byte)'>');
        }

        return true;
    }

    bool TryReadPart(ref ReadOnlySequence<byte> buffer, out RedisReply reply, out bool opened)
    {
        opened = false;
        if (_bulk is not null) return TryFill(ref buffer, out reply);
        reply = default;
        if (!TryReadLine(ref buffer, out var line)) return false;
        if (line.Length == 0) throw Garbage("an empty line");

        var rest = line.AsSpan(1);
        switch (line[0])
        {
            case (byte)'+':
                reply = RedisReply.Status(Encoding.UTF8.GetString(rest));
                return true;
            case (byte)'-':
                reply = RedisReply.Error(Encoding.UTF8.GetString(rest));
                return true;
            case (byte)':':
                reply = RedisReply.OfInteger(Number(rest, long.MinValue, long.MaxValue));
                return true;
            case (byte)'_':
                return true;
            case (byte)'#':
                reply = RedisReply.OfBoolean(rest is [(byte)'t']);
                return true;
            case (byte)',' or (byte)'(':
                reply = RedisReply.Number(Encoding.UTF8.GetString(rest));
                return true;
            case (byte)'$' or (byte)'=' or (byte)'!':
                return BeginBulk(line[0], rest) ? TryFill(ref buffer, out reply) : true;
            case (byte)'*' or (byte)'~' or (byte)'%' or (byte)'>' or (byte)'|':
                opened = BeginParts(line[0], rest, ref reply);
                return true;
            default:
                throw Garbage($"a line that begins with byte {line[0]}");
        }
    }

    /// <returns>False for the nil of RESP2.</returns>
    bool BeginBulk(byte type, ReadOnlySpan<byte> length)
    {
        var size = Number(length, -1, MostBytes);
        if (size < 0) return false;
        (_bulk, _bulkType, _filled) = (new byte[size], type, 0);
        return true;
    }

    /// <returns>Whether parts follow: an array may be nil or empty.</returns>
    bool BeginParts(byte type, ReadOnlySpan<byte> length, ref RedisReply reply)
    {
        var count = (int)Number(length, -1, MostItems);
        if (type is (byte)'%' or (byte)'|') count *= 2;
        if (count < 0) return false;
        if (count == 0)
        {
            if (type == (byte)'|') return true;
            reply = RedisReply.Array([], type == (byte)'>');
            return false;
        }

        if (_open.Count == MostDepth) throw Garbage("arrays that are nested too deeply");
        _open.Push(new Parts(type, count));
        return true;
    }

    bool TryFill(ref ReadOnlySequence<byte> buffer, out RedisReply reply)
    {
        reply = default;
        var bulk = _bulk!;
        var available = (int)Math.Min(buffer.Length, bulk.Length - _filled);
        buffer.Slice(0, available).CopyTo(bulk.AsSpan(_filled));
        buffer = buffer.Slice(available);
        _filled += available;
        if (_filled < bulk.Length || buffer.Length < 2) return false;

        Span<byte> end = stackalloc byte[2];
        buffer.Slice(0, 2).CopyTo(end);
        if (!end.SequenceEqual("\r\n"u8)) throw Garbage("a string that is longer than announced");
        buffer = buffer.Slice(2);
        _bulk = null;
        reply = _bulkType switch
        {
            (byte)'!' => RedisReply.Error(Encoding.UTF8.GetString(bulk)),
            // A verbatim string has its form in front: "txt:".
            (byte)'=' when bulk.Length >= 4 => RedisReply.Bulk(bulk[4..]),
            _ => RedisReply.Bulk(bulk),
        };
        return true;
    }

    static bool TryReadLine(ref ReadOnlySequence<byte> buffer, out byte[] line)
    {
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> found, "\r\n"u8))
        {
            if (buffer.Length > MostLine) throw Garbage("a line without an end");
            line = [];
            return false;
        }

        line = found.ToArray();
        buffer = buffer.Slice(reader.Position);
        return true;
    }

    static long Number(ReadOnlySpan<byte> text, long least, long most) =>
        Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length && value >= least && value <= most
            ? value
            : throw Garbage($"'{Encoding.UTF8.GetString(text)}' where a number was expected");

    static RedisConnectionException Garbage(string what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"What answers does not speak the protocol of Redis: it sends {what}.")) { MayHaveHappened = true };
}
