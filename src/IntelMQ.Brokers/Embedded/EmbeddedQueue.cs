using System.Buffers.Binary;
using System.Threading.Channels;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// A queue at work. Waiting messages come from three places, in this order: those given back by receivers, the window in
/// memory, and the log on disk, from which the window is filled when it does not reach to the end.
/// </summary>
internal sealed class EmbeddedQueue : IDisposable
{
    const int ReadAheadBytes = 512 * 1024;

    readonly Lock _gate = new();
    readonly Lock _reading = new();
    readonly MemoryBudget _budget;
    readonly EmbeddedBrokerOptions _options;
    readonly DeliveryMarks _marks;
    readonly Action<EmbeddedQueue, LostMessages> _lost;
    readonly LogReader _reader;
    readonly Queue<RecordRun> _window = new();
    readonly PriorityQueue<Delivery, long> _returned = new();
    readonly Queue<TaskCompletionSource> _receivers = new();
    readonly long _redeliveredBelow;
    readonly long _sparseBelow;
    readonly List<Chunk> _staged = [];

    Channel<ReadOnlyMemory<byte>>[] _taps = [];
    TaskCompletionSource? _room;
    RunCursor _run;
    long _windowBytes;
    long _windowEnd;
    LogPosition _readFrom;
    long _head;
    long _mark;
    long _leased;
    long _leasedBytes;
    bool _full;
    bool _closed;

    public EmbeddedQueue(
        QueueLedger ledger, QueueLog log, DeliveryMarks marks, MemoryBudget budget, EmbeddedBrokerOptions options,
        Action<EmbeddedQueue, LostMessages> lost)
    {
        Ledger = ledger;
        Log = log;
        _marks = marks;
        _budget = budget;
        _options = options;
        _lost = lost;
        _reader = new LogReader(options.Files, log);
        _head = _windowEnd = ledger.Front;
        _readFrom = LogPosition.Unknown(_head);
        _mark = marks[ledger.Id];
        _redeliveredBelow = Math.Min(_mark, ledger.Tail);
        _sparseBelow = ledger.Acknowledged.End;
        UpdateFull();
    }

    public QueueLedger Ledger { get; }

    public QueueLog Log { get; }

    public string Name => Ledger.Name;

    /// <summary>Senders must wait. Read without the lock before every commit.</summary>
    public bool IsFull => Volatile.Read(ref _full);

    /// <summary>Bytes of waiting messages in memory.</summary>
    public long WindowBytes
    {
        get
        {
            lock (_gate) return _windowBytes;
        }
    }

    long Waiting => Ledger.Count - _leased;

    public QueueStatus Status(bool storeIsFull)
    {
        lock (_gate) return new QueueStatus(Name, Waiting, _leased, Ledger.Bytes, _full || storeIsFull);
    }

    public void SetLimits(QueueLimits limits)
    {
        lock (_gate)
        {
            Ledger.Limits = limits;
            UpdateFull();
        }
    }

    // ---- receiving

    /// <summary>Leases messages to a receiver; waits while there are none.</summary>
    public async ValueTask<Delivery[]> ReceiveAsync(EmbeddedReceiver receiver, int max, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Whoever has been woken looks before it heeds the token, or the wake-up would be lost to the other receivers.
        while (true)
        {
            var taken = Take(receiver, max, out var arrival, out var onDisk);
            if (taken is not null) return taken;
            if (onDisk) ReadAhead();
            else await WaitAsync(arrival!, cancellationToken);
        }
    }

