namespace IntelMQ.Brokers.Embedded;

internal sealed class DeclareStep(int queue, string name, QueueLimits limits, Action apply) : Step
{
    public override void Stage(CommitGroup group) => group.Journal.Declared(queue, name, limits);

    public override void Apply() => apply();
}

internal sealed class ClearStep(EmbeddedQueue queue) : Step
{
    ClearedMessages? _cleared;

    public long Count => _cleared?.Count ?? 0;

    public override void Stage(CommitGroup group)
    {
        _cleared ??= queue.BeginClear();
        group.Journal.Cleared(queue.Ledger.Id, _cleared.Ranges, _cleared.Bytes);
    }

    public override void Apply() => queue.CompleteClear(_cleared!);

    protected override void Abandon()
    {
        if (_cleared is not null) queue.UndoClear(_cleared);
    }
}

/// <summary>Sends a portion of cleared messages anew.</summary>
internal sealed class RestoreStep : Step
{
    readonly EmbeddedQueue _queue;
    readonly SequenceRange[] _ranges;
    readonly ChunkBuilder _chunks = new();

    public RestoreStep(EmbeddedQueue queue, ReadResult messages, SequenceRange range)
    {
        _queue = queue;
        _ranges = [range];
        foreach (var body in messages.Bodies()) _chunks.Expect(body.Length);
        foreach (var body in messages.Bodies()) _chunks.Add(body);
        _chunks.Complete();
    }

    public override bool FreesSpace => false;

    public override void Stage(CommitGroup group)
    {
        group.Append(_queue, _chunks.Chunks);
        group.Journal.Restored(_queue.Ledger.Id, _ranges);
    }

    public override void Apply() => _queue.CompleteRestore(_ranges);
}

/// <summary>Messages that cannot be read count as done.</summary>
internal sealed class ForgetStep(EmbeddedQueue queue, SequenceRange range) : Step
{
    public override void Stage(CommitGroup group) => group.Journal.Acknowledged(queue.Ledger.Id, [range], 0);

    public override void Apply() => queue.Forget(range);
}

/// <summary>Gives up the way back of clears.</summary>
internal sealed class PurgeStep(IReadOnlyList<EmbeddedQueue> queues) : Step
{
    public override void Stage(CommitGroup group)
    {
        foreach (var queue in queues) group.Journal.Purged(queue.Ledger.Id);
    }

    public override void Apply()
    {
        foreach (var queue in queues) queue.PurgeCleared();
    }
}

/// <summary>Looks at the store between two groups.</summary>
internal sealed class LookStep(Action look) : Step
{
    public override void Stage(CommitGroup group)
    {
    }

    public override void Apply() => look();
}

internal sealed class SyncedStep(long synced) : Step
{
    public override void Stage(CommitGroup group) => group.Journal.Synced(synced);
}
