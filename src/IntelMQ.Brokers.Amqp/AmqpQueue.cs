using System.Security.Cryptography;
using System.Text;
using IntelMQ.Brokers.Holding;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Amqp;

/// <summary>What is known of a queue without asking the server.</summary>
sealed class AmqpQueue(string name)
{
    /// <summary>What AMQP allows a name, in bytes of UTF-8.</summary>
    const int LongestName = 255;

    const int KeptOfLongName = 150;

    public string Name => name;

    /// <summary>Its name in the server: the same, as in the original, unless a server cannot have it.</summary>
    public string ServerName { get; } = ServerNameOf(name);

    public QueueLimits Limits { get; set; }

    public MessageSizes Sizes { get; } = new();

    /// <summary>Its reading side, once somebody reads it.</summary>
    public AmqpSource? Source { get; set; }

    /// <summary>The connection over which it was last seen in the server.</summary>
    public IConnection? DeclaredOver { get; set; }

    /// <summary>How many messages waited at the last look, and what this host has sent since.</summary>
    public QueueLength Length { get; } = new();

    /// <summary>Whether senders wait, with so many messages in the queue.</summary>
    public bool IsFull(long length) => Sizes.IsFull(Limits, length);

    static string ServerNameOf(string name)
    {
        var isKept = name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal) && name.AsSpan().IndexOfAny('\r', '\n') < 0 && Encoding.UTF8.GetByteCount(name) <= LongestName;
        if (isKept) return name;
        var readable = string.Concat(name.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.').Take(KeptOfLongName));
        return $"intelmq-{readable}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))}";
    }
}

/// <summary>An estimate of how many messages wait, never too low where only this host sends.</summary>
sealed class QueueLength
{
    readonly Lock _gate = new();
    long _length = -1;
    long _looked;

    /// <summary>The estimate; -1 when it must be looked at again.</summary>
    public long Estimate(TimeProvider time, TimeSpan validFor)
    {
        lock (_gate) return _length < 0 || time.GetElapsedTime(_looked) > validFor ? -1 : _length;
    }

    public void Look(long length, TimeProvider time)
    {
        lock (_gate) (_length, _looked) = (length, time.GetTimestamp());
    }

    public void CountSent(long messages)
    {
        lock (_gate)
        {
            if (_length >= 0) _length += messages;
        }
    }
}
