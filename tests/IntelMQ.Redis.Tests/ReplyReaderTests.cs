using System.Buffers;
using System.Globalization;
using System.Text;

namespace IntelMQ.Redis.Tests;

public sealed class ReplyReaderTests
{
    public static TheoryData<string, string> Replies => new()
    {
        { "+OK\r\n", "OK" },
        { "-ERR unknown command\r\n", "!ERR unknown command" },
        { ":-42\r\n", "-42" },
        { "$5\r\nhel\0o\r\n", "'hel\0o'" },
        { "$0\r\n\r\n", "''" },
        { "$-1\r\n", "nil" },
        { "*-1\r\n", "nil" },
        { "*0\r\n", "[]" },
        { "*3\r\n$3\r\nfoo\r\n:1\r\n*2\r\n+a\r\n$-1\r\n", "['foo' 1 [a nil]]" },
        { "_\r\n", "nil" },
        { "#t\r\n", "1" },
        { ",1.5\r\n", "1.5" },
        { "(3492890328409238509324850943850943825024385\r\n", "3492890328409238509324850943850943825024385" },
        { "!8\r\nERR a\r\nb\r\n", "!ERR a\r\nb" },
        { "=7\r\ntxt:abc\r\n", "'abc'" },
        { "%1\r\n+proto\r\n:3\r\n", "[proto 3]" },
        { "~2\r\n:1\r\n:2\r\n", "[1 2]" },
        { "|1\r\n+ttl\r\n:3600\r\n*1\r\n:7\r\n", "[7]" },
        { "*1\r\n|1\r\n+a\r\n+b\r\n:7\r\n", "[7]" },
    };

    [Theory]
    [MemberData(nameof(Replies))]
    public void A_reply_is_read_however_it_arrives(string wire, string expected)
    {
        var bytes = Encoding.Latin1.GetBytes(wire + "+next\r\n");
        for (var piece = 1; piece <= bytes.Length; piece++)
        {
            Assert.Equal([expected, "next"], Read(bytes, piece).Select(Show));
        }
    }

    [Theory]
    [InlineData("HTTP/1.1 400 Bad Request\r\n")]
    [InlineData("$nonsense\r\n")]
    [InlineData("$99999999999\r\n")]
    [InlineData("*99999999999\r\n")]
    [InlineData("$3\r\nabcd\r\n")]
    [InlineData("\r\n")]
    public void What_is_not_the_protocol_is_told(string wire) =>
        Assert.Throws<RedisConnectionException>(() => Read(Encoding.Latin1.GetBytes(wire), 1000));

    [Fact]
    public void Arrays_that_are_nested_without_end_are_refused() =>
        Assert.Throws<RedisConnectionException>(() => Read(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("*1\r\n", 100_000))), 1 << 20));

    static List<RedisReply> Read(byte[] bytes, int piece)
    {
        var reader = new ReplyReader();
        var replies = new List<RedisReply>();
        var pending = ReadOnlySequence<byte>.Empty;
        for (var start = 0; start < bytes.Length; start += piece)
        {
            // What was not used comes again with what has arrived since, as from a pipe.
            pending = new ReadOnlySequence<byte>([.. pending.ToArray(), .. bytes.AsSpan(start, Math.Min(piece, bytes.Length - start))]);
            while (reader.TryRead(ref pending, out var reply)) replies.Add(reply);
        }

        return replies;
    }

    static string Show(RedisReply reply) => reply.Kind switch
    {
        ReplyKind.Nil => "nil",
        ReplyKind.Error => "!" + reply.ErrorText,
        ReplyKind.Integer or ReplyKind.Boolean => reply.AsInteger().ToString(CultureInfo.InvariantCulture),
        ReplyKind.Bulk => $"'{reply.AsText()}'",
        ReplyKind.Array => $"[{string.Join(' ', reply.AsList().Select(Show))}]",
        _ => reply.AsText()!,
    };
}
