using System.Buffers;

namespace IntelMQ.Sdk;

/// <summary>Writes a message as the bytes that stand for it in a file.</summary>
/// <param name="to">Where to write.</param>
/// <param name="message">The message.</param>
public delegate void MessageWriter(IBufferWriter<byte> to, Message message);

/// <summary>
/// Files to whose end an output appends: one with a fixed name, or several whose names are made of the messages,
/// <c>/data/{event[source.abuse_contact]}.txt</c>.
/// </summary>
/// <remarks>
/// Files may be renamed or removed at any time, as programs that rotate logs do: the next line goes to a new one. What is
/// appended is on its file when <see cref="FlushAsync"/> returns; what could be written in part only is taken back.
/// </remarks>
public sealed class LineFiles
{
    const int MostFiles = 64;

    readonly LineFilesOptions _options;
    readonly MessageTemplate? _name;
    readonly Dictionary<string, AppendedFile> _files = new(StringComparer.Ordinal);
    AppendedFile? _only;

    /// <summary>Files as the options say.</summary>
    /// <exception cref="ConfigurationException">The format of the name has an error.</exception>
    public LineFiles(LineFilesOptions options)
    {
        _options = options;
        if (!options.IsFormat) return;
        if (MessageTemplate.ProblemOf(options.File, "event") is { } problem) throw new ConfigurationException($"file: {problem}");
        _name = MessageTemplate.Parse(options.File, "event");
    }

    /// <summary>Creates the file and its directory, so that an output that cannot write says so when it starts. Names that are made of messages wait for these.</summary>
    /// <exception cref="ConfigurationException">The file cannot be written.</exception>
    public void Start()
    {
        if (_name is not null) return;
        try
        {
            _only = Open(_options.File);
            _only.Touch();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The file '{_options.File}' cannot be opened for writing: {e.Message}", e);
        }
    }

    /// <summary>Appends what is written of a message; it is in memory until <see cref="FlushAsync"/>.</summary>
    /// <exception cref="TransientException">There is so much in memory that it had to be flushed, and that cannot be done now.</exception>
    public ValueTask AppendAsync(Message message, MessageWriter write, CancellationToken cancellationToken)
    {
        var file = FileFor(message);
        if (file.IsFull || _files.Count > MostFiles) return FlushThenAppendAsync(message, write, cancellationToken);
        file.Append(message, write, _options.EndsLines);
        return default;
    }

    // In this order: the message is tried again if the flush fails, and must not be among the lines by then.
    async ValueTask FlushThenAppendAsync(Message message, MessageWriter write, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken);
        FileFor(message).Append(message, write, _options.EndsLines);
    }

    AppendedFile FileFor(Message message) => _name is null ? _only ??= Open(_options.File) : Open(_name.Fill(message, isPath: true));

    AppendedFile Open(string name)
    {
        if (_files.TryGetValue(name, out var file)) return file;
        return _files[name] = new AppendedFile(name, _options.Header);
    }

    /// <summary>Writes what was appended to its files; to be called by <see cref="Output.FlushAsync"/>.</summary>
    /// <exception cref="TransientException">A file cannot be written now; what is in memory stays there.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var file in _files.Values) await file.FlushAsync(cancellationToken);
        // Names made from messages may be many; each remembered file has a buffer.
        if (_files.Count <= MostFiles) return;
        _files.Clear();
        _only = null;
    }

    /// <summary>What is to be said about the parameters <c>file</c> and <c>format_filename</c>, for <see cref="ICheckable"/>.</summary>
    public static IEnumerable<CheckResult> Check(string file, bool isFormat)
    {
        if (file.Length == 0)
        {
            yield return new(BotLogLevel.Error, "file is empty; expected the path of a file.", "file");
            yield break;
        }

        if (isFormat && MessageTemplate.ProblemOf(file, "event") is { } problem) yield return new(BotLogLevel.Error, $"file: {problem}", "file");
        if (file.Contains("{ev", StringComparison.Ordinal)) yield break;

        var directory = Path.GetDirectoryName(Path.GetFullPath(file));
        if (directory is not null && !Directory.Exists(directory))
            yield return new(BotLogLevel.Info, $"The directory '{directory}' does not exist; it is created when the bot starts.", "file");
    }
}

/// <summary>Which files, and what they are like.</summary>
public sealed record LineFilesOptions
{
    /// <summary>The path, or a text with places that makes one: the parameter <c>file</c>.</summary>
    public required string File { get; init; }

    /// <summary>Whether the path has places to fill in: the parameter <c>format_filename</c>.</summary>
    public bool IsFormat { get; init; }

    /// <summary>What an empty file begins with, its line end included.</summary>
    public ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>Whether a line end is put behind what is written of each message; false where it is written with it, or may be nothing.</summary>
    public bool EndsLines { get; init; } = true;
}
