using System.Collections.Concurrent;
using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>The real file system, that fails when told to.</summary>
internal sealed class FaultyFiles : IStoreFiles
{
    const int NoSpace = 28;
    const int InputOutputError = 5;

    readonly ConcurrentDictionary<string, FileState> _states = new();
    long _room = long.MaxValue;

    /// <summary>Bytes that may still be written before the disk is full; what fits of the last write is written.</summary>
    public long Room
    {
        get => Interlocked.Read(ref _room);
        set => Interlocked.Exchange(ref _room, value);
    }

    /// <summary>
    /// The machine stands still when <see cref="Room"/> is used up: from then on nothing is written, cut, renamed or deleted.
    /// </summary>
    public bool StopsWhenFull { get; set; }

    bool IsStopped => StopsWhenFull && Room <= 0;

    /// <summary>Which files fail to write with an input/output error.</summary>
    public Func<string, bool> FailsWrite { get; set; } = _ => false;

    /// <summary>Which files fail to flush.</summary>
    public Func<string, bool> FailsFlush { get; set; } = _ => false;

    /// <summary>Which files cannot be cut.</summary>
    public Func<string, bool> FailsCut { get; set; } = _ => false;

    /// <summary>Is told of each file that is about to be read.</summary>
    public Action<string> OnRead { get; set; } = _ => { };

    /// <summary>Free bytes of the disk, as reported.</summary>
    public long Free { get; set; } = 1L << 40;

    public int Flushes { get; private set; }

    public static IOException DiskFull() => new("No space left on device", NoSpace);

    static IOException BadDisk() => new("Input/output error", InputOutputError);

    public StoreFile Open(string path, StoreFileMode mode)
    {
        if (mode == StoreFileMode.Replace)
        {
            ThrowIfStopped();
            _states[path] = new FileState();
        }

        var file = DiskFiles.Instance.Open(path, mode);
        return new FaultyFile(this, path, file, _states.GetOrAdd(path, _ => new FileState { Flushed = file.Length }));
    }

    /// <summary>
    /// What was not flushed is lost in part or as a whole: files end somewhere between what was flushed and what was written,
    /// some with zeros in place of what is lost.
    /// </summary>
    public void FailPower(Random random)
    {
        foreach (var (path, state) in _states)
        {
            if (!File.Exists(path)) continue;
            var flushed = state.Flushed;
            using var file = new FileStream(path, FileMode.Open);
            var length = file.Length;
            if (length <= flushed) continue;
            var kept = random.Next(3) == 0 ? length : random.NextInt64(flushed, length + 1);
            var zeros = random.Next(2) == 0;
            // Whole sectors are written or not.
            if (zeros) kept = Math.Max(flushed, kept / 512 * 512);
            file.SetLength(kept);
            if (zeros) file.SetLength(length);
        }

        _states.Clear();
    }

    void ThrowIfStopped()
    {
        if (IsStopped) throw BadDisk();
    }

    public bool Exists(string path) => DiskFiles.Instance.Exists(path);

    public IReadOnlyList<string> FilesIn(string directory) => DiskFiles.Instance.FilesIn(directory);

    public IReadOnlyList<string> DirectoriesIn(string directory) => DiskFiles.Instance.DirectoriesIn(directory);

    public void CreateDirectory(string path) => DiskFiles.Instance.CreateDirectory(path);

    public void Move(string from, string to)
    {
        ThrowIfStopped();
        DiskFiles.Instance.Move(from, to);
        if (_states.TryRemove(from, out var state)) _states[to] = state;
    }

    public void Delete(string path)
    {
        ThrowIfStopped();
        if (DiskFiles.Instance.Exists(path)) Give(new FileInfo(path).Length);
        DiskFiles.Instance.Delete(path);
    }

    public void Link(string from, string to) => DiskFiles.Instance.Link(from, to);

    public void FlushDirectory(string path) => ThrowIfStopped();

    public long FreeBytes(string path) => Math.Min(Free, Room);

    void Give(long bytes)
    {
        if (!StopsWhenFull && Room != long.MaxValue) Interlocked.Add(ref _room, bytes);
    }

    sealed class FileState
    {
        public long Flushed { get; set; }
    }

    sealed class FaultyFile(FaultyFiles owner, string path, StoreFile file, FileState state) : StoreFile
    {
        public override long Length => file.Length;

        public override int Read(Span<byte> buffer, long offset)
        {
            owner.OnRead(path);
            return file.Read(buffer, offset);
        }

        public override void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset)
        {
            if (owner.FailsWrite(path))
            {
                // Some of it reaches the disk before it fails.
                file.Write([parts[0][..(parts[0].Length / 2)]], offset);
                throw BadDisk();
            }

            foreach (var part in parts)
            {
                // What the file already has is overwritten without taking room.
                var owned = owner.StopsWhenFull ? 0 : Math.Max(0, file.Length - offset);
                var fits = owner.Room == long.MaxValue ? part.Length : (int)Math.Min(part.Length, owned + owner.Room);
                if (fits > 0) file.Write([part[..fits]], offset);
                if (owner.StopsWhenFull) owner.Room -= fits;
                else owner.Give(-Math.Max(0, fits - owned));
                if (fits < part.Length) throw DiskFull();
                offset += fits;
            }
        }

        public override void SetLength(long length)
        {
            owner.ThrowIfStopped();
            if (owner.FailsCut(path)) throw BadDisk();
            owner.Give(file.Length - length);
            file.SetLength(length);
        }

        public override void Flush()
        {
            owner.Flushes++;
            owner.ThrowIfStopped();
            if (owner.FailsFlush(path)) throw BadDisk();
            state.Flushed = file.Length;
        }

        protected override void Dispose(bool disposing) => file.Dispose();
    }
}
