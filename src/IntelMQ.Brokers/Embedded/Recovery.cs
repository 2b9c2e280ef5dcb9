namespace IntelMQ.Brokers.Embedded;

/// <summary>One queue as it was found.</summary>
/// <param name="Ledger">What the journal, and where that is damaged the log, says of it.</param>
/// <param name="Folder">Where its segments are.</param>
internal sealed record FoundQueue(QueueLedger Ledger, string Folder)
{
    /// <summary>Segments with valid messages.</summary>
    public List<Segment> Segments { get; } = [];

    /// <summary>The segment to go on writing to; null to begin a new one.</summary>
    public Segment? Active { get; set; }

    /// <summary>Segments of commits that did not happen.</summary>
    public List<string> Leftovers { get; } = [];

    /// <summary>Reads the messages that are not done.</summary>
    public IEnumerable<(long Sequence, ReadOnlyMemory<byte> Body)> Undone(
        IStoreFiles files, List<LostMessages> lost, CancellationToken cancellationToken)
    {
        const int portion = 1024 * 1024;
        using var reader = new LogReader(
            files,
            sequence => Segments.FindLast(segment => segment.First <= sequence) ?? Segments.FirstOrDefault(),
            first => Segments.Find(segment => segment.First > first));
        var position = LogPosition.Unknown(Ledger.Front);
        while (position.Sequence < Ledger.Tail)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = reader.Read(ref position, Ledger.Tail, portion);
            lost.AddRange(read.Lost);
            foreach (var run in read.Runs)
            {
                for (var cursor = new RunCursor(run); cursor.Remaining > 0; cursor.Advance(cursor.Length))
                    if (!Ledger.Acknowledged.Contains(cursor.Sequence)) yield return (cursor.Sequence, cursor.Body);
            }
        }
    }
}

/// <summary>A store as it was found, without anything changed in it.</summary>
internal sealed record FoundStore(StoreState State, List<FoundQueue> Queues, List<string> Journals, long Generation)
{
    /// <summary>The journal has damage: it is kept aside.</summary>
    public bool IsJournalDamaged { get; init; }

    /// <summary>Commits of the last moments were given up after a power failure: what they wrote is kept aside.</summary>
    public bool IsRolledBack { get; init; }
}

/// <summary>
/// Finds out what a store holds after a clean end, a kill, a power failure or damage. The journal decides what counts. Where
/// it is damaged, what stands in the logs counts as sent and what is not known to be done is delivered again.
/// </summary>
internal sealed class Recovery(IStoreFiles files, string directory, Action<BrokerNotice> notify)
{
    StoreState _state = new();
    bool _damaged;
    bool _baseLost;
    bool _rolledBack;

    /// <summary>Reads the store.</summary>
    /// <param name="checkUnflushed">Looks at what was written after the last flush, which a power failure may have taken.</param>
    public FoundStore Read(bool checkUnflushed)
    {
        var folders = QueueFolder.Find(files, directory);
        var journals = Journal.Find(files, directory);
        Replay(journals, folders, checkUnflushed);
        if (!_damaged && !_rolledBack) CheckJournalReachesLogs(folders);
        if (_damaged) FollowLogs(folders);
        var queues = new List<FoundQueue>();
        foreach (var ledger in _state.Queues)
        {
            var folder = folders.GetValueOrDefault(ledger.Id) ?? QueueFolder.PathOf(directory, ledger.Id, ledger.Name);
            if (ledger.Name.Length == 0) ledger.Name = QueueFolder.NameOf(files, folder);
            var queue = FindSegments(ledger, folder);
            // The bytes of acknowledgements went with the damaged records.
            if (_damaged) ledger.Restore(queue.Undone(files, [], CancellationToken.None).Sum(message => (long)message.Body.Length));
            queues.Add(queue);
        }

        return new FoundStore(_state, queues, [.. journals.Select(found => found.Path)],
            journals.Count == 0 ? 0 : journals[0].Generation)
        {
            IsJournalDamaged = _damaged,
            IsRolledBack = _rolledBack,
        };
    }

    void Replay(List<(long Generation, string Path)> journals, SortedDictionary<int, string> folders, bool checkUnflushed)
    {
        if (journals.Count == 0)
        {
            if (folders.Count == 0) return;
            _damaged = _baseLost = true;
            notify(new BrokerNotice(
                BrokerNoticeKind.DamagedJournal,
                $"The journal of the store {directory} is gone. Every message in the logs is delivered again.", File: directory));
            return;
        }

        var records = new List<JournalContents.Record>();
        foreach (var (_, path) in journals)
        {
            var contents = Journal.Read(files, path);
            Report(contents);
            records.InsertRange(0, contents.Records);
            if (contents.HasState) break;
            _damaged = true;
            notify(new BrokerNotice(
                BrokerNoticeKind.DamagedJournal,
                $"The journal {path} does not begin with the state of the queues. Messages may be delivered twice; none is lost by this.",
                File: path));
            _baseLost = path == journals[^1].Path;
        }

        Apply(records, checkUnflushed ? SyncedBy(records) : long.MaxValue);
    }

