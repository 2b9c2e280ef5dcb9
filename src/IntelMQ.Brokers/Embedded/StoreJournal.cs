namespace IntelMQ.Brokers.Embedded;

/// <summary>The journal of a running store: begins a new file when the old one has grown or cannot be trusted.</summary>
internal sealed class StoreJournal : IDisposable
{
    const int ReserveBytes = 2 * 1024 * 1024;

    readonly IStoreFiles _files;
    readonly string _directory;
    readonly long _limit;
    readonly Action _flushLogs;
    readonly Action<JournalRecord> _writeState;
    readonly JournalRecord _state = new();
    readonly string _reserve;

    Journal _current;
    long _stateBytes;

    public StoreJournal(
        IStoreFiles files, string directory, long limit, long generation, long group, Action flushLogs,
        Action<JournalRecord> writeState)
    {
        _files = files;
        _directory = directory;
        _limit = limit;
        _flushLogs = flushLogs;
        _writeState = writeState;
        _reserve = Path.Combine(directory, "reserve");
        Group = group;
        _current = BeginNext(generation);
    }

    /// <summary>The last group that counts.</summary>
    public long Group { get; private set; }

    public long NextGroup => Group + 1;

    /// <summary>The file of this moment. It may be replaced at any time, but then its successor is on the disk.</summary>
    public Journal Current => Volatile.Read(ref _current);

    /// <summary>Sees to it that the next record has a place. Called by the committer alone, as is <see cref="Write"/>.</summary>
    public void Prepare()
    {
        if (!_current.IsUnsure && _current.Length < Math.Max(_limit, 4 * _stateBytes)) return;
        BeginAnew();
    }

    /// <summary>Replaces the journal by one that begins with the state of now.</summary>
    public void BeginAnew()
    {
        var old = _current;
        Volatile.Write(ref _current, BeginNext(old.Generation + 1));
        old.Dispose();
        try
        {
            _files.Delete(old.Path);
        }
        catch (IOException)
        {
            // The newest journal counts; opening the store clears older ones away.
        }
    }

    public void Write(JournalRecord record, bool flush)
    {
        var end = _current.Length;
        _current.Write(record.Seal(NextGroup));
        if (flush)
        {
            try
            {
                _current.Flush();
            }
            catch (IOException)
            {
                _current.Undo(end);
                throw;
            }
        }

        Group++;
    }

    /// <summary>Gives up the file that keeps room for acknowledgements on a full disk.</summary>
    public bool ReleaseReserve()
    {
        if (!_files.Exists(_reserve)) return false;
        try
        {
            _files.Delete(_reserve);
            return true;
        }
        catch (IOException)
        {
            // Then there is no reserve; the caller reports the full disk.
            return false;
        }
    }

    /// <summary>Lays the reserve in again when there is room for it.</summary>
    public void EnsureReserve()
    {
        if (_files.Exists(_reserve) || _files.FreeBytes(_directory) < 4 * ReserveBytes) return;
        try
        {
            using var file = _files.Open(_reserve, StoreFileMode.Replace);
            file.Write([new byte[ReserveBytes]], 0);
        }
        catch (IOException)
        {
            _files.Delete(_reserve);
            throw;
        }
    }

    public void Dispose() => _current.Dispose();

    Journal BeginNext(long generation)
    {
        // The records that tell which parts of the logs must be looked at after a power failure go with the old journal.
        _flushLogs();
        _state.Reset();
        _writeState(_state);
        _state.Synced(Group);
        var state = _state.Seal(Group);
        _stateBytes = state.Length;
        return Journal.Begin(_files, _directory, generation, state);
    }
}
