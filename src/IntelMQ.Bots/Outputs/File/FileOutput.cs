namespace IntelMQ.Bots.Outputs.File;

/// <summary>Appends each message to a file, as one line of JSON.</summary>
/// <remarks>
/// The file may be renamed or removed at any time, as programs that rotate logs do: the next line goes to a new one. Lines
/// are on their file before the messages are acknowledged; a line that could be written in part only is taken back.
/// </remarks>
[Bot("intelmq.bots.outputs.file.output", SingleInstance = true)]
public sealed class FileOutput : Output
{
    const int MostFiles = 64;

    readonly FileOutputOptions _options;
    readonly EventExport _export;
    readonly FileNameFormat? _nameFormat;
    readonly Dictionary<string, AppendedFile> _files = new(StringComparer.Ordinal);
    AppendedFile? _current;

    /// <summary>An output with these options.</summary>
    /// <exception cref="ConfigurationException">The format of the file's name has an error.</exception>
    public FileOutput(FileOutputOptions options)
    {
        _options = options;
        _export = new EventExport(options);
        if (options.FormatFilename) _nameFormat = FileNameFormat.Parse(options.File);
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (_nameFormat is not null) return default;

        try
        {
            _current = Open(_options.File);
            _current.Touch();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The file '{_options.File}' cannot be opened for writing: {e.Message}", e);
        }

        return default;
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        var file = FileFor(message);
        if (file.IsFull || _files.Count > MostFiles) return FlushThenWriteAsync(message, cancellationToken);

        file.AppendLine(message, _export);
        return default;
    }

    // In this order: the message is tried again if the flush fails, and must not be among the lines by then.
    async ValueTask FlushThenWriteAsync(Message message, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        FileFor(message).AppendLine(message, _export);
    }

    AppendedFile FileFor(Message message) => _nameFormat is null ? _current! : Open(_nameFormat.Format(message));

    AppendedFile Open(string name)
    {
        if (_files.TryGetValue(name, out var file)) return file;
        return _files[name] = new AppendedFile(name);
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var file in _files.Values) await file.FlushAsync(cancellationToken);
        // Names made from messages may be many; each remembered file has a buffer.
        if (_files.Count > MostFiles) _files.Clear();
    }
}

/// <summary>Parameters of <see cref="FileOutput"/>.</summary>
public sealed record FileOutputOptions : ExportOptions, ICheckable
{
    /// <summary>Path of the file, or a format text that makes one, see <c>format_filename</c>.</summary>
    public string File { get; init; } = "/opt/intelmq/var/lib/bots/file-output/events.txt";

    /// <summary>
    /// Takes <c>file</c> for a format text: <c>{event[source.abuse_contact]}</c> is replaced by that field's value, and
    /// <c>{event[time.source]:%Y-%m-%d}</c> by the date; a field that a message lacks gives <c>None</c>.
    /// </summary>
    public bool FormatFilename { get; init; }

    /// <summary>
    /// Accepted for the sake of existing configurations. What it was for, halves of surrogate pairs, which have no form in
    /// UTF-8, are always written as escapes of JSON.
    /// </summary>
    public string EncodingErrorsMode { get; init; } = "strict";

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (File.Length == 0)
        {
            yield return new(BotLogLevel.Error, "file is empty; expected the path of a file.", "file");
            yield break;
        }

        if (FormatFilename && FileNameFormat.ProblemOf(File) is { } problem) yield return new(BotLogLevel.Error, problem, "file");
        if (File.Contains("{ev", StringComparison.Ordinal)) yield break;

        var directory = Path.GetDirectoryName(Path.GetFullPath(File));
        if (directory is not null && !Directory.Exists(directory))
            yield return new(BotLogLevel.Info, $"The directory '{directory}' does not exist; it is created when the bot starts.", "file");
    }
}
