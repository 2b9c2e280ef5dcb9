using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace IntelMQ.Redis;

/// <summary>What kind of answer it is.</summary>
public enum ReplyKind
{
    Nil,
    Status,
    Error,
    Integer,

    /// <summary>Bytes.</summary>
    Bulk,

    /// <summary>An array or a set; a map is one too, keys and values in turn.</summary>
    Array,

    /// <summary>A number with fractions or of any size, as text.</summary>
    Number,
    Boolean,

    /// <summary>Something that the server says unasked.</summary>
    Push,
}

/// <summary>One answer of a server.</summary>
[SuppressMessage("Performance", "CA1815", Justification = "Answers are read, not compared.")]
public readonly struct RedisReply
{
    readonly object? _content;
    readonly long _integer;

    RedisReply(ReplyKind kind, object? content, long integer = 0) => (Kind, _content, _integer) = (kind, content, integer);

    public ReplyKind Kind { get; }

    public bool IsNil => Kind == ReplyKind.Nil;

    public bool IsError => Kind == ReplyKind.Error;

    /// <summary>The text of an error, with its code in front; empty if it is none.</summary>
    public string ErrorText => Kind == ReplyKind.Error ? (string)_content! : "";

    /// <exception cref="RedisErrorException">The server answers with an error, or with something else.</exception>
    public long AsInteger() => Kind is ReplyKind.Integer or ReplyKind.Boolean ? _integer : throw Unexpected("a number");

    /// <summary>The bytes; null for nil.</summary>
    /// <exception cref="RedisErrorException">The server answers with an error, or with something else.</exception>
    public byte[]? AsBytes() => Kind switch
    {
        ReplyKind.Bulk => (byte[])_content!,
        ReplyKind.Nil => null,
        ReplyKind.Status or ReplyKind.Number => Encoding.UTF8.GetBytes((string)_content!),
        _ => throw Unexpected("bytes"),
    };

    /// <summary>The answer as text; null for nil.</summary>
    /// <exception cref="RedisErrorException">The server answers with an error, or with something else.</exception>
    public string? AsText() => Kind switch
    {
        ReplyKind.Status or ReplyKind.Number => (string)_content!,
        ReplyKind.Bulk => Encoding.UTF8.GetString((byte[])_content!),
        ReplyKind.Nil => null,
        _ => throw Unexpected("a text"),
    };

    /// <summary>The parts; none for nil.</summary>
    /// <exception cref="RedisErrorException">The server answers with an error, or with something else.</exception>
    public IReadOnlyList<RedisReply> AsList() => Kind switch
    {
        ReplyKind.Array or ReplyKind.Push => (RedisReply[])_content!,
        ReplyKind.Nil => [],
        _ => throw Unexpected("a list"),
    };

    internal static RedisReply Nil => default;

    internal static RedisReply Status(string text) => new(ReplyKind.Status, text);

    internal static RedisReply Error(string text) => new(ReplyKind.Error, text);

    internal static RedisReply OfInteger(long value) => new(ReplyKind.Integer, null, value);

    internal static RedisReply OfBoolean(bool value) => new(ReplyKind.Boolean, null, value ? 1 : 0);

    internal static RedisReply Number(string text) => new(ReplyKind.Number, text);

    internal static RedisReply Bulk(byte[] bytes) => new(ReplyKind.Bulk, bytes);

    internal static RedisReply Array(RedisReply[] items, bool isPush) => new(isPush ? ReplyKind.Push : ReplyKind.Array, items);

    /// <summary>Throws if the answer is an error.</summary>
    /// <exception cref="RedisErrorException">It is.</exception>
    public void ThrowIfError()
    {
        if (IsError) throw new RedisErrorException(ErrorText);
    }

    RedisErrorException Unexpected(string wanted) => new(IsError ? ErrorText : $"ERR the server answers with {Kind} where {wanted} was expected");
}

/// <summary>The server refuses what was asked. The connection is good.</summary>
public sealed class RedisErrorException(string text) : Exception(text)
{
    /// <summary>The first word of the text: <c>NOAUTH</c>, <c>OOM</c>, <c>ERR</c>.</summary>
    public string Code => Message.Split(' ', 2)[0];
}

/// <summary>The server cannot be reached, or the connection was lost.</summary>
public sealed class RedisConnectionException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>The server may have received the commands, so that it is not known whether it has obeyed.</summary>
    public bool MayHaveHappened { get; init; }
}
