namespace IntelMQ.Sdk;

/// <summary>Lines on their way to the end of one file. They are in memory until <see cref="FlushAsync"/>.</summary>
sealed class AppendedFile(string name, ReadOnlyMemory<byte> header)
{
    /// <summary>Lines of this size together are written at once.</summary>
    const int LargeEnough = 1024 * 1024;

    // Two bots may append to one file; a stripe of locks keeps their lines whole.
    static readonly SemaphoreSlim[] Locks = CreateLocks();

    static readonly FileStreamOptions Appending = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0, Options = FileOptions.Asynchronous };

    readonly string _path = Path.GetFullPath(name);
    readonly LineBuffer _lines = new();
    bool _endsWithLine;

    static SemaphoreSlim[] CreateLocks()
    {
        var locks = new SemaphoreSlim[64];
        for (var i = 0; i < locks.Length; i++) locks[i] = new SemaphoreSlim(1);
        return locks;
    }

    SemaphoreSlim Lock => Locks[(uint)_path.GetHashCode(StringComparison.Ordinal) % (uint)Locks.Length];

    /// <summary>Creates the file and its directory where they are missing. A file that is empty begins with the header then, also if no line follows.</summary>
    public void Touch()
    {
        using var file = Open();
        if (file.Length == 0) file.Write(header.Span);
    }

    /// <summary>Whether there are so many lines that it is time to flush.</summary>
    public bool IsFull => _lines.Length >= LargeEnough;

    /// <summary>Adds what is written of a message. Nothing of it stays when that fails.</summary>
    public void Append(Message message, MessageWriter write, bool endsLine)
    {
        var before = _lines.Length;
        try
        {
            write(_lines, message);
            if (endsLine) _lines.EndLine();
        }
        catch
        {
            // No half of a line may stay before the next one.
            _lines.CutTo(before);
            throw;
        }
    }

    /// <summary>Writes the lines. When that fails, the file is as long as before and the lines stay for the next attempt.</summary>
    /// <exception cref="TransientException">The file cannot be written now.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_lines.Length == 0) return;

        var gate = Lock;
        await gate.WaitAsync(cancellationToken);
        try
        {
            await AppendAsync(cancellationToken);
            _lines.CutTo(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TransientException($"The file '{_path}' cannot be written: {e.Message}", inner: e);
        }
        finally
        {
            gate.Release();
        }
    }

    async ValueTask AppendAsync(CancellationToken cancellationToken)
    {
        // Opened anew for each batch: whatever was renamed, removed or created in between is none of our concern then.
        await using var file = Open();
        if (!file.CanSeek)
        {
            await file.WriteAsync(_lines.Written, cancellationToken);
            return;
        }

        var length = file.Seek(0, SeekOrigin.End);
        try
        {
            // Half a line that a killed process has left must not take the first new one with it.
            if (!_endsWithLine && length > 0 && !EndsWithLine()) file.WriteByte((byte)'\n');
            if (length == 0) await file.WriteAsync(header, cancellationToken);
            await file.WriteAsync(_lines.Written, cancellationToken);
            _endsWithLine = true;
        }
        catch
        {
            file.SetLength(length);
            throw;
        }
    }

    bool EndsWithLine()
    {
        try
        {
            using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
            file.Seek(-1, SeekOrigin.End);
            return file.ReadByte() == '\n';
        }
        catch (UnauthorizedAccessException)
        {
            // A file that may be written and not read is used as it is.
            return true;
        }
    }

    FileStream Open()
    {
        try
        {
            return new FileStream(_path, Appending);
        }
        catch (DirectoryNotFoundException)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            return new FileStream(_path, Appending);
        }
    }
}
