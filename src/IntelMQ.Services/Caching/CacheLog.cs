using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace IntelMQ.Services;

/// <summary>
/// The files of a store: <c>cache-N.log</c> holds frames in the order of their completion, <c>cache-N.snap</c> all that
/// was alive when the log of the same number was begun. Older files than the newest snapshot are not needed.
/// </summary>
sealed class CacheLog
{
    readonly string _directory;
    readonly CacheStoreOptions _options;
    readonly Lock _gate = new();
    readonly List<CacheData> _names;
    readonly FrameWriter _own = new();
    SafeFileHandle _file;
    long _length;
    bool _dirty;

    public CacheLog(string directory, int lastFile, long olderBytes, CacheStoreOptions options, IEnumerable<CacheData> names)
    {
        _directory = directory;
        _options = options;
        _names = [.. names];
        OlderBytes = olderBytes;
        Number = lastFile + 1;
        _file = Create();
    }

    /// <summary>The number of the file that is being written.</summary>
    public int Number { get; private set; }

    /// <summary>Bytes of the log files before this one.</summary>
    public long OlderBytes { get; private set; }

    /// <summary>Bytes of all log files.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return OlderBytes + _length;
        }
    }

    public static string LogPath(string directory, int number) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"cache-{number:D8}.log"));

    public static string SnapshotPath(string directory, int number) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"cache-{number:D8}.snap"));

    SafeFileHandle Create()
    {
        var file = File.OpenHandle(LogPath(_directory, Number), FileMode.Create, FileAccess.ReadWrite, FileShare.Read);
        _file = file;
        _length = 0;
        _own.Clear();
        WriteHeader(_own, _names, _options);
        AppendLocked(_own);
        return file;
    }

    public static void WriteHeader(FrameWriter frame, IEnumerable<CacheData> names, CacheStoreOptions options)
    {
        frame.Text(CacheRecord.Boot, 0, options.BootId);
        foreach (var cache in names) frame.Text(CacheRecord.Name, cache.Id, cache.Name);
    }

    public void Define(CacheData cache)
    {
        lock (_gate)
        {
            _own.Clear();
            _own.Text(CacheRecord.Name, cache.Id, cache.Name);
            AppendLocked(_own);
            _names.Add(cache);
        }
    }

    /// <summary>Hands a frame to the operating system, so that it outlives this process.</summary>
    public void Append(FrameWriter frame)
    {
        lock (_gate) AppendLocked(frame);
    }

    // The place is given, so that a frame that was written in part is overwritten by the next one.
    void AppendLocked(FrameWriter frame)
    {
        var bytes = frame.Finish(CacheClock.Seconds(_options.Time));
        RandomAccess.Write(_file, bytes, _length);
        _length += bytes.Length;
        _dirty = true;
    }

    /// <summary>Hands what was written from the operating system to the disk.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (!_dirty) return;
            _dirty = false;
        }

        RandomAccess.FlushToDisk(_file);
    }

    /// <summary>Begins the next file: what is completed from now on stands there.</summary>
    public int Rotate()
    {
        lock (_gate)
        {
            var previous = _file;
            var length = _length;
            Number++;
            try
            {
                Create();
            }
            catch (IOException)
            {
                (_file, _length) = (previous, length);
                Number--;
                throw;
            }

            RandomAccess.FlushToDisk(previous);
            previous.Dispose();
            OlderBytes += length;
            return Number;
        }
    }

    /// <summary>Deletes what a snapshot has made superfluous.</summary>
    public void DeleteBefore(int number)
    {
        foreach (var (path, fileNumber, isSnapshot) in CacheRecovery.Files(_directory))
        {
            if (fileNumber >= number) continue;
            var length = isSnapshot ? 0 : new FileInfo(path).Length;
            File.Delete(path);
            lock (_gate) OlderBytes -= length;
        }
    }

    public string Directory => _directory;

    public void Close()
    {
        lock (_gate)
        {
            _own.Clear();
            _own.Closed();
            AppendLocked(_own);
            RandomAccess.FlushToDisk(_file);
            _file.Dispose();
        }
    }
}
