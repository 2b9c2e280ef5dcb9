using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using RabbitMQ.Client;

namespace IntelMQ.Brokers.Amqp;

/// <summary>
/// What makes a message one of its kind: a number of 128 bits, sent along as <c>message_id</c>. By it a message is known again that
/// the server sends a second time, or that was published twice because a confirmation was lost. Messages of others have none.
/// </summary>
static class MessageNumber
{
    const string ResentHeader = "intelmq-resent";

    static readonly Dictionary<string, object?> Resent = new() { [ResentHeader] = true };

    /// <summary>Properties for a new message, as the original's with the number added.</summary>
    public static BasicProperties NewProperties(UInt128 number) =>
        new() { DeliveryMode = DeliveryModes.Persistent, MessageId = number.ToString("x32", CultureInfo.InvariantCulture) };

    /// <summary>The same for a message that the server may have already.</summary>
    public static BasicProperties AsResent(BasicProperties properties) => new(properties) { Headers = Resent };

    public static bool IsResent(IReadOnlyBasicProperties properties) => properties.Headers?.ContainsKey(ResentHeader) ?? false;

    /// <summary>The number of a received message; null for one that is not ours.</summary>
    public static UInt128? Of(IReadOnlyBasicProperties properties) =>
        properties.MessageId is { Length: 32 } id && UInt128.TryParse(id, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Numbers that nobody else gives: half chance, half counted.</summary>
    public sealed class Series
    {
        readonly ulong _own = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        ulong _last;

        public UInt128 Next() => new(_own, Interlocked.Increment(ref _last));
    }
}

/// <summary>The numbers of the messages that were acknowledged last.</summary>
sealed class RecentNumbers(int capacity)
{
    readonly HashSet<UInt128> _numbers = [];
    readonly Queue<UInt128> _order = new();

    public bool Contains(UInt128 number) => _numbers.Contains(number);

    public void Add(UInt128 number)
    {
        if (!_numbers.Add(number)) return;
        _order.Enqueue(number);
        if (_order.Count > capacity) _numbers.Remove(_order.Dequeue());
    }
}
