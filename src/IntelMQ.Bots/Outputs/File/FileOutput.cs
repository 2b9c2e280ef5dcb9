namespace IntelMQ.Bots.Outputs.File;

/// <summary>Appends each message to a file, as one line of JSON.</summary>
/// <remarks>
/// The file may be renamed or removed at any time, as programs that rotate logs do: the next line goes to a new one. Lines
/// are on their file before the messages are acknowledged; a line that could be written in part only is taken back.
/// </remarks>
[Bot("intelmq.bots.outputs.file.output", SingleInstance = true)]
public sealed class FileOutput : Output
{
    readonly LineFiles _files;
    readonly MessageWriter _write;

    /// <summary>An output with these options.</summary>
    /// <exception cref="ConfigurationException">The format of the file's name has an error.</exception>
    public FileOutput(FileOutputOptions options)
    {
        _files = new LineFiles(new LineFilesOptions { File = options.File, IsFormat = options.FormatFilename });
        _write = new EventExport(options).Write;
    }

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _files.Start();
        return default;
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken) => _files.AppendAsync(message, _write, cancellationToken);

    /// <inheritdoc />
    protected override ValueTask FlushAsync(CancellationToken cancellationToken) => _files.FlushAsync(cancellationToken);
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
    public IEnumerable<CheckResult> Check() => LineFiles.Check(File, FormatFilename);
}
