using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace IntelMQ.Bots.Experts.MaxmindGeoip.DatabaseFormat;

/// <summary>The bytes of a database, mapped into memory, so that bots with the same file share them. No read goes beyond its end.</summary>
sealed class MmdbFile : IDisposable
{
    readonly SafeFileHandle _handle;
    readonly MemoryMappedFile _mapping;
    readonly MemoryMappedViewAccessor _view;
    readonly DateTime _written;

    /// <summary>Maps a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is empty.</exception>
    public MmdbFile(string path)
    {
        Path = path;
        _handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            _written = File.GetLastWriteTimeUtc(_handle);
            Length = RandomAccess.GetLength(_handle);
            if (Length == 0) throw new InvalidDataException("It is empty.");
            _mapping = MemoryMappedFile.CreateFromFile(_handle, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
            _view = _mapping.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }
        catch
        {
            _mapping?.Dispose();
            _handle.Dispose();
            throw;
        }
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>
    /// Whether the file was written into since it was mapped. A file that is replaced leaves the old one as it was; one
    /// that is overwritten changes under our eyes, and its pages may be gone.
    /// </summary>
    public bool IsOverwritten => File.GetLastWriteTimeUtc(_handle) != _written;

    /// <exception cref="InvalidDataException">The file ends before.</exception>
    public void Read(long at, Span<byte> to)
    {
        if (at < 0 || to.Length > Length - at) throw Broken(at, "it ends within a value");
        _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)at, to);
    }

    public static InvalidDataException Broken(long at, string why) => new($"It is broken at byte {at}: {why}.");

    public void Dispose()
    {
        _view.Dispose();
        _mapping.Dispose();
        _handle.Dispose();
    }
}
