using System.Runtime.CompilerServices;

namespace IntelMQ.Bots.Collectors.File;

/// <summary>Reads the files of a directory.</summary>
/// <remarks>
/// A file that another program holds an exclusive lock on (<c>flock</c>) is left for the next run. With
/// <c>delete_file</c> a file is removed after all of its reports are safe.
/// </remarks>
[Bot("intelmq.bots.collectors.file.collector_file")]
public sealed class FileCollector(FileCollectorOptions options) : Collector
{
    static readonly Field FileName = Field.Named("extra.file_name");

    FileNamePattern? _pattern;

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(options.Path)) throw new ConfigurationException($"path: the directory '{options.Path}' does not exist.");
        _pattern = new FileNamePattern($"*{options.Postfix}");
        return default;
    }

    /// <inheritdoc />
    protected override async IAsyncEnumerable<Report> CollectAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var path in FilesOfInterest())
        {
            await using var file = TryOpen(path);
            if (file is null) continue;

            Log.Info($"Processing file '{path}'.");
            await foreach (var data in ReportChunks.SplitAsync(file, options.ChunkSize, options.ChunkReplicateHeader, cancellationToken))
            {
                var report = NewReport(data, $"file://localhost{path}");
                report.Add(FileName, Path.GetFileName(path));
                yield return report;
            }

            if (options.DeleteFile) Delete(path);
        }
    }

    List<string> FilesOfInterest()
    {
        var files = new List<string>();
        // A directory that has gone is no error: it may come again.
        if (!Directory.Exists(options.Path)) return files;

        foreach (var path in Directory.EnumerateFiles(Path.GetFullPath(options.Path)))
            if (_pattern!.Matches(Path.GetFileName(path)))
                files.Add(path);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    FileStream? TryOpen(string path)
    {
        try
        {
            // Without sharing, .NET asks for the exclusive lock that other programs respect.
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None, bufferSize: 1, useAsync: true);
        }
        catch (FileNotFoundException)
        {
            Log.Debug($"The file '{path}' has gone in the meantime.");
            return null;
        }
        catch (IOException e) when (e.HResult == LockedByAnother)
        {
            Log.Info($"The file '{path}' is locked by another program; it is left for the next run.");
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The other files do not wait for it.
            Log.Error($"The file '{path}' cannot be opened and is left for the next run: {e.Message}");
            return null;
        }
    }

    // EWOULDBLOCK of Linux; .NET passes the number of the system on.
    const int LockedByAnother = 11;

    void Delete(string path)
    {
        try
        {
            System.IO.File.Delete(path);
            Log.Debug($"Deleted file '{path}'.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Going on would collect the same file again and again.
            throw new ConfigurationException($"The file '{path}' cannot be deleted, as delete_file demands: {e.Message} Maybe the user may not write to the directory?", e);
        }
    }
}

/// <summary>Parameters of <see cref="FileCollector"/>.</summary>
public sealed record FileCollectorOptions : BotOptions, ICheckable
{
    /// <summary>The directory.</summary>
    public string Path { get; init; } = "/tmp/";

    /// <summary>What the names of files end in; <c>*</c>, <c>?</c> and <c>[abc]</c> are wildcards. An empty text takes all files.</summary>
    public string Postfix { get; init; } = ".csv";

    /// <summary>Removes a file when it was read.</summary>
    public bool DeleteFile { get; init; }

    /// <summary>Splits larger files at line ends into reports of about this many bytes; without it each file is one report.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, int.MaxValue)]
    public int? ChunkSize { get; init; }

    /// <summary>Repeats the first line of the file in each report that it is split into.</summary>
    public bool ChunkReplicateHeader { get; init; } = true;

    /// <summary>Seconds between two runs.</summary>
    public TimeSpan RateLimit { get; init; } = TimeSpan.FromSeconds(300);

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (Postfix.Length > 0) yield break;
        yield return DeleteFile
            ? new(BotLogLevel.Error, "postfix is empty and delete_file is true: this would delete all files of the directory. Set postfix.", "postfix")
            : new(BotLogLevel.Warning, "postfix is empty: all files of the directory are read.", "postfix");
    }
}
