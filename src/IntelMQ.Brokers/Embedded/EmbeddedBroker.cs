using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// The broker inside the host: a log per queue and one journal in a directory of its own. Needs no server, loses nothing when
/// the process is killed, and makes sending and acknowledging one step.
/// </summary>
/// <remarks>The reasons are in docs/specs/001-embedded-broker.md.</remarks>
public sealed class EmbeddedBroker : IBroker
{
    const int KeptNotices = 100;
    const int RestoreBytes = 1024 * 1024;

    readonly string _directory;
    readonly EmbeddedBrokerOptions _options;
    readonly StoreLock _lock;
    readonly DeliveryMarks _marks;
    readonly MemoryBudget _budget = new();
    readonly ConcurrentDictionary<string, EmbeddedQueue> _queues = new(StringComparer.Ordinal);
    readonly StoreJournal _journal;
    readonly Committer _committer;
    readonly Housekeeping _housekeeping;
    readonly SemaphoreSlim _administration = new(1);
    readonly Queue<BrokerNotice> _notices = new();
    readonly SpaceGuard _space;

    int _nextQueue;
    int _disposed;

    EmbeddedBroker(string directory, EmbeddedBrokerOptions options, StoreLock storeLock)
    {
        _directory = directory;
        _options = options;
        _lock = storeLock;
        _space = new SpaceGuard(options, directory, Notify);
        _marks = DeliveryMarks.Open(Path.Combine(directory, "delivered"));
        var found = new Recovery(options.Files, directory, Notify).Read(checkUnflushed: true);
        new Repair(options.Files, directory, Notify).Apply(found);
        foreach (var queue in found.Queues) Adopt(queue);
        _nextQueue = Math.Max(found.State.NextQueue, QueueFolder.Find(options.Files, directory).Keys.LastOrDefault() + 1);
        _journal = new StoreJournal(
            options.Files, directory, options.JournalBytes, found.Generation + 1, found.State.Group, FlushLogs, WriteState);
        foreach (var old in found.Journals) options.Files.Delete(old);
        _committer = new Committer(_journal, options.Durability, _ => _space.ReportNoRoom());
        _housekeeping = new Housekeeping(options, _journal, _committer, _space, () => _queues.Values, _directory, Notify);
    }

    public string Name => "embedded";

    public WireForm WireForm => WireForm.Binary;

    public string? Obstacle => _space.Obstacle;

    /// <summary>What the store had to report since it was opened, the latest hundred.</summary>
    public IReadOnlyList<BrokerNotice> Notices
    {
        get
        {
            lock (_notices) return [.. _notices];
        }
    }

    /// <summary>Opens the store in a directory, which is created where needed, and recovers what a crash left.</summary>
    /// <exception cref="BrokerException">Another process has the store, or it cannot be read or written.</exception>
    public static async ValueTask<EmbeddedBroker> OpenAsync(
        string directory, EmbeddedBrokerOptions options, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        directory = Path.GetFullPath(directory);
        // Recovery is file access and computing: not on the thread of the caller.
        return await Task.Run(() => Open(directory, options), cancellationToken);
    }

    static EmbeddedBroker Open(string directory, EmbeddedBrokerOptions options)
    {
        StoreLock? storeLock = null;
        try
        {
            CreateStore(directory);
            Directory.CreateDirectory(QueueFolder.Root(directory));
            Directory.CreateDirectory(QueueFolder.SetAside(directory));
            storeLock = StoreLock.Take(directory);
            var broker = new EmbeddedBroker(directory, options, storeLock);
            broker._housekeeping.Start();
            return broker;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            storeLock?.Dispose();
            if (exception is BrokerException) throw;
            throw new BrokerException($"The store {directory} cannot be opened: {exception.Message}", exception);
        }
    }

    // Messages may be confidential: owner and group only.
    static void CreateStore(string directory)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(
                directory,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
    }

    void Adopt(FoundQueue found)
    {
        var log = new QueueLog(_options.Files, found.Folder, found.Ledger.Id, _options.SegmentBytes);
        log.Adopt(found.Segments, found.Active);
        _queues[found.Ledger.Name] = NewQueue(found.Ledger, log);
    }

    EmbeddedQueue NewQueue(QueueLedger ledger, QueueLog log) => new(ledger, log, _marks, _budget, _options, ReportLost);

