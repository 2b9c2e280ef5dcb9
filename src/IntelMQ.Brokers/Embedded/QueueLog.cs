namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// The segments of one queue. The committer alone stages, writes and accepts; reading, flushing and reclaiming go on beside.
/// </summary>
internal sealed class QueueLog(IStoreFiles files, string directory, int queue, long segmentBytes) : IDisposable
{
    readonly Lock _gate = new();
    readonly Lock _flushGate = new();
    readonly List<Segment> _segments = [];
    readonly List<ReadOnlyMemory<byte>> _parts = [];
    readonly List<OpenSegment> _unflushed = [];

    OpenSegment[] _flushing = [];
    OpenSegment? _active;
    OpenSegment? _target;
    long _stagedStart;
    long _stagedEnd;
    long _stagedFirst;
    long _stagedTail;
    long _stagedPayload;
    bool _newNames;

    public string Directory => directory;

    public bool IsStaging => _target is not null || _parts.Count > 0;

    public static string SegmentPath(string directory, long first) => Path.Combine(directory, $"{first:D19}.log");

    /// <summary>The segments of a folder in their order.</summary>
    public static List<(long First, string Path)> Find(IStoreFiles files, string directory) =>
    [
        .. files.FilesIn(directory)
            .Where(path => path.EndsWith(".log", StringComparison.Ordinal))
            .Select(path => (First: long.TryParse(Path.GetFileNameWithoutExtension(path), out var first) ? first : -1, path))
            .Where(found => found.First > 0)
            .OrderBy(found => found.First),
    ];

    /// <summary>Takes over the segments that recovery found, and goes on writing at the end of the last one, if it may.</summary>
    public void Adopt(IEnumerable<Segment> segments, Segment? active)
    {
        _segments.AddRange(segments);
        if (active is not null) _active = new OpenSegment(active, files.Open(active.Path, StoreFileMode.Write));
    }

    /// <summary>Puts a chunk at the end of what will be written and gives it its sequence numbers.</summary>
    public void Stage(Chunk chunk, long tail, long group)
    {
        if (!IsStaging) BeginStaging(tail);
        var segment = _target?.Segment.First ?? _stagedFirst;
        chunk.Place(new LogPosition(segment, _stagedEnd, _stagedTail), group);
        chunk.AddTo(_parts);
        _stagedEnd += chunk.FileBytes;
        _stagedTail += chunk.Count;
        _stagedPayload += chunk.PayloadBytes;
    }

    /// <summary>Writes what is staged in one go.</summary>
    public AppendEntry Write()
    {
        if (_target is null)
        {
            var path = SegmentPath(directory, _stagedFirst);
            _target = new OpenSegment(new Segment(path, _stagedFirst, 0), files.Open(path, StoreFileMode.Replace));
            _parts.Insert(0, LogFormat.SegmentHeader(queue, _stagedFirst));
        }

        var isNew = _target != _active;
        _target.File.Write(_parts, isNew ? 0 : _stagedStart);
        return new AppendEntry(
            queue, _target.Segment.First, _stagedStart, _stagedEnd, _stagedFirst, _stagedTail - _stagedFirst, _stagedPayload);
    }

    /// <summary>Flushes what <see cref="Write"/> wrote, before it is accepted.</summary>
    public void FlushStaged()
    {
        _target!.File.Flush();
        if (_target != _active) files.FlushDirectory(directory);
    }

    /// <summary>What was written counts.</summary>
    public void Accept(bool flushed)
    {
        lock (_gate)
        {
            var target = _target!;
            if (target != _active)
            {
                if (_active is { } full) CloseUnlessDirty(full);
                _segments.Add(target.Segment);
                _active = target;
                _newNames |= !flushed;
            }

            target.Segment.End = _stagedEnd;
            if (!flushed && !_unflushed.Contains(target)) _unflushed.Add(target);
            EndStaging();
        }
    }

    /// <summary>What was written does not count: the log is as it was before.</summary>
    public void Rollback()
    {
        var target = _target;
        var end = _stagedStart;
        EndStaging();
        if (target is null) return;
        try
        {
            if (target == _active)
            {
                target.File.SetLength(end);
                return;
            }

            target.File.Dispose();
            files.Delete(target.Segment.Path);
        }
        catch (IOException)
        {
            // The journal says where the log ends; what lies behind that is overwritten by the next batch or cut when the
            // store is opened. Only the room on the disk is not given back at once.
        }
    }

    /// <summary>Flushes everything accepted so far. On failure the same bytes are written again before the next attempt.</summary>
    public void Flush()
    {
        // Whoever returns from here may rely on everything accepted before, also on what another caller is flushing.
        lock (_flushGate) FlushDirty();
    }