    static async ValueTask WaitAsync(TaskCompletionSource arrival, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource)state!).TrySetCanceled(token), arrival);
        await arrival.Task;
    }

    Delivery[]? Take(EmbeddedReceiver receiver, int max, out TaskCompletionSource? arrival, out bool onDisk)
    {
        lock (_gate)
        {
            arrival = null;
            ThrowIfClosed(receiver);
            var taken = TakeReady(max);
            onDisk = taken is null && _windowEnd < Ledger.Tail;
            if (taken is null)
            {
                if (onDisk) return null;
                arrival = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _receivers.Enqueue(arrival);
                return null;
            }

            receiver.Leases.Add(taken);
            if (HasReady) WakeReceiver();
            UpdateFull();
            return taken;
        }
    }

    bool HasReady => _returned.Count > 0 || _run.Remaining > 0 || _window.Count > 0 || _windowEnd < Ledger.Tail;

    void ThrowIfClosed(EmbeddedReceiver receiver)
    {
        if (!_closed && !receiver.IsDisposed) return;
        // This receiver may have been woken for a message that another one should now get.
        WakeReceiver();
        throw new ObjectDisposedException(nameof(IReceiver), $"The receiver of queue {Name} is closed.");
    }

    Delivery[]? TakeReady(int max)
    {
        var available = Math.Min(max, _returned.Count + Math.Max(0, _windowEnd - _head));
        if (available <= 0) return null;
        var taken = new Delivery[available];
        var count = 0;
        long bytes = 0;
        while (count < taken.Length && _returned.TryPeek(out var returned, out _))
        {
            if (count > 0 && bytes + returned.Body.Length > _options.ReceiveBytes) break;
            _returned.Dequeue();
            taken[count++] = returned;
            bytes += returned.Body.Length;
        }

        if (_returned.Count == 0) TakeFromWindow(taken, ref count, ref bytes);
        if (count == 0) return null;
        if (count < taken.Length) Array.Resize(ref taken, count);
        _leased += count;
        _leasedBytes += bytes;
        return taken;
    }

    void TakeFromWindow(Delivery[] taken, ref int count, ref long bytes)
    {
        while (count < taken.Length)
        {
            if (_run.Remaining == 0 && !NextRun()) break;
            var length = BinaryPrimitives.ReadInt32LittleEndian(_run.Array.AsSpan(_run.Offset));
            if (count > 0 && bytes + length > _options.ReceiveBytes) break;
            var sequence = _run.Sequence;
            if (sequence >= _sparseBelow || !Ledger.Acknowledged.Contains(sequence))
            {
                var body = new ReadOnlyMemory<byte>(_run.Array, _run.Offset + LogFormat.RecordHeaderBytes, length);
                taken[count++] = new Delivery(sequence, body, sequence < _redeliveredBelow, ProgressOf(sequence));
                bytes += length;
            }

            _run.Advance(length);
            _head = sequence + 1;
        }

        if (_run.Remaining == 0 && _window.Count == 0) _head = Math.Max(_head, _windowEnd);
        if (_head <= _mark) return;
        _mark = _head;
        _marks[Ledger.Id] = _head;
    }

    bool NextRun()
    {
        FreeWindow(_run.Bytes);
        if (!_window.TryDequeue(out var next))
        {
            _run = default;
            return false;
        }

        _run = new RunCursor(next);
        return true;
    }

    long ProgressOf(long sequence) =>
        Ledger.Progress.Count == 0 ? 0 : Ledger.Progress.GetValueOrDefault(sequence);

    /// <summary>Fills the window from the log. One receiver reads at a time, others wait for it.</summary>
    void ReadAhead()
    {
        List<LostMessages> lost;
        lock (_reading)
        {
            LogPosition position;
            long tail;
            lock (_gate)
            {
                // Another receiver may have read meanwhile.
                if (_closed || _run.Remaining > 0 || _window.Count > 0 || _windowEnd >= Ledger.Tail) return;
                position = _readFrom with { Sequence = _windowEnd };
                tail = Ledger.Tail;
            }

            var from = position.Sequence;
            var result = _reader.Read(ref position, tail, ReadAheadBytes);
            lock (_gate)
            {
                // Cleared meanwhile: what was read is not to be handed out any more.
                if (_windowEnd != from) return;
                lost = StillMissed(result.Lost);
                foreach (var run in result.Runs) Enqueue(run);
                _windowEnd = position.Sequence;
                _readFrom = position;
                if (result.Runs.Count == 0) _head = _windowEnd;
                if (_windowEnd >= tail) _reader.Leave();
            }
        }

        foreach (var one in lost) _lost(this, one);
    }

    // Segments whose messages are all done are gone, also between others: that is no loss.
    List<LostMessages> StillMissed(List<LostMessages> lost) =>
        [.. lost.SelectMany(one => Ledger.Acknowledged.Gaps(one.Range).Select(gap => one with { Range = gap }))];

    void Enqueue(in RecordRun run)
    {
        _window.Enqueue(run);
        _windowBytes += run.Bytes;
        _budget.Add(run.Bytes);
    }

    void FreeWindow(long bytes)
    {
        _windowBytes -= bytes;
        _budget.Add(-bytes);
    }

    // ---- appending

    /// <summary>Puts a chunk into what the next group writes.</summary>
    public void Stage(Chunk chunk, long group)
    {
        Log.Stage(chunk, Ledger.Tail, group);
        _staged.Add(chunk);
    }

    /// <summary>The group happened: its messages are visible to receivers.</summary>
    public void Accept(in AppendEntry entry, bool flushed)
    {
        Log.Accept(flushed);
        lock (_gate)
        {
            Ledger.Append(entry);
            foreach (var chunk in _staged) Show(chunk);
            _staged.Clear();
            UpdateFull();
            WakeReceiver();
        }
    }

    /// <summary>The group did not happen.</summary>
    public void Rollback()
    {
        _staged.Clear();
        Log.Rollback();
    }

    void Show(Chunk chunk)
    {
        if (_taps.Length > 0) Tap(chunk);
        if (_windowEnd != chunk.FirstSequence) return;
        if (!chunk.InMemory || !HasRoom(chunk.Used))
        {
            _readFrom = chunk.Position;
            return;
        }

        Enqueue(new RecordRun(
            chunk.Array, LogFormat.BatchHeaderBytes, chunk.FirstSequence, chunk.Count, chunk.Used - LogFormat.BatchHeaderBytes));
        _windowEnd += chunk.Count;
    }

    bool HasRoom(int bytes) =>
        _windowBytes + bytes <= _options.QueueWindowBytes &&
        (_windowBytes < _budget.SharePerQueue || _budget.Used + bytes <= _options.StoreWindowBytes);

    void WakeReceiver()
    {
        while (_receivers.TryDequeue(out var receiver))
        {
            if (receiver.TrySetResult()) return;
        }
    }

    // ---- acknowledging

    /// <summary>Marks messages of a receiver as part of a commit under way.</summary>
    /// <exception cref="BrokerException">One of them is not leased to this receiver.</exception>
    public AcknowledgedMessages BeginAcknowledge(EmbeddedReceiver receiver, Commit commit)
    {
        lock (_gate)
        {
            if (commit.Progress is { } progress && !receiver.Leases.IsLeased(progress.Tag)) throw NotLeased(progress.Tag);
            return receiver.Leases.Begin(commit.Acknowledged, out var unknown) ?? throw NotLeased(unknown);
        }
    }

    BrokerException NotLeased(long tag) =>
        new($"Message {tag} of queue {Name} is not leased to the receiver that acknowledges it.");

    public void CompleteAcknowledge(EmbeddedReceiver receiver, AcknowledgedMessages messages, (long Tag, long Outputs)? progress)
    {
        lock (_gate)
        {
            receiver.Leases.Complete(messages.Ranges);
            _leased -= messages.Count;
            _leasedBytes -= messages.Bytes;
            foreach (var range in messages.Ranges) Ledger.Acknowledge(range);
            Ledger.Subtract(messages.Bytes);
            if (progress is { } done && !Ledger.Acknowledged.Contains(done.Tag)) Ledger.Progress[done.Tag] = done.Outputs;
            UpdateFull();
        }
    }

    public void UndoAcknowledge(EmbeddedReceiver receiver, AcknowledgedMessages messages)
    {
        lock (_gate)
        {
            receiver.Leases.Undo(messages.Ranges);
            if (receiver.IsDisposed) ReturnAll(receiver);
        }
    }

    public void Release(EmbeddedReceiver receiver, IReadOnlyList<Delivery> deliveries)
    {
        lock (_gate)
        {
            foreach (var given in deliveries)
            {
                if (!receiver.Leases.TryRelease(given.Tag, out var delivery))
                    throw new BrokerException($"Message {given.Tag} of queue {Name} is not leased to the receiver that releases it.");
                Return(delivery);
            }

            AfterReturn();
        }
    }

    /// <summary>Ends a receiver: what it has goes back to its place.</summary>
    public void Close(EmbeddedReceiver receiver)
    {
        lock (_gate)
        {
            receiver.IsDisposed = true;
            ReturnAll(receiver);
            // Receivers that wait find out themselves whether they are the closed one.
            var waiting = _receivers.Count;
            for (; waiting > 0; waiting--) WakeReceiver();
        }
    }

    void ReturnAll(EmbeddedReceiver receiver)
    {
        foreach (var delivery in receiver.Leases.Leased())
        {
            receiver.Leases.TryRelease(delivery.Tag, out _);
            Return(delivery);
        }

        AfterReturn();
    }

    void Return(Delivery delivery)
    {
        _leased--;
        _leasedBytes -= delivery.Body.Length;
        _returned.Enqueue(delivery with { Redelivered = true, Progress = ProgressOf(delivery.Tag) }, delivery.Tag);
    }

    void AfterReturn()
    {
        UpdateFull();
        if (_returned.Count > 0) WakeReceiver();
    }

    /// <summary>Messages that cannot be read are done: nobody will get them.</summary>
    public void Forget(SequenceRange range)
    {
        lock (_gate)
        {
            Ledger.Acknowledge(range);
            Ledger.Subtract(0);
            UpdateFull();
        }
    }

    // ---- limits

    /// <summary>Completes when the queue is not full any more.</summary>
    public Task RoomAsync()
    {
        lock (_gate)
        {
            if (!_full || _closed) return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    void UpdateFull()
    {
        var limits = Ledger.Limits;
        var full = (limits.Messages > 0 && Waiting >= limits.Messages) ||
            (limits.Bytes > 0 && Ledger.Bytes - _leasedBytes >= limits.Bytes);
        Volatile.Write(ref _full, full);
        if (full || _room is null) return;
        _room.TrySetResult();
        _room = null;
    }

    // ---- looking in

    /// <summary>Reads waiting messages without taking them.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Peek(int max)
    {
        var peeked = new PeekedMessages(max, _options.ReceiveBytes);
        LogPosition position;
        long tail;
        lock (_gate)
        {
            foreach (var (delivery, _) in _returned.UnorderedItems.OrderBy(item => item.Priority)) peeked.Add(delivery.Body);
            PeekRun(peeked, _run);
            foreach (var run in _window) PeekRun(peeked, new RunCursor(run));
            position = _readFrom with { Sequence = _windowEnd };
            tail = Ledger.Tail;
        }

        lock (_reading)
        {
            using var reader = new LogReader(_options.Files, Log);
            while (!peeked.IsComplete && position.Sequence < tail)
            {
                var result = reader.Read(ref position, tail, ReadAheadBytes);
                lock (_gate)
                {
                    foreach (var run in result.Runs) PeekRun(peeked, new RunCursor(run));
                }
            }
        }

        return peeked.Messages;
    }

    void PeekRun(PeekedMessages peeked, RunCursor run)
    {
        for (; run.Remaining > 0 && !peeked.IsComplete; run.Advance(run.Length))
            if (run.Sequence >= _sparseBelow || !Ledger.Acknowledged.Contains(run.Sequence)) peeked.Add(run.Body);
    }

    public ChannelReader<ReadOnlyMemory<byte>> AddTap(int capacity)
    {
        var tap = Channel.CreateBounded<ReadOnlyMemory<byte>>(
            new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_gate) _taps = [.. _taps, tap];
        return tap.Reader;
    }

    public void RemoveTap(ChannelReader<ReadOnlyMemory<byte>> reader)
    {
        lock (_gate) _taps = [.. _taps.Where(tap => tap.Reader != reader)];
    }

    void Tap(Chunk chunk)
    {
        // A message that was not copied belongs to its sender; it is not shown.
        if (!chunk.InMemory) return;
        var run = new RunCursor(new RecordRun(chunk.Array, LogFormat.BatchHeaderBytes, chunk.FirstSequence, chunk.Count, 0));
        while (run.Remaining > 0)
        {
            foreach (var tap in _taps) tap.Writer.TryWrite(run.Body);
            run.Advance(run.Length);
        }
    }

    // ---- clearing and coming back

    /// <summary>Takes all waiting messages out of reach, for the committer to write that down.</summary>
    public ClearedMessages BeginClear()
    {
        lock (_gate)
        {
            var ranges = new SequenceSet();
            foreach (var (delivery, _) in _returned.UnorderedItems) ranges.Add(new SequenceRange(delivery.Tag, delivery.Tag + 1));
            foreach (var gap in Ledger.Acknowledged.Gaps(new SequenceRange(_head, Ledger.Tail))) ranges.Add(gap);
            var cleared = new ClearedMessages(
                [.. ranges.Ranges], ranges.Count, Ledger.Bytes - _leasedBytes, _head,
                [.. _returned.UnorderedItems.Select(item => item.Element)]);
            _returned.Clear();
            _window.Clear();
            _run = default;
            FreeWindow(_windowBytes);
            _head = _windowEnd = Ledger.Tail;
            _readFrom = LogPosition.Unknown(_head);
            return cleared;
        }
    }

    public void CompleteClear(ClearedMessages cleared)
    {
        lock (_gate)
        {
            Ledger.ApplyCleared(cleared.Ranges, cleared.Bytes);
            UpdateFull();
        }
    }

    public void UndoClear(ClearedMessages cleared)
    {
        lock (_gate)
        {
            _head = cleared.Head;
            // The window is read again from the log.
            _windowEnd = _head;
            _readFrom = LogPosition.Unknown(_head);
            foreach (var delivery in cleared.Returned) _returned.Enqueue(delivery, delivery.Tag);
            if (HasReady) WakeReceiver();
        }
    }

    /// <summary>Reads cleared messages from the log for sending them anew.</summary>
    public ReadResult ReadCleared(ref LogPosition position, long end, int budget)
    {
        lock (_reading)
        {
            using var reader = new LogReader(_options.Files, Log);
            return reader.Read(ref position, end, budget);
        }
    }

    public void CompleteRestore(IReadOnlyList<SequenceRange> ranges)
    {
        lock (_gate)
        {
            foreach (var range in ranges) Ledger.Cleared.Remove(range);
        }
    }

    public void PurgeCleared()
    {
        lock (_gate) Ledger.Cleared.Clear();
    }

    public IReadOnlyList<SequenceRange> ClearedRanges
    {
        get
        {
            lock (_gate) return [.. Ledger.Cleared.Ranges];
        }
    }

    // ---- disk space

    public List<Segment> Reclaimable()
    {
        lock (_gate) return Log.Reclaimable(Ledger);
    }

    /// <summary>Gives the room of a segment back. A damaged one stays among the files set aside.</summary>
    public void Reclaim(Segment segment, string store)
    {
        lock (_reading)
        {
            _reader.Leave();
            Log.Remove(segment);
            var aside = EmbeddedBroker.SetAsidePath(store, Log.Directory, segment.First);
            if (segment.IsDamaged && !_options.Files.Exists(aside)) _options.Files.Move(segment.Path, aside);
            else _options.Files.Delete(segment.Path);
        }
    }

    public void WriteState(JournalRecord record)
    {
        lock (_gate) record.State(Ledger);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            while (_receivers.Count > 0) WakeReceiver();
            _room?.TrySetResult();
            _room = null;
            foreach (var tap in _taps) tap.Writer.TryComplete();
        }

        lock (_reading) _reader.Dispose();
        Log.Dispose();
    }
}

