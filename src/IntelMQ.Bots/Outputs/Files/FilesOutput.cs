using System.Globalization;

namespace IntelMQ.Bots.Outputs.Files;

/// <summary>Writes each message to a file of its own, in a directory where another program picks it up.</summary>
/// <remarks>
/// A file is written in <c>tmp</c> and then renamed into <c>dir</c>, as mail programs do in a Maildir: whatever is in
/// <c>dir</c> is complete. Both directories must be on one file system.
/// </remarks>
[Bot("intelmq.bots.outputs.files.output")]
public sealed class FilesOutput(FilesOutputOptions options) : Output
{
    static long lastNumber;

    readonly EventExport _export = new(options);
    readonly System.Buffers.ArrayBufferWriter<byte> _buffer = new(1024);

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        Create(options.Tmp, "tmp");
        Create(options.Dir, "dir");
        CheckThatFilesCanMove();
        return default;
    }

    static void Create(string directory, string parameter)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{parameter}: the directory '{directory}' cannot be created: {e.Message}", e);
        }
    }

    void CheckThatFilesCanMove()
    {
        var name = NextName();
        var (from, to) = (Path.Combine(options.Tmp, name), Path.Combine(options.Dir, $".{name}"));
        try
        {
            System.IO.File.WriteAllBytes(from, []);
            Directory.Move(from, to);
            System.IO.File.Delete(to);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.IO.File.Delete(from);
            throw new ConfigurationException($"A file in tmp ('{options.Tmp}') cannot be renamed into dir ('{options.Dir}'); they must be writable and on one file system: {e.Message}", e);
        }
    }

    /// <inheritdoc />
    protected override async ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        _buffer.ResetWrittenCount();
        _export.Write(_buffer, message);

        var name = NextName();
        var (from, to) = (Path.Combine(options.Tmp, name), Path.Combine(options.Dir, name));
        try
        {
            await System.IO.File.WriteAllBytesAsync(from, _buffer.WrittenMemory, cancellationToken);
            System.IO.File.Move(from, to);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            System.IO.File.Delete(from);
            throw new TransientException($"The file '{to}' cannot be written: {e.Message}", inner: e);
        }
    }

    /// <summary>Host, process, time and a number that grows: no two files ever have the same.</summary>
    string NextName()
    {
        var now = (Context.Time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.MachineName}.{Environment.ProcessId}.{now:0.000000}.{Interlocked.Increment(ref lastNumber)}{options.Suffix}");
    }
}

/// <summary>Parameters of <see cref="FilesOutput"/>.</summary>
public sealed record FilesOutputOptions : ExportOptions, ICheckable
{
    /// <summary>Directory in which files are written.</summary>
    public string Tmp { get; init; } = "/opt/intelmq/var/lib/bots/files-output/tmp";

    /// <summary>Directory in which complete files appear.</summary>
    public string Dir { get; init; } = "/opt/intelmq/var/lib/bots/files-output/incoming";

    /// <summary>What the names of files end in.</summary>
    public string Suffix { get; init; } = ".json";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Tmp.Length == 0) yield return new(BotLogLevel.Error, "tmp is empty; expected the path of a directory.", "tmp");
        if (Dir.Length == 0) yield return new(BotLogLevel.Error, "dir is empty; expected the path of a directory.", "dir");
    }
}