    void FlushDirty()
    {
        OpenSegment[] dirty;
        bool names;
        lock (_gate)
        {
            _flushing = dirty = [.. _unflushed];
            names = _newNames;
            _unflushed.Clear();
            _newNames = false;
        }

        var done = 0;
        try
        {
            if (names) files.FlushDirectory(directory);
            for (; done < dirty.Length; done++) FlushOne(dirty[done]);
        }
        catch
        {
            lock (_gate)
            {
                foreach (var segment in dirty.Skip(done).Where(segment => !_unflushed.Contains(segment)))
                    _unflushed.Add(segment);
                _newNames |= names;
                _flushing = [];
            }

            throw;
        }

        lock (_gate)
        {
            _flushing = [];
            foreach (var segment in dirty.Where(segment => segment != _active)) CloseUnlessDirty(segment);
        }
    }

    public bool NeedsFlush
    {
        get
        {
            lock (_gate) return _unflushed.Count > 0 || _newNames;
        }
    }

    /// <summary>The segment that holds a sequence number, or the first one after it; null at the end of the log.</summary>
    public Segment? Find(long sequence)
    {
        lock (_gate)
        {
            var index = _segments.FindLastIndex(segment => segment.First <= sequence);
            return index >= 0 ? _segments[index] : _segments.FirstOrDefault();
        }
    }

    public Segment? After(long first)
    {
        lock (_gate) return _segments.Find(segment => segment.First > first);
    }

    public IReadOnlyList<Segment> Segments
    {
        get
        {
            lock (_gate) return [.. _segments];
        }
    }

    /// <summary>Segments whose messages are all done and none of which a clear may still bring back.</summary>
    public List<Segment> Reclaimable(QueueLedger ledger)
    {
        lock (_gate)
        {
            var found = new List<Segment>();
            for (var index = 0; index < _segments.Count; index++)
            {
                var isActive = index == _segments.Count - 1;
                var end = isActive ? ledger.Tail : _segments[index + 1].First;
                var range = new SequenceRange(_segments[index].First, end);
                // An empty queue gives back its last segment too, but not after every handful of messages.
                if (isActive && _segments[index].End < Math.Min(segmentBytes, 256 * 1024)) continue;
                if (ledger.Acknowledged.ContainsAll(range) && !ledger.Cleared.Overlaps(range)) found.Add(_segments[index]);
            }

            return found;
        }
    }

    /// <summary>Leaves the active segment, so that the next message begins a new one. Only the committer may call it.</summary>
    public void LeaveActive()
    {
        lock (_gate)
        {
            if (_active is { } active) CloseUnlessDirty(active);
            _active = null;
        }
    }

    public bool IsActive(Segment segment) => _active?.Segment == segment;

    /// <summary>Forgets a segment that has been deleted or set aside.</summary>
    public void Remove(Segment segment)
    {
        lock (_gate)
        {
            _segments.Remove(segment);
            foreach (var open in _unflushed.Where(open => open.Segment == segment).ToArray())
            {
                _unflushed.Remove(open);
                open.File.Dispose();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _active?.File.Dispose();
            foreach (var open in _unflushed) open.File.Dispose();
            _unflushed.Clear();
            _active = null;
        }
    }

    // A segment that is full stays open until it has been flushed.
    void CloseUnlessDirty(OpenSegment open)
    {
        if (!_unflushed.Contains(open) && !_flushing.Contains(open)) open.File.Dispose();
    }

    void BeginStaging(long tail)
    {
        var goesOn = _active is { } active && active.Segment.End < segmentBytes;
        _target = goesOn ? _active : null;
        _stagedStart = goesOn ? _active!.Segment.End : LogFormat.SegmentHeaderBytes;
        _stagedEnd = _stagedStart;
        _stagedFirst = _stagedTail = tail;
        _stagedPayload = 0;
    }

    void EndStaging()
    {
        _target = null;
        _parts.Clear();
    }

    static void FlushOne(OpenSegment open)
    {
        var end = open.Segment.End;
        if (open.IsSuspect) Rewrite(open.File, open.FlushedEnd, end);
        try
        {
            open.File.Flush();
        }
        catch (IOException)
        {
            open.IsSuspect = true;
            throw;
        }

        open.IsSuspect = false;
        open.FlushedEnd = end;
    }

    // After a failed flush the kernel may have marked the pages clean; writing them again makes the next flush mean something.
    static void Rewrite(StoreFile file, long start, long end)
    {
        var buffer = new byte[Math.Min(64 * 1024, Math.Max(1, end - start))];
        for (var offset = start; offset < end;)
        {
            var read = file.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset)), offset);
            if (read == 0) throw new IOException("The segment ends before what was written to it.");
            file.Write([buffer.AsMemory(0, read)], offset);
            offset += read;
        }
    }

    sealed class OpenSegment(Segment segment, StoreFile file)
    {
        public Segment Segment { get; } = segment;

        public StoreFile File { get; } = file;

        /// <summary>A flush failed since <see cref="FlushedEnd"/>.</summary>
        public bool IsSuspect { get; set; }

        public long FlushedEnd { get; set; } = segment.End;
    }
}
