using IntelMQ.Brokers.Embedded;

namespace IntelMQ.Brokers.Tests.Embedded;

/// <summary>The real file system, that fails when told to.</summary>
internal sealed class FaultyFiles : IStoreFiles
{
    const int NoSpace = 28;
    const int InputOutputError = 5;

    long _room = long.MaxValue;

    /// <summary>Bytes that may still be written before the disk is full; what fits of the last write is written.</summary>
    public long Room
    {
        get => Interlocked.Read(ref _room);
        set => Interlocked.Exchange(ref _room, value);
    }

    /// <summary>Which files fail to write with an input/output error.</summary>
    public Func<string, bool> FailsWrite { get; set; } = _ => false;

    /// <summary>Which files fail to flush.</summary>
    public Func<string, bool> FailsFlush { get; set; } = _ => false;

    /// <summary>Which files cannot be cut.</summary>
    public Func<string, bool> FailsCut { get; set; } = _ => false;

    /// <summary>Free bytes of the disk, as reported.</summary>
    public long Free { get; set; } = 1L << 40;

    public int Flushes { get; private set; }

    public static IOException DiskFull() => new("No space left on device", NoSpace);

    static IOException BadDisk() => new("Input/output error", InputOutputError);

    public StoreFile Open(string path, StoreFileMode mode) => new FaultyFile(this, path, DiskFiles.Instance.Open(path, mode));

    public bool Exists(string path) => DiskFiles.Instance.Exists(path);

    public IReadOnlyList<string> FilesIn(string directory) => DiskFiles.Instance.FilesIn(directory);

    public IReadOnlyList<string> DirectoriesIn(string directory) => DiskFiles.Instance.DirectoriesIn(directory);

    public void CreateDirectory(string path) => DiskFiles.Instance.CreateDirectory(path);

    public void Move(string from, string to) => DiskFiles.Instance.Move(from, to);

    public void Delete(string path)
    {
        if (DiskFiles.Instance.Exists(path)) Give(new FileInfo(path).Length);
        DiskFiles.Instance.Delete(path);
    }

    public void Link(string from, string to) => DiskFiles.Instance.Link(from, to);

    public void FlushDirectory(string path) => DiskFiles.Instance.FlushDirectory(path);

    public long FreeBytes(string path) => Free;

    void Give(long bytes)
    {
        if (Room != long.MaxValue) Interlocked.Add(ref _room, bytes);
    }

    sealed class FaultyFile(FaultyFiles owner, string path, StoreFile file) : StoreFile
    {
        public override long Length => file.Length;

        public override int Read(Span<byte> buffer, long offset) => file.Read(buffer, offset);

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
                var owned = Math.Max(0, file.Length - offset);
                var fits = owner.Room == long.MaxValue ? part.Length : (int)Math.Min(part.Length, owned + owner.Room);
                if (fits > 0) file.Write([part[..fits]], offset);
                owner.Give(-Math.Max(0, fits - owned));
                if (fits < part.Length) throw DiskFull();
                offset += fits;
            }
        }

        public override void SetLength(long length)
        {
            if (owner.FailsCut(path)) throw BadDisk();
            owner.Give(file.Length - length);
            file.SetLength(length);
        }

        public override void Flush()
        {
            owner.Flushes++;
            if (owner.FailsFlush(path)) throw BadDisk();
        }

        protected override void Dispose(bool disposing) => file.Dispose();
    }
}