    public async ValueTask DeclareAsync(string queue, QueueLimits limits, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(queue);
        await _administration.WaitAsync(cancellationToken);
        try
        {
            if (_queues.TryGetValue(queue, out var known))
            {
                if (known.Ledger.Limits == limits) return;
                await _committer.SubmitAsync(new DeclareStep(known.Ledger.Id, queue, limits, () => known.SetLimits(limits)));
                return;
            }

            var ledger = new QueueLedger(_nextQueue++, queue) { Limits = limits };
            var folder = QueueFolder.PathOf(_directory, ledger.Id, queue);
            CreateFolder(folder, queue);
            _marks[ledger.Id] = 0;
            var added = NewQueue(ledger, new QueueLog(_options.Files, folder, ledger.Id, _options.SegmentBytes));
            await _committer.SubmitAsync(new DeclareStep(ledger.Id, queue, limits, () => _queues[queue] = added));
        }
        finally
        {
            _administration.Release();
        }
    }

    void CreateFolder(string folder, string queue)
    {
        try
        {
            QueueFolder.Create(_options.Files, folder, queue);
        }
        catch (IOException exception)
        {
            throw new BrokerException($"The folder of queue {queue} cannot be created: {exception.Message}", exception);
        }
    }

    public ValueTask<IReceiver> SubscribeAsync(string queue, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult<IReceiver>(new EmbeddedReceiver(this, Queue(queue)));
    }

    public ValueTask CommitAsync(Commit commit, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        if (commit.IsEmpty) return ValueTask.CompletedTask;
        var step = CommitStep.Prepare(this, commit);
        if (step.FullDestination() is not null || _space.MustWait(commit)) return WaitAndCommitAsync(step, commit, cancellationToken);
        step.Fill(commit);
        return _committer.SubmitAsync(step);
    }