    void Report(JournalContents contents)
    {
        foreach (var offset in contents.Damage)
        {
            _damaged = true;
            notify(new BrokerNotice(
                BrokerNoticeKind.DamagedJournal,
                $"The journal {contents.Path} is damaged at byte {offset}. Messages may be delivered twice; none is lost by this.",
                File: contents.Path, Offset: offset));
        }

        if (contents.TornBytes > 0)
        {
            notify(new BrokerNotice(
                BrokerNoticeKind.TornTail,
                $"An unfinished record of {contents.TornBytes} bytes at the end of {contents.Path} was cut off; its commit had not been confirmed.",
                File: contents.Path));
        }
    }

    static long SyncedBy(List<JournalContents.Record> records)
    {
        for (var index = records.Count - 1; index >= 0; index--)
        {
            try
            {
                var synced = StoreState.Inspect(records[index].Body.Span).Synced;
                if (synced > 0) return synced;
            }
            catch (InvalidDataException)
            {
                // Reported when the record is applied.
            }
        }

        return 0;
    }

    void Apply(List<JournalContents.Record> records, long synced)
    {
        foreach (var record in records)
        {
            try
            {
                if (record.Group > synced && FindMissing(record.Body.Span) is { } missing)
                {
                    RollBack(missing, records[^1].Group - record.Group + 1);
                    return;
                }

                _state.Apply(record.Body.Span, record.Group);
            }
            catch (InvalidDataException exception)
            {
                _damaged = true;
                notify(new BrokerNotice(
                    BrokerNoticeKind.DamagedJournal,
                    $"The journal in {directory} holds a record at byte {record.Offset} that makes no sense: {exception.Message}",
                    File: directory, Offset: record.Offset));
            }
        }
    }

    // The journal reached the disk before the log it speaks of: only a power failure does that.
    (string Path, long Offset)? FindMissing(ReadOnlySpan<byte> body)
    {
        foreach (var entry in StoreState.Inspect(body).Appends)
        {
            if (!QueueFolder.Find(files, directory).TryGetValue(entry.Queue, out var folder)) continue;
            var path = QueueLog.SegmentPath(folder, entry.Segment);
            if (LogCheck.IsMissing(files, path, entry)) return (path, entry.StartOffset);
        }

        return null;
    }

    void RollBack((string Path, long Offset) missing, long groups)
    {
        _rolledBack = true;
        notify(new BrokerNotice(
            BrokerNoticeKind.PowerLoss,
            $"The last {groups} groups of commits before a power failure are incomplete on the disk ({missing.Path}, byte {missing.Offset}). " +
            $"The store goes on from before them; what is left of them is in {QueueFolder.SetAside(directory)}.",
            File: missing.Path, Offset: missing.Offset));
    }

    // A kill leaves at most one group in the logs that the journal does not know. More than that means that the journal was cut.
    void CheckJournalReachesLogs(SortedDictionary<int, string> folders)
    {
        foreach (var ledger in _state.Queues)
        {
            if (!folders.TryGetValue(ledger.Id, out var folder)) continue;
            foreach (var (first, path) in QueueLog.Find(files, folder).Where(segment => segment.First >= Math.Max(1, ledger.Segment)))
            {
                using var file = files.Open(path, StoreFileMode.Read);
                var offset = first == ledger.Segment ? ledger.SegmentEnd : LogFormat.SegmentHeaderBytes;
                var header = new byte[LogFormat.BatchHeaderBytes];
                for (; file.Read(header, offset) == header.Length && LogFormat.TryReadBatchHeader(header, out var batch); offset += batch.FileBytes)
                {
                    if (batch.Group <= _state.Group + 1) continue;
                    _damaged = true;
                    notify(new BrokerNotice(
                        BrokerNoticeKind.DamagedJournal,
                        $"The journal of the store {directory} ends before the log {path} does. Messages may be delivered twice; none is lost by this.",
                        ledger.Name, path, offset));
                    return;
                }
            }
        }
    }

    // Without a whole journal: everything that stands in the logs behind what is known counts as sent.
    void FollowLogs(SortedDictionary<int, string> folders)
    {
        foreach (var (id, folder) in folders)
        {
            var segments = QueueLog.Find(files, folder);
            var ledger = _state.Find(id);
            if (ledger is null)
            {
                var name = QueueFolder.NameOf(files, folder);
                if (segments.Count == 0 && IsMadeAgain(id, name, folders)) continue;
                _state.Add(ledger = new QueueLedger(id, name));
            }

            if (segments.Count == 0) continue;
            if (_baseLost || ledger.Tail == 1)
            {
                // Segments before the first one are gone because everything in them was done.
                ledger.Acknowledge(new SequenceRange(1, segments[0].First));
                ledger.Tail = Math.Max(ledger.Tail, segments[0].First);
            }

            foreach (var (first, path) in segments.Where(segment => segment.First >= ledger.Segment)) FollowSegment(ledger, first, path);
        }
    }

