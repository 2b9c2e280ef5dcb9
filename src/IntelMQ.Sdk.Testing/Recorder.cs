namespace IntelMQ.Sdk.Testing;

/// <summary>Takes what a bot sends, sets aside and logs.</summary>
sealed class Recorder(DataFormat format) : IEmitter, IRowEmitter, IBotLog
{
    readonly Lock _lock = new();
    List<SentMessage> _sent = [];
    List<FailedRow> _failed = [];
    List<LogLine> _log = [];

    public IReadOnlyList<KeyValuePair<Field, FieldValue>> DefaultFields { get; set; } = [];

    /// <summary>What came since the last call.</summary>
    public BotRun Take()
    {
        lock (_lock)
        {
            var run = new BotRun(_sent, _failed, _log);
            (_sent, _failed, _log) = ([], [], []);
            return run;
        }
    }

    // The bot may change the message and send it again, so that what was sent has to be copied now.
    public void Sent(Message message, string path)
    {
        var copy = JsonForm.Read(JsonForm.Write(message), format);
        lock (_lock) _sent.Add(new(path, copy));
    }

    public void FailWhole(Message message, Exception error)
    {
        var raw = message is Report report ? report.RawBytes : JsonForm.Write(message);
        lock (_lock) _failed.Add(new(raw, error));
    }

    ValueTask IEmitter.SendAsync(Message message, string path, bool optional, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Sent(message, path);
        return default;
    }

    ValueTask IRowEmitter.SendAsync(Event e, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var (field, value) in DefaultFields)
            if (!e.Has(field))
                e.Set(field, value);
        Sent(e, QueuePath.Default);
        return default;
    }

    ValueTask IRowEmitter.FailAsync(ReadOnlyMemory<byte> raw, Exception error, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock) _failed.Add(new(raw.ToArray(), error));
        return default;
    }

    bool IBotLog.IsEnabled(BotLogLevel level) => true;

    void IBotLog.Write(BotLogLevel level, string message, Exception? error)
    {
        lock (_lock) _log.Add(new(level, message, error));
    }
}
