using System.Text;

namespace IntelMQ.Sdk.Testing;

/// <summary>What a bot did with what it was given.</summary>
/// <param name="Sent">What it sent, in order, as it was at that moment.</param>
/// <param name="Failed">Rows that a parser set aside.</param>
/// <param name="Log">Lines that it logged.</param>
public sealed record BotRun(IReadOnlyList<SentMessage> Sent, IReadOnlyList<FailedRow> Failed, IReadOnlyList<LogLine> Log)
{
    /// <summary>What was sent on a path, <c>_default</c> if none is named.</summary>
    public IReadOnlyList<Message> On(string path = QueuePath.Default) => [.. Sent.Where(s => s.Path == path).Select(static s => s.Message)];

    /// <summary>Demands that exactly these messages were sent, on any path and in this order.</summary>
    /// <param name="messages">
    /// JSON objects; the order of members does not matter, and <c>__type</c> and <c>__path</c> count where they are given.
    /// </param>
    /// <exception cref="BotAssertionException">Something else was sent; the text shows the difference.</exception>
    public void ShouldSend(params string[] messages)
    {
        var difference = MessageDifference.Between([.. messages.Select(MessageDifference.Parse)], [.. Sent.Select(static s => s.ToMap())]);
        if (difference is not null) throw new BotAssertionException($"The bot did not send what it should have.\n{difference}");
    }
}

/// <summary>A message that a bot sent.</summary>
/// <param name="Path">The exit it took.</param>
/// <param name="Message">A copy of the message.</param>
public sealed record SentMessage(string Path, Message Message)
{
    /// <summary>The message on the wire, with <c>__path</c> before it when that is not <c>_default</c>.</summary>
    internal OrderedDictionary<string, object?> ToMap()
    {
        var map = new OrderedDictionary<string, object?>();
        if (Path != QueuePath.Default) map["__path"] = Path;
        foreach (var (key, value) in MessageDifference.Parse(Message.ToString())) map[key] = value;
        return map;
    }
}

/// <summary>A row that a parser could not make events of.</summary>
/// <param name="Raw">The row as a report of its own.</param>
/// <param name="Error">Why it failed.</param>
public sealed record FailedRow(ReadOnlyMemory<byte> Raw, Exception Error)
{
    /// <summary>The row as text, where bytes that are no UTF-8 are replaced.</summary>
    public string RawText => Encoding.UTF8.GetString(Raw.Span);
}

/// <summary>A line of the log.</summary>
/// <param name="Level">How much it matters.</param>
/// <param name="Message">The sentence.</param>
/// <param name="Error">The exception that went with it.</param>
public sealed record LogLine(BotLogLevel Level, string Message, Exception? Error);

/// <summary>A bot did something else than a test demands.</summary>
/// <param name="message">What, and what was expected.</param>
public sealed class BotAssertionException(string message) : Exception(message);
