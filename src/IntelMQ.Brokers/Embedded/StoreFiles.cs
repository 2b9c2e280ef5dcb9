using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace IntelMQ.Brokers.Embedded;

/// <summary>The file system as the store needs it, so that tests can let it fail.</summary>
internal interface IStoreFiles
{
    StoreFile Open(string path, StoreFileMode mode);

    bool Exists(string path);

    IReadOnlyList<string> FilesIn(string directory);

    IReadOnlyList<string> DirectoriesIn(string directory);

    void CreateDirectory(string path);

    void Move(string from, string to);

    void Delete(string path);

    /// <summary>A second name for the same file, or a copy where the file system cannot have that.</summary>
    void Link(string from, string to);

    /// <summary>Makes created, renamed and deleted names in a directory safe against power loss.</summary>
    void FlushDirectory(string path);

    long FreeBytes(string path);
}

internal enum StoreFileMode
{
    /// <summary>Must exist, is only read.</summary>
    Read,

    /// <summary>Must exist, is read and written.</summary>
    Write,

    /// <summary>Begins empty, whatever was there.</summary>
    Replace,
}

/// <summary>One open file of the store. All members throw <see cref="IOException"/> as the system reports it.</summary>
internal abstract class StoreFile : IDisposable
{
    public abstract long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends, returns how much it was.</summary>
    public abstract int Read(Span<byte> buffer, long offset);

    public abstract void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset);

    public abstract void SetLength(long length);

    /// <summary>Returns when what was written is on the disk.</summary>
    public abstract void Flush();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected abstract void Dispose(bool disposing);
}

/// <summary>The real file system.</summary>
internal sealed partial class DiskFiles : IStoreFiles
{
    public static DiskFiles Instance { get; } = new();

    public StoreFile Open(string path, StoreFileMode mode) => new DiskFile(mode switch
    {
        StoreFileMode.Read => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
        StoreFileMode.Write => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
        _ => File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
    });

    public bool Exists(string path) => File.Exists(path);

    public IReadOnlyList<string> FilesIn(string directory) =>
        Directory.Exists(directory) ? Directory.GetFiles(directory) : [];

    public IReadOnlyList<string> DirectoriesIn(string directory) =>
        Directory.Exists(directory) ? Directory.GetDirectories(directory) : [];

    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    public void Move(string from, string to) => File.Move(from, to, overwrite: true);

    public void Delete(string path) => File.Delete(path);

    public void Link(string from, string to)
    {
        if (!OperatingSystem.IsWindows() && Native.Link(from, to) == 0) return;
        File.Copy(from, to, overwrite: true);
    }

    public void FlushDirectory(string path)
    {
        // Windows keeps its directory in a journal of its own and has no such call.
        if (OperatingSystem.IsWindows()) return;
        var descriptor = Native.Open(path, 0);
        if (descriptor < 0) throw Failure("open", path);
        try
        {
            if (Native.Flush(descriptor) != 0) throw Failure("flush", path);
        }
        finally
        {
            _ = Native.Close(descriptor);
        }
    }

    public long FreeBytes(string path) => new DriveInfo(path).AvailableFreeSpace;

    static IOException Failure(string what, string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new IOException($"Cannot {what} the directory {path}: {Marshal.GetPInvokeErrorMessage(error)}.", error);
    }

    static partial class Native
    {
        [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Flush(int descriptor);

        [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Close(int descriptor);

        [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        public static partial int Link(string from, string to);
    }

    sealed class DiskFile(SafeFileHandle handle) : StoreFile
    {
        public override long Length => RandomAccess.GetLength(handle);

        public override int Read(Span<byte> buffer, long offset)
        {
            var done = 0;
            while (done < buffer.Length)
            {
                var read = RandomAccess.Read(handle, buffer[done..], offset + done);
                if (read == 0) break;
                done += read;
            }

            return done;
        }

        public override void Write(IReadOnlyList<ReadOnlyMemory<byte>> parts, long offset)
        {
            if (parts.Count == 1) RandomAccess.Write(handle, parts[0].Span, offset);
            else RandomAccess.Write(handle, parts, offset);
        }

        public override void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public override void Flush() => RandomAccess.FlushToDisk(handle);

        protected override void Dispose(bool disposing) => handle.Dispose();
    }
}
