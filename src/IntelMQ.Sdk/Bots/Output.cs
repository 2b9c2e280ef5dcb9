namespace IntelMQ.Sdk;

/// <summary>Hands messages over to the world outside: a file, a database, a service.</summary>
public abstract class Output : Bot
{
    /// <summary>Writes one message. It may still be in a buffer when this returns; see <see cref="FlushAsync"/>.</summary>
    protected internal abstract ValueTask WriteAsync(Message message, CancellationToken cancellationToken);

    /// <summary>
    /// Called before the host acknowledges what was written since the last call: everything must be where it cannot be
    /// lost when this returns.
    /// </summary>
    /// <exception cref="TransientException">
    /// It cannot be written now; the output keeps what it holds, and is asked again. After any other exception the bot is
    /// disposed of and made anew, and gets all messages since the last flush again, each followed by a flush of its own. A
    /// message with which that fails <c>error_max_retries</c> times is dumped.
    /// </exception>
    protected internal virtual ValueTask FlushAsync(CancellationToken cancellationToken) => default;
}
