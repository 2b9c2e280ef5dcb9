using System.IO.MemoryMappedFiles;

namespace IntelMQ.Brokers.Embedded;

/// <summary>
/// How far each queue has been handed out, in a mapped file: a plain store in memory that survives the death of the process,
/// so that what a bot had when the host died is known without writing to the journal at every receive.
/// </summary>
internal sealed class DeliveryMarks : IDisposable
{
    const int Slots = 16_384;

    readonly MemoryMappedFile? _file;
    readonly MemoryMappedViewAccessor? _view;

    DeliveryMarks(MemoryMappedFile? file)
    {
        _file = file;
        _view = file?.CreateViewAccessor(0, Slots * sizeof(long));
    }

    /// <summary>Opens or creates the file. Without room for it there are no marks, and nothing counts as delivered before.</summary>
    public static DeliveryMarks Open(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            if (stream.Length < Slots * sizeof(long))
            {
                // Written, not only extended: a mapped hole on a full disk would kill the process.
                stream.SetLength(0);
                stream.Write(new byte[Slots * sizeof(long)]);
                stream.Flush();
            }

            return new DeliveryMarks(MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.ReadWrite));
        }
        catch (IOException)
        {
            return new DeliveryMarks(null);
        }
    }

    public long this[int queue]
    {
        get => _view is not null && queue < Slots ? _view.ReadInt64(queue * sizeof(long)) : 0;
        set
        {
            if (_view is not null && queue < Slots) _view.Write(queue * sizeof(long), value);
        }
    }

    public void Dispose()
    {
        _view?.Dispose();
        _file?.Dispose();
    }
}
