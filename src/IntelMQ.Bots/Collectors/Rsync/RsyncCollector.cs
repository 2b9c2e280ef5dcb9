using System.Runtime.CompilerServices;

namespace IntelMQ.Bots.Collectors.Rsync;

/// <summary>Fetches a file with the program <c>rsync</c>, which must be installed.</summary>
[Bot("intelmq.bots.collectors.rsync.collector_rsync")]
public sealed class RsyncCollector(RsyncCollectorOptions options) : Collector
{
    string _directory = "";
    string[] _arguments = [];

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _directory = string.IsNullOrEmpty(options.TempDirectory) ? Path.Combine(Context.StateDirectory, "files") : options.TempDirectory;
        try
        {
            Directory.CreateDirectory(_directory);
            _arguments = [.. ShellWords.Of(options.ExtraParams), .. Key()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"A file for rsync cannot be written: {e.Message}", e);
        }

        return default;
    }

    /// <summary>What makes rsync use the key.</summary>
    string[] Key()
    {
        var path = string.IsNullOrEmpty(options.PrivateKey) ? options.PrivateKeyPath : PrivateKeyText.WriteTo(Path.Combine(Directory.CreateDirectory(Context.StateDirectory).FullName, "private.key"), options.PrivateKey);
        if (string.IsNullOrEmpty(path)) return [];
        // rsync splits this text at blanks and knows quotes.
        var quoted = path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;
        return ["-e", $"ssh -i {quoted} -o StrictHostKeyChecking={(options.StrictHostKeyChecking ? "yes" : "no")}"];
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = Context.Time.GetLocalNow();
        var file = TimeTemplate.Fill(options.File, options.RsyncFilePathFormatting, now);
        var source = Path.Combine(TimeTemplate.Fill(options.RsyncPath, options.RsyncFilePathFormatting, now), file);
        Log.Info($"Fetching '{source}'.");
        var rsync = await new ExternalProgram { FileName = "rsync", Arguments = [.. _arguments, source, _directory] }.RunAsync(cancellationToken);
        if (rsync.ExitCode != 0) throw new IOException($"rsync could not fetch '{file}': it ended with {rsync.ExitCode} and said: {rsync.Errors}");
        yield return NewReport(await System.IO.File.ReadAllBytesAsync(Path.Combine(_directory, Path.GetFileName(file)), cancellationToken));
    }
}

/// <summary>Parameters of <see cref="RsyncCollector"/>.</summary>
public sealed record RsyncCollectorOptions : BotOptions, ICheckable
{
    /// <summary>The folder with the file, here or elsewhere: <c>host::module/folder</c>, <c>user@host:folder</c>.</summary>
    public required string RsyncPath { get; init; }

    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>Fills the current local time into <c>rsync_path</c> and <c>file</c>, where they say <c>{time[%Y-%m-%d]}</c>; a map such as <c>days: -1</c> shifts it.</summary>
    [Parameter(DefaultJson = "false")]
    public FieldValue RsyncFilePathFormatting { get; init; } = false;

    /// <summary>Where the file is put, and looked for in the next run to fetch only changes; without it a directory of this bot's own.</summary>
    public string? TempDirectory { get; init; }

    /// <summary>Further arguments for rsync: a list, or a text that is split as a shell would.</summary>
    public FieldValue ExtraParams { get; init; }

    /// <summary>A private key for SSH, its text.</summary>
    [Parameter(Secret = true)]
    public string? PrivateKey { get; init; }

    /// <summary>A private key for SSH, its file.</summary>
    public string? PrivateKeyPath { get; init; }

    /// <summary>Whether SSH insists on knowing the other machine's key; only used together with a private key.</summary>
    public bool StrictHostKeyChecking { get; init; }

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(1000);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        foreach (var (name, text) in new[] { ("rsync_path", RsyncPath), ("file", File) })
        {
            if (TimeTemplate.ProblemOf(text, RsyncFilePathFormatting) is { } problem) yield return new(BotLogLevel.Error, $"{name}: {problem}", name);
            // It would be taken for an option of rsync.
            if (text.StartsWith('-')) yield return new(BotLogLevel.Error, $"{name}: '{text}' begins with a hyphen; expected a path.", name);
        }

        if (!string.IsNullOrEmpty(PrivateKey) && !string.IsNullOrEmpty(PrivateKeyPath))
            yield return new(BotLogLevel.Error, "private_key and private_key_path are both given; expected one of them.", "private_key");
        if (ShellWords.ProblemOf(ExtraParams) is { } wrong) yield return new(BotLogLevel.Error, $"extra_params: {wrong}", "extra_params");
    }
}
