namespace IntelMQ.Brokers.Embedded;

/// <summary>Something that the committer does as a whole or not at all. Several steps share one group of writes.</summary>
internal abstract class Step
{
    TaskCompletionSource? _done;

    public BrokerException? Error { get; private set; }

    /// <summary>Only takes messages away, so it must go on when the disk is full.</summary>
    public virtual bool FreesSpace => true;

    /// <summary>Puts messages and journal entries into the group. May be called again after a failed group.</summary>
    public abstract void Stage(CommitGroup group);

    /// <summary>The group is written: make it so in memory.</summary>
    public virtual void Apply()
    {
    }

    /// <summary>The step did not happen and will not be tried again by the committer.</summary>
    protected virtual void Abandon()
    {
    }

    public void Fail(BrokerException error)
    {
        Error = error;
        Abandon();
    }

    /// <summary>Must be called before the committer can have got hold of the step.</summary>
    public Task CompletionAsync()
    {
        _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _done.Task;
    }

    public void Complete()
    {
        if (_done is null) return;
        if (Error is null) _done.TrySetResult();
        else _done.TrySetException(Error);
    }
}

/// <summary>What the steps of one group want written.</summary>
internal sealed class CommitGroup
{
    readonly List<EmbeddedQueue> _dirty = [];

    public JournalRecord Journal { get; } = new();

    public long Number { get; private set; }

    public IReadOnlyList<EmbeddedQueue> Dirty => _dirty;

    public void Begin(long number)
    {
        Number = number;
        _dirty.Clear();
        Journal.Reset();
    }

    public void Append(EmbeddedQueue queue, IReadOnlyList<Chunk> chunks)
    {
        if (!queue.Log.IsStaging) _dirty.Add(queue);
        foreach (var chunk in chunks) queue.Stage(chunk, Number);
    }
}

/// <summary>Messages to queues, acknowledgements of what they were made from.</summary>
internal sealed class CommitStep : Step
{
    readonly EmbeddedReceiver? _source;
    readonly (long Tag, long Outputs)? _progress;
    readonly List<Destination> _destinations;

    AcknowledgedMessages? _acknowledged;

    CommitStep(List<Destination> destinations, EmbeddedReceiver? source, (long Tag, long Outputs)? progress)
    {
        _destinations = destinations;
        _source = source;
        _progress = progress;
    }

    public override bool FreesSpace => _destinations.Count == 0;

    /// <summary>Finds the queues of a commit; copies nothing yet.</summary>
    public static CommitStep Prepare(EmbeddedBroker broker, Commit commit)
    {
        var source = commit.Source as EmbeddedReceiver;
        if (commit.Source is not null && source?.Broker != broker)
            throw new ArgumentException("The source of the commit is a receiver of another broker.", nameof(commit));
        if (source is null && (commit.Acknowledged.Count > 0 || commit.Progress is not null))
            throw new ArgumentException("A commit that acknowledges needs its source.", nameof(commit));
        var destinations = new List<Destination>();
        Destination? last = null;
        foreach (ref readonly var sending in commit.SendsSpan)
        {
            if (last is null || !ReferenceEquals(last.Name, sending.Queue)) last = Find(destinations, sending.Queue, broker);
            last.Count(sending.Body.Length);
        }

        return new CommitStep(destinations, source, commit.Progress);
    }

    /// <summary>The first destination without room; null if all have some.</summary>
    public EmbeddedQueue? FullDestination()
    {
        foreach (var destination in _destinations)
            if (destination.Queue.IsFull) return destination.Queue;
        return null;
    }

    /// <summary>Copies the messages and marks what is acknowledged.</summary>
    public void Fill(Commit commit)
    {
        Destination? last = null;
        foreach (ref readonly var sending in commit.SendsSpan)
        {
            if (last is null || !ReferenceEquals(last.Name, sending.Queue)) last = Find(_destinations, sending.Queue, null);
            last.Chunks.Add(sending.Body);
        }

        foreach (var destination in _destinations) destination.Chunks.Complete();
        if (_source is not null) _acknowledged = _source.Source.BeginAcknowledge(_source, commit);
    }

    public override void Stage(CommitGroup group)
    {
        foreach (var destination in _destinations) group.Append(destination.Queue, destination.Chunks.Chunks);
        if (_acknowledged is { Count: > 0 } done)
            group.Journal.Acknowledged(_source!.Source.Ledger.Id, done.Ranges, done.Bytes);
        if (_progress is { } progress)
            group.Journal.Progressed(_source!.Source.Ledger.Id, progress.Tag, progress.Outputs);
    }

    public override void Apply()
    {
        if (_acknowledged is { } done) _source!.Source.CompleteAcknowledge(_source, done, _progress);
    }

    protected override void Abandon()
    {
        if (_acknowledged is { } done) _source!.Source.UndoAcknowledge(_source, done);
    }

    static Destination Find(List<Destination> destinations, string name, EmbeddedBroker? broker)
    {
        foreach (var destination in destinations)
            if (destination.Name == name) return destination;
        var added = new Destination(name, broker!.Queue(name));
        destinations.Add(added);
        return added;
    }

    sealed class Destination(string name, EmbeddedQueue queue)
    {
        public string Name { get; } = name;

        public EmbeddedQueue Queue { get; } = queue;

        public ChunkBuilder Chunks { get; } = new();

        public void Count(int bytes) => Chunks.Expect(bytes);
    }
}

/// <summary>Lays messages out as batches of the log.</summary>
internal sealed class ChunkBuilder
{
    readonly List<Chunk> _chunks = [];

    byte[] _array = [];
    int _used;
    int _count;
    long _payload;
    long _expected;

    public IReadOnlyList<Chunk> Chunks => _chunks;

    /// <summary>Announces a message, so that arrays get the right size.</summary>
    public void Expect(int bytes)
    {
        if (bytes < Chunk.LargeMessageBytes) _expected += LogFormat.RecordHeaderBytes + bytes;
    }

    public void Add(ReadOnlyMemory<byte> body)
    {
        if (body.Length >= Chunk.LargeMessageBytes)
        {
            AddLarge(body);
            return;
        }

        var needed = LogFormat.RecordHeaderBytes + body.Length;
        if (_used + needed > _array.Length) Begin(needed);
        var target = _array.AsSpan(_used, needed);
        body.Span.CopyTo(target[LogFormat.RecordHeaderBytes..]);
        LogFormat.WriteRecordHeader(target, target[LogFormat.RecordHeaderBytes..]);
        _used += needed;
        _expected -= needed;
        _payload += body.Length;
        _count++;
    }

    public void Complete()
    {
        if (_count > 0) _chunks.Add(new Chunk(_array, _used, _count, _payload));
        _array = [];
        _used = 0;
        _count = 0;
        _payload = 0;
    }

    void Begin(int needed)
    {
        Complete();
        var size = LogFormat.BatchHeaderBytes + Math.Max(needed, Math.Min(_expected, Chunk.TargetBytes));
        _array = GC.AllocateUninitializedArray<byte>((int)size);
        _used = LogFormat.BatchHeaderBytes;
    }

    void AddLarge(ReadOnlyMemory<byte> body)
    {
        Complete();
        var headers = new byte[LogFormat.BatchHeaderBytes + LogFormat.RecordHeaderBytes];
        LogFormat.WriteRecordHeader(headers.AsSpan(LogFormat.BatchHeaderBytes), body.Span);
        _chunks.Add(new Chunk(headers, headers.Length, 1, body.Length, body));
    }
}