/// <summary>A run of messages that is being handed out.</summary>
internal struct RunCursor(RecordRun run)
{
    public byte[] Array { get; } = run.Array;

    public int Bytes { get; } = run.Bytes;

    public int Offset { get; private set; } = run.Offset;

    public int Remaining { get; private set; } = run.Count;

    public long Sequence { get; private set; } = run.FirstSequence;

    /// <summary>Bytes of the message under the cursor.</summary>
    public readonly int Length => BinaryPrimitives.ReadInt32LittleEndian(Array.AsSpan(Offset));

    public readonly ReadOnlyMemory<byte> Body => new(Array, Offset + LogFormat.RecordHeaderBytes, Length);

    public void Advance(int length)
    {
        Offset += LogFormat.RecordHeaderBytes + length;
        Remaining--;
        Sequence++;
    }
}

/// <summary>Collects messages from the front of a queue until there are enough of them, in number or in bytes.</summary>
internal sealed class PeekedMessages(int max, long maxBytes)
{
    readonly List<ReadOnlyMemory<byte>> _messages = [];
    long _bytes;

    public IReadOnlyList<ReadOnlyMemory<byte>> Messages => _messages;

    public bool IsComplete { get; private set; } = max <= 0;

    public void Add(ReadOnlyMemory<byte> body)
    {
        if (_messages.Count > 0 && _bytes + body.Length > maxBytes) IsComplete = true;
        if (IsComplete) return;
        _messages.Add(body);
        _bytes += body.Length;
        IsComplete = _messages.Count == max;
    }
}

/// <summary>What a clear took out of reach, with what is needed to put it back if it cannot be written down.</summary>
internal sealed record ClearedMessages(
    IReadOnlyList<SequenceRange> Ranges, long Count, long Bytes, long Head, IReadOnlyList<Delivery> Returned);

/// <summary>Bytes of waiting messages in memory, over all queues.</summary>
internal sealed class MemoryBudget
{
    long _used;

    /// <summary>What a queue may keep even when the others have used everything up.</summary>
    public long SharePerQueue { get; } = 128 * 1024;

    public long Used => Volatile.Read(ref _used);

    public void Add(long bytes) => Interlocked.Add(ref _used, bytes);
}
