using System.Runtime.InteropServices;

namespace IntelMQ.Brokers;

/// <summary>
/// Carries messages between bots. A message is a run of bytes that the broker never looks into. All methods may be
/// called by several bots at once.
/// </summary>
/// <remarks>Every implementation passes <c>BrokerConformance</c> in the tests.</remarks>
public interface IBroker : IAsyncDisposable
{
    /// <summary>The name that <c>source_pipeline_broker</c> gives it, for messages: <c>embedded</c>, <c>redis</c>, <c>amqp</c>.</summary>
    string Name { get; }

    /// <summary>The form in which messages must be handed over.</summary>
    WireForm WireForm { get; }

    /// <summary>Why intake waits at present though no queue is full, a sentence; null when nothing hinders it.</summary>
    string? Obstacle => null;

    /// <summary>Creates the queue if it does not exist, and sets its limits.</summary>
    ValueTask DeclareAsync(string queue, QueueLimits limits, CancellationToken cancellationToken);

    /// <summary>
    /// Starts to read a queue. Several receivers of one queue share its messages: each message is leased to one of them
    /// until it is acknowledged, or until that receiver is disposed, when it goes back to its place in the queue.
    /// </summary>
    ValueTask<IReceiver> SubscribeAsync(string queue, CancellationToken cancellationToken);

    /// <summary>
    /// Sends and acknowledges as one step: after a crash all of it has happened or nothing. Returns when the step is
    /// safe at the durability configured. Waits while one of the destination queues is full.
    /// </summary>
    /// <exception cref="BrokerException">The step did not happen; the same commit may be tried again.</exception>
    /// <exception cref="OperationCanceledException">The step did not happen. A commit that has begun to happen is not cancelled any more.</exception>
    ValueTask CommitAsync(Commit commit, CancellationToken cancellationToken);

    /// <summary>All queues with their counters, in the order of their names; cheap, no scan of messages.</summary>
    ValueTask<IReadOnlyList<QueueStatus>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Reads waiting messages from the front of a queue without taking them.</summary>
    ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> PeekAsync(string queue, int max, CancellationToken cancellationToken);

    /// <summary>Removes the waiting messages of a queue, returns how many. Leased messages stay with their receivers.</summary>
    ValueTask<long> ClearAsync(string queue, CancellationToken cancellationToken);

    /// <summary>What <c>intelmqctl check</c> should tell of the server behind it.</summary>
    /// <exception cref="BrokerException">It cannot be reached, or refuses the user.</exception>
    ValueTask<BrokerReport> InspectAsync(CancellationToken cancellationToken) => new(new BrokerReport(null, []));
}

/// <summary>What is to be said of the server behind a broker.</summary>
/// <param name="Summary">Version, memory and limits, a sentence; null where there is no server.</param>
/// <param name="Warnings">What may cost messages, sentences.</param>
public sealed record BrokerReport(string? Summary, IReadOnlyList<string> Warnings);

/// <summary>One reader of one queue, used by one worker at a time.</summary>
public interface IReceiver : IAsyncDisposable
{
    string Queue { get; }

    /// <summary>
    /// Leases between 1 and <paramref name="max"/> messages in the order of the queue and returns at once with what is
    /// there; waits while there is none.
    /// </summary>
    /// <exception cref="BrokerException">The broker cannot be reached or its store cannot be read.</exception>
    ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int max, CancellationToken cancellationToken);

    /// <summary>Gives leased messages back to their place in the queue.</summary>
    ValueTask ReleaseAsync(IReadOnlyList<Delivery> deliveries, CancellationToken cancellationToken);
}

/// <summary>A leased message.</summary>
/// <param name="Tag">Names the message in a commit; unique within its queue and never used again.</param>
/// <param name="Body">The message. Stays valid as long as somebody holds it.</param>
/// <param name="Redelivered">An earlier receiver had it and did not acknowledge it.</param>
/// <param name="Progress">
/// How many outputs of this message earlier commits have already sent (<see cref="Commit.Progress"/>). The host leaves
/// out so many when it processes the message again. 0 where the broker cannot remember it.
/// </param>
public readonly record struct Delivery(long Tag, ReadOnlyMemory<byte> Body, bool Redelivered, long Progress);

/// <summary>The form of a message on a broker.</summary>
public enum WireForm
{
    /// <summary>The compact form of the SDK, for brokers that only our own bots read.</summary>
    Binary,

