namespace IntelMQ.Sdk;

/// <summary>
/// A bot that looks things up in a file which it can also download. <c>intelmqctl update-database</c> asks it for new
/// content, without starting it, and puts that into the file; a running bot takes notice by its <see cref="DatabaseFile{T}"/>.
/// </summary>
public interface IUpdatableDatabase
{
    /// <summary>The file, as the parameter <c>database</c> says. Bots that share one download it once.</summary>
    string DatabasePath { get; }

    /// <summary>Whether the operator wants it to be updated: the parameter <c>autoupdate_cached_database</c>.</summary>
    bool IsUpdateWanted { get; }

    /// <summary>Downloads the database and brings it into the form of the file.</summary>
    /// <exception cref="ConfigurationException">A parameter that the download needs is missing or wrong, such as a licence key.</exception>
    /// <exception cref="TransientException">The server does not answer now.</exception>
    Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken);
}

/// <summary>A file with a table to look things up in. It is read when the bot starts, and again when it has changed.</summary>
/// <typeparam name="T">The table.</typeparam>
public sealed class DatabaseFile<T> where T : class
{
    static readonly TimeSpan LookInterval = TimeSpan.FromMinutes(1);

    readonly string _path;
    readonly Func<Stream, T> _read;
    readonly BotContext _context;
    DateTime _changed;
    long _looked;

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="read">Makes the table of its content; a <see cref="FormatException"/> or <see cref="InvalidDataException"/> says that it is none.</param>
    /// <param name="context">The bot's: its clock and its log.</param>
    /// <exception cref="ConfigurationException">The file is missing or cannot be read.</exception>
    public DatabaseFile(string path, Func<Stream, T> read, BotContext context)
    {
        (_path, _read, _context) = (path, read, context);
        _looked = context.Time.GetTimestamp();
        try
        {
            _changed = File.GetLastWriteTimeUtc(path);
            Content = Read();
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            throw new ConfigurationException($"The database '{path}' cannot be read: {e.Message} 'intelmqctl update-database' downloads it where the bot can.", e);
        }
    }

    T Content { get; set; }

    /// <summary>The table. Once a minute the file is looked at; while a new one cannot be read, the old table stays in use.</summary>
    public T Current
    {
        get
        {
            if (_context.Time.GetElapsedTime(_looked) >= LookInterval) Look();
            return Content;
        }
    }

    void Look()
    {
        _looked = _context.Time.GetTimestamp();
        var changed = File.GetLastWriteTimeUtc(_path);
        if (changed == _changed) return;
        _changed = changed;
        try
        {
            Content = Read();
            _context.Log.Info($"The database '{_path}' has changed and was read again.");
        }
        catch (Exception e) when (IsUnreadable(e))
        {
            _context.Log.Error($"The new database '{_path}' cannot be read, the old one stays in use: {e.Message}");
        }
    }

    T Read()
    {
        using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 64 * 1024);
        return _read(file);
    }

    static bool IsUnreadable(Exception e) => e is IOException or UnauthorizedAccessException or FormatException or InvalidDataException;
}

/// <summary>What is the same for all files with databases.</summary>
public static class DatabaseFile
{
    /// <summary>What is to be said about the parameter with the path, for <see cref="ICheckable"/>.</summary>
    /// <param name="path">Its value.</param>
    /// <param name="parameter">Its name.</param>
    public static IEnumerable<CheckResult> Check(string? path, string parameter = "database")
    {
        if (string.IsNullOrEmpty(path)) yield return new(BotLogLevel.Error, $"{parameter} is empty; expected the path of a file.", parameter);
        else if (!File.Exists(path)) yield return new(BotLogLevel.Error, $"{parameter}: the file '{path}' does not exist. 'intelmqctl update-database' downloads it where the bot can.", parameter);
    }

    /// <summary>Puts new content in place of a file at once, so that no reader ever sees half of it; directories are created.</summary>
    /// <returns>False when the file has this content already; it is not touched then.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not write it.</exception>
    public static async Task<bool> ReplaceAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (File.Exists(full) && new FileInfo(full).Length == content.Length)
        {
            var present = await File.ReadAllBytesAsync(full, cancellationToken);
            if (content.Span.SequenceEqual(present)) return false;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var fresh = full + ".new";
        try
        {
            await File.WriteAllBytesAsync(fresh, content, cancellationToken);
            File.Move(fresh, full, overwrite: true);
            return true;
        }
        finally
        {
            File.Delete(fresh);
        }
    }
}