    async ValueTask WaitAndCommitAsync(CommitStep step, Commit commit, CancellationToken cancellationToken)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_disposed != 0, this);
            if (step.FullDestination() is { } full) await full.RoomAsync().WaitAsync(cancellationToken);
            else if (_space.MustWait(commit)) await _space.RoomAsync().WaitAsync(cancellationToken);
            else break;
        }

        step.Fill(commit);
        await _committer.SubmitAsync(step);
    }

    public ValueTask<IReadOnlyList<QueueStatus>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var list = _queues.Values.Select(queue => queue.Status(_space.IsLow)).OrderBy(status => status.Queue, StringComparer.Ordinal);
        return ValueTask.FromResult<IReadOnlyList<QueueStatus>>([.. list]);
    }

    public ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>> PeekAsync(string queue, int max, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Queue(queue).Peek(max));
    }

    /// <inheritdoc/>
    /// <remarks>The messages can come back with <see cref="RestoreAsync"/> until the queue is cleared again.</remarks>
    public async ValueTask<long> ClearAsync(string queue, CancellationToken cancellationToken)
    {
        var cleared = Queue(queue);
        await _administration.WaitAsync(cancellationToken);
        try
        {
            var step = new ClearStep(cleared);
            await _committer.SubmitAsync(step);
            return step.Count;
        }
        finally
        {
            _administration.Release();
        }
    }

    /// <summary>Brings back what the last clear of a queue took away, behind what has arrived since. Returns how many.</summary>
    /// <remarks>Goes in portions; each happens as a whole, and after an interruption another call brings the rest.</remarks>
    public async ValueTask<long> RestoreAsync(string queue, CancellationToken cancellationToken)
    {
        var restored = Queue(queue);
        await _administration.WaitAsync(cancellationToken);
        try
        {
            long count = 0;
            foreach (var range in restored.ClearedRanges)
            {
                var position = LogPosition.Unknown(range.Start);
                while (position.Sequence < range.End)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var start = position.Sequence;
                    var read = restored.ReadCleared(ref position, range.End, RestoreBytes);
                    foreach (var lost in read.Lost) NotifyLost(restored, lost);
                    await _committer.SubmitAsync(new RestoreStep(restored, read, new SequenceRange(start, position.Sequence)));
                    count += read.Runs.Sum(run => (long)run.Count);
                }
            }

            return count;
        }
        finally
        {
            _administration.Release();
        }
    }

    /// <summary>
    /// Shows messages as they are sent to a queue, without taking them. Who looks too slowly misses the oldest; messages of
    /// 256 KiB and more are not shown.
    /// </summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> TapAsync(
        string queue, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const int capacity = 1000;
        var tapped = Queue(queue);
        var reader = tapped.AddTap(capacity);
        try
        {
            await foreach (var message in reader.ReadAllAsync(cancellationToken)) yield return message;
        }
        finally
        {
            tapped.RemoveTap(reader);
        }
    }

    /// <summary>Writes everything down and closes the store. Waiting senders and receivers are told.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await StopAsync();
        try
        {
            // The next start finds one record and has nothing to check.
            _journal.BeginAnew();
        }
        catch (IOException exception)
        {
            Notify(new BrokerNotice(
                BrokerNoticeKind.HousekeepingFailed,
                $"The store {_directory} could not be flushed when it was closed: {exception.Message}", File: _directory));
        }

        CloseFiles();
    }

    /// <summary>Lets go of everything as if the process had been killed.</summary>
    internal async ValueTask AbandonAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await StopAsync();
        CloseFiles();
    }

    /// <summary>Does now what otherwise happens every second: flush, give room back, look at the free space.</summary>
    internal Task TidyAsync() => _housekeeping.OnceAsync();

    async ValueTask StopAsync()
    {
        await _housekeeping.DisposeAsync();
        await _committer.CloseAsync();
        _space.Release();
    }

    void CloseFiles()
    {
        foreach (var queue in _queues.Values) queue.Dispose();
        _journal.Dispose();
        _marks.Dispose();
        _administration.Dispose();
        _lock.Dispose();
    }

    internal EmbeddedQueue Queue(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        return _queues.TryGetValue(name, out var queue)
            ? queue
            : throw new BrokerException($"There is no queue {name} in the store {_directory}.");
    }

    void FlushLogs()
    {
        foreach (var queue in _queues.Values)
            if (queue.Log.NeedsFlush) queue.Log.Flush();
    }

    void WriteState(JournalRecord record)
    {
        foreach (var queue in _queues.Values.OrderBy(queue => queue.Ledger.Id)) queue.WriteState(record);
    }

    void Notify(BrokerNotice notice)
    {
        lock (_notices)
        {
            if (_notices.Count == KeptNotices) _notices.Dequeue();
            _notices.Enqueue(notice);
        }

        _options.OnNotice?.Invoke(notice);
    }

    void ReportLost(EmbeddedQueue queue, LostMessages lost)
    {
        NotifyLost(queue, lost);
        // If this cannot be written down now, the damage is found again after the next start.
        _ = ForgetAsync(queue, lost.Range);
    }

    async Task ForgetAsync(EmbeddedQueue queue, SequenceRange range)
    {
        try
        {
            await _committer.SubmitAsync(new ForgetStep(queue, range));
        }
        catch (Exception exception) when (exception is BrokerException or ObjectDisposedException)
        {
            Notify(new BrokerNotice(
                BrokerNoticeKind.HousekeepingFailed,
                $"That messages of queue {queue.Name} are damaged could not be written down: {exception.Message}", queue.Name));
        }
    }

    void NotifyLost(EmbeddedQueue queue, LostMessages lost)
    {
        var where = lost.Segment is null ? "their segment is gone" : $"{lost.Segment.Path}, byte {lost.Offset}";
        var kept = lost.Segment is null ? string.Empty : SetAside(queue, lost.Segment);
        Notify(new BrokerNotice(
            BrokerNoticeKind.DamagedLog,
            $"{lost.Range.Count} messages of queue {queue.Name} cannot be read ({where}). The others go on.{kept}",
            queue.Name, lost.Segment?.Path, lost.Segment is null ? null : lost.Offset, lost.Range.Count));
    }

    string SetAside(EmbeddedQueue queue, Segment segment)
    {
        segment.IsDamaged = true;
        var path = SetAsidePath(_directory, queue.Log.Directory, segment.First);
        try
        {
            if (!_options.Files.Exists(path) && _options.Files.Exists(segment.Path)) _options.Files.Link(segment.Path, path);
            return $" The segment is kept as {path}.";
        }
        catch (IOException exception)
        {
            return $" The segment could not be copied to {path}: {exception.Message}";
        }
    }

    internal static string SetAsidePath(string store, string folder, long first) =>
        Path.Combine(QueueFolder.SetAside(store), $"{Path.GetFileName(folder)}-{first:D19}.log");
}