    /// <summary>JSON text as the original writes it, byte for byte.</summary>
    Json,
}

/// <summary>
/// How much may wait in a queue before its senders wait. Zero means without limit. A commit is let in as a whole while the
/// limit is not reached, so that a message larger than the limit passes alone; each sender may exceed it by one commit.
/// </summary>
/// <param name="Messages">Number of messages waiting.</param>
/// <param name="Bytes">Bytes of messages waiting.</param>
public readonly record struct QueueLimits(long Messages, long Bytes)
{
    public static QueueLimits None => default;
}

/// <summary>Counters of a queue.</summary>
/// <param name="Queue">Its name.</param>
/// <param name="Waiting">Messages that no receiver has.</param>
/// <param name="Leased">Messages that a receiver has and did not acknowledge: the original's <c>-internal</c> queue.</param>
/// <param name="Bytes">Bytes of both.</param>
/// <param name="Full">Senders wait at present.</param>
public sealed record QueueStatus(string Queue, long Waiting, long Leased, long Bytes, bool Full)
{
    /// <summary>The queues of several brokers in the order of names; those of one name are added up.</summary>
    public static IReadOnlyList<QueueStatus> Merge(IEnumerable<IEnumerable<QueueStatus>> brokers) =>
    [
        .. brokers.SelectMany(queues => queues).GroupBy(status => status.Queue, StringComparer.Ordinal).OrderBy(queue => queue.Key, StringComparer.Ordinal)
            .Select(queue => queue.Aggregate((sum, next) => new(sum.Queue, sum.Waiting + next.Waiting, sum.Leased + next.Leased, sum.Bytes + next.Bytes, sum.Full || next.Full))),
    ];
}

/// <summary>The step that a worker asks for: messages to queues, and acknowledgements of what they were made from.</summary>
public sealed class Commit
{
    readonly List<Sending> _sends = [];
    readonly List<long> _acknowledged = [];

    /// <summary>Where the acknowledged messages came from; null for a collector.</summary>
    public IReceiver? Source { get; init; }

    /// <summary>Messages to send, in order; the order per queue is kept.</summary>
    public IReadOnlyList<Sending> Sends => _sends;

    /// <summary>The same without a call per message.</summary>
    internal ReadOnlySpan<Sending> SendsSpan => CollectionsMarshal.AsSpan(_sends);

    /// <summary>Tags of messages of <see cref="Source"/> that are done, in any order.</summary>
    public IReadOnlyList<long> Acknowledged => _acknowledged;

    /// <summary>
    /// Tag and total number of outputs so far of a message that is not done yet: a large report is committed in parts.
    /// The number counts all outputs since the message's first delivery, also those of earlier commits.
    /// </summary>
    public (long Tag, long Outputs)? Progress { get; set; }

    public bool IsEmpty => _sends.Count == 0 && _acknowledged.Count == 0 && Progress is null;

    /// <summary>Bytes of all messages to send.</summary>
    public long Bytes { get; private set; }

    public void Send(string queue, ReadOnlyMemory<byte> body)
    {
        _sends.Add(new Sending(queue, body));
        Bytes += body.Length;
    }

    /// <summary>Takes back the messages from the given number on, so that a failed message leaves nothing behind.</summary>
    public void TakeBackSends(int from)
    {
        // Between two brokers the sends of a step are committed, and gone from it, before its acknowledgements are.
        if (from >= _sends.Count) return;
        for (var i = from; i < _sends.Count; i++) Bytes -= _sends[i].Body.Length;
        _sends.RemoveRange(from, _sends.Count - from);
    }

    public void Acknowledge(long tag) => _acknowledged.Add(tag);

    /// <summary>Empties the step, so that the object can be used for the next one.</summary>
    public void Clear()
    {
        _sends.Clear();
        _acknowledged.Clear();
        Progress = null;
        Bytes = 0;
    }
}

/// <summary>One message to one queue. The bytes must not change until the commit has returned.</summary>
public readonly record struct Sending(string Queue, ReadOnlyMemory<byte> Body);

/// <summary>A broker could not do what was asked. What was to be sent is not sent, what was leased stays leased.</summary>
public class BrokerException : IOException
{
    public BrokerException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>There is no room on the disk (or in the server). Intake waits until there is; nothing was lost.</summary>
public sealed class BrokerFullException(string message, Exception? inner = null) : BrokerException(message, inner);