    // A kill has interrupted the making of a queue; the next host has made it under another number, and this folder never held a message.
    bool IsMadeAgain(int id, string name, SortedDictionary<int, string> folders) =>
        _state.Queues.Any(queue => queue.Name == name) || folders.Any(other => other.Key > id && QueueFolder.NameOf(files, other.Value) == name);

    void FollowSegment(QueueLedger ledger, long first, string path)
    {
        using var file = files.Open(path, StoreFileMode.Read);
        var length = file.Length;
        var offset = first == ledger.Segment ? Math.Max(ledger.SegmentEnd, LogFormat.SegmentHeaderBytes) : LogFormat.SegmentHeaderBytes;
        var header = new byte[LogFormat.BatchHeaderBytes];
        while (file.Read(header, offset) == header.Length && LogFormat.TryReadBatchHeader(header, out var batch))
        {
            if (batch.FirstSequence < ledger.Tail || offset + batch.FileBytes > length) return;
            var payload = batch.RecordBytes - ((long)batch.Count * LogFormat.RecordHeaderBytes);
            var entry = new AppendEntry(
                ledger.Id, first, offset, offset + batch.FileBytes, batch.FirstSequence, batch.Count, payload);
            // What a power failure left half written was not confirmed, or the journal would know it.
            if (LogCheck.IsMissing(files, path, entry)) return;
            ledger.Append(entry);
            offset += batch.FileBytes;
        }
    }

    FoundQueue FindSegments(QueueLedger ledger, string folder)
    {
        var found = new FoundQueue(ledger, folder);
        foreach (var (first, path) in QueueLog.Find(files, folder))
        {
            if (first >= ledger.Tail)
            {
                found.Leftovers.Add(path);
                continue;
            }

            using var file = files.Open(path, StoreFileMode.Read);
            var length = file.Length;
            var isLast = first == ledger.Segment;
            var segment = new Segment(path, first, isLast ? Math.Min(length, ledger.SegmentEnd) : length);
            found.Segments.Add(segment);
            if (isLast && length >= ledger.SegmentEnd) found.Active = segment;
        }

        return found;
    }
}

/// <summary>Looks whether a part of a log is what the journal says.</summary>
internal static class LogCheck
{
    const int HoleBytes = 512;

    /// <summary>
    /// The part never reached the disk: the file is too short, or it has the zeros that a file system puts in place of unwritten
    /// blocks. Anything else that is wrong is damage, which reading deals with.
    /// </summary>
    public static bool IsMissing(IStoreFiles files, string path, in AppendEntry entry)
    {
        if (!files.Exists(path)) return true;
        using var file = files.Open(path, StoreFileMode.Read);
        if (file.Length < entry.EndOffset) return true;
        for (var offset = entry.StartOffset; offset < entry.EndOffset;)
        {
            var header = Read(file, offset, LogFormat.BatchHeaderBytes);
            if (!LogFormat.TryReadBatchHeader(header, out var batch) || offset + batch.FileBytes > entry.EndOffset)
                return HasHole(file, offset, entry.EndOffset);
            if (batch.RecordBytes > Array.MaxLength) return false;
            if (!AreIntact(Read(file, offset + LogFormat.BatchHeaderBytes, (int)batch.RecordBytes), batch.Count))
                return HasHole(file, offset, entry.EndOffset);
            offset += batch.FileBytes;
        }

        return false;
    }

    static bool AreIntact(ReadOnlySpan<byte> records, int count)
    {
        for (; count > 0; count--)
        {
            var length = LogFormat.RecordLength(records);
            if (length < 0 || !LogFormat.IsRecordIntact(records, length)) return false;
            records = records[(LogFormat.RecordHeaderBytes + length)..];
        }

        return true;
    }

    // The zeros begin where the batch does or where a sector does.
    static bool HasHole(StoreFile file, long start, long end)
    {
        for (var from = start; from < end; from = (from / HoleBytes * HoleBytes) + HoleBytes)
        {
            var to = Math.Min((from / HoleBytes * HoleBytes) + HoleBytes, end);
            if (Read(file, from, (int)(to - from)).AsSpan().IndexOfAnyExcept((byte)0) < 0) return true;
        }

        return false;
    }

    static byte[] Read(StoreFile file, long offset, int count)
    {
        var bytes = new byte[count];
        var read = file.Read(bytes, offset);
        return read == count ? bytes : bytes[..read];
    }
}
