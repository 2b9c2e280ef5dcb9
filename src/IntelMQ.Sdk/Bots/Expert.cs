namespace IntelMQ.Sdk;

/// <summary>Takes a message and passes on none, one or several, on one path or another.</summary>
public abstract class Expert : Bot
{
    /// <summary>Handles one message. What is not sent on is gone when this returns.</summary>
    protected internal abstract ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken);
}

/// <summary>An expert that adds to an event and always passes it on.</summary>
public abstract class Enricher : Expert
{
    /// <summary>Adds to the event.</summary>
    protected abstract ValueTask EnrichAsync(Event e, CancellationToken cancellationToken);

    /// <inheritdoc />
    protected internal sealed override ValueTask ProcessAsync(Message message, IEmitter emitter, CancellationToken cancellationToken)
    {
        if (message is not Event e) throw new InvalidMessageException($"{GetType().Name} enriches events, but this message is a report. Put a parser before it.");
        var enriching = EnrichAsync(e, cancellationToken);
        return enriching.IsCompletedSuccessfully ? emitter.SendAsync(e, cancellationToken: cancellationToken) : Finish(enriching, e, emitter, cancellationToken);
    }

    static async ValueTask Finish(ValueTask enriching, Event e, IEmitter emitter, CancellationToken cancellationToken)
    {
        await enriching;
        await emitter.SendAsync(e, cancellationToken: cancellationToken);
    }
}

/// <summary>Where an expert puts the messages that go on.</summary>
public interface IEmitter
{
    /// <summary>
    /// Sends a message to all queues of a path. The bot may go on to change the message and send it again. To be called by
    /// one thread at a time, and not after <see cref="Expert.ProcessAsync"/> has returned.
    /// </summary>
    /// <remarks>
    /// A bot that makes thousands of messages of one should make the same ones in the same order when it is asked again:
    /// the first are committed before the last are made, and after a failure as many are left out as are safe.
    /// </remarks>
    /// <param name="message">The message; it is written down before this returns.</param>
    /// <param name="path">The name of an exit of the bot, as in <c>destination_queues</c>.</param>
    /// <param name="optional">Whether a path that is not configured means that the message goes nowhere, instead of being an error.</param>
    /// <param name="cancellationToken">Ends the waiting for room in a full queue.</param>
    ValueTask SendAsync(Message message, string path = QueuePath.Default, bool optional = false, CancellationToken cancellationToken = default);
}

/// <summary>Names of exits of a bot that have a meaning everywhere.</summary>
public static class QueuePath
{
    /// <summary>Where messages go when nothing else is said.</summary>
    public const string Default = "_default";

    /// <summary>Where messages go that a bot failed on, if this path is configured.</summary>
    public const string OnError = "_on_error";
}
