namespace IntelMQ.Configuration;

/// <summary>Where the files of an installation are. Directories are absolute and end without a slash.</summary>
/// <remarks>
/// The layouts <c>opt</c> and <c>lsb</c> and their variables are the original's. Without any of its variables and without
/// a system installation, everything lives below the working directory or the user's data directory.
/// </remarks>
internal sealed record IntelMqPaths
{
    const string RuntimeFileName = "runtime.yaml";
    const string LegacyRuntimeFileName = "runtime.conf";

    /// <summary>The directory that all others are below.</summary>
    public required string Root { get; init; }

    /// <summary>Holds <c>runtime.yaml</c>, <c>harmonization.conf</c> and what belongs to the manager.</summary>
    public required string ConfigDirectory { get; init; }

    /// <summary>Default of <c>logging_path</c>: logs and dumps.</summary>
    public required string LogDirectory { get; init; }

    /// <summary>PID files and the control socket; may be emptied by a reboot.</summary>
    public required string RunDirectory { get; init; }

    /// <summary>What bots keep and produce (the original's <c>VAR_STATE_PATH</c>).</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Store of the embedded broker.</summary>
    public required string QueueDirectory { get; init; }

    /// <summary>What bots remember of earlier events (deduplication, look-ups). Losing it costs duplicates, not events.</summary>
    public required string CacheDirectory { get; init; }

    /// <summary>Installed extension packages and their lock file.</summary>
    public required string ExtensionsDirectory { get; init; }

    /// <summary>The runtime configuration.</summary>
    public string RuntimeFile => Path.Combine(ConfigDirectory, RuntimeFileName);

    /// <summary>The name that the runtime configuration had before version 3 of the original.</summary>
    public string LegacyRuntimeFile => Path.Combine(ConfigDirectory, LegacyRuntimeFileName);

    /// <summary>The data format of this installation; the shipped one holds where it is missing.</summary>
    public string HarmonizationFile => Path.Combine(ConfigDirectory, "harmonization.conf");

    /// <summary>History of upgrades, beside the directory of the bots' data.</summary>
    public string StateFile => Path.Combine(Path.GetDirectoryName(StateDirectory)!, "state.json");

    /// <summary>A layout of its own below one directory, as in <c>/opt/intelmq</c>.</summary>
    public static IntelMqPaths For(string root)
    {
        root = Absolute(root);
        var data = Path.Combine(root, "var", "lib");
        return new IntelMqPaths
        {
            Root = root,
            ConfigDirectory = Path.Combine(root, "etc"),
            LogDirectory = Path.Combine(root, "var", "log"),
            RunDirectory = Path.Combine(root, "var", "run"),
            StateDirectory = Path.Combine(data, "bots"),
            QueueDirectory = Path.Combine(data, "queues"),
            CacheDirectory = Path.Combine(data, "cache"),
            ExtensionsDirectory = Path.Combine(data, "extensions"),
        };
    }

    /// <summary>The layout of distribution packages: <c>/etc/intelmq</c>, <c>/var/log/intelmq</c> and so on.</summary>
    public static IntelMqPaths ForSystem(string root = "/")
    {
        root = Absolute(root);
        var data = Path.Combine(root, "var", "lib", "intelmq");
        return new IntelMqPaths
        {
            Root = root,
            ConfigDirectory = Path.Combine(root, "etc", "intelmq"),
            LogDirectory = Path.Combine(root, "var", "log", "intelmq"),
            RunDirectory = Path.Combine(root, "var", "run", "intelmq"),
            StateDirectory = Path.Combine(data, "bots"),
            QueueDirectory = Path.Combine(data, "queues"),
            CacheDirectory = Path.Combine(data, "cache"),
            ExtensionsDirectory = Path.Combine(data, "extensions"),
        };
    }

    /// <summary>The paths that the environment, or what is installed, decides.</summary>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="workingDirectory">Absolute path of the working directory.</param>
    /// <param name="fileExists">Tells whether a file is there; the file system when null.</param>
    public static IntelMqPaths Find(
        IReadOnlyDictionary<string, string> environment, string workingDirectory, Func<string, bool>? fileExists = null)
    {
        fileExists ??= File.Exists;
        if (Variable(environment, "INTELMQ_ROOT_DIR") is { } root)
        {
            return For(Path.Combine(workingDirectory, root));
        }

        if (Variable(environment, "INTELMQ_PATHS_NO_OPT") is not null)
        {
            return ForSystem(Path.Combine(workingDirectory, Variable(environment, "ROOT_DIR") ?? "/"));
        }

        if (Variable(environment, "INTELMQ_PATHS_OPT") is not null || HasRuntime("/opt/intelmq/etc"))
        {
            return For("/opt/intelmq");
        }

        if (HasRuntime("/etc/intelmq"))
        {
            return ForSystem();
        }

        if (HasRuntime(Path.Combine(workingDirectory, "etc")))
        {
            return For(workingDirectory);
        }

        return HasRuntime(workingDirectory)
            ? For(workingDirectory) with { ConfigDirectory = Absolute(workingDirectory) }
            : For(UserDirectory(environment, workingDirectory));

        bool HasRuntime(string directory) =>
            fileExists(Path.Combine(directory, RuntimeFileName)) || fileExists(Path.Combine(directory, LegacyRuntimeFileName));
    }

    /// <summary>Gives a <c>runtime.conf</c> its present name where no <c>runtime.yaml</c> exists.</summary>
    /// <returns>Whether a file was renamed.</returns>
    /// <exception cref="IOException">The file cannot be renamed.</exception>
    /// <exception cref="UnauthorizedAccessException">The directory is not writable.</exception>
    public bool AdoptLegacyRuntimeFile()
    {
        if (File.Exists(RuntimeFile) || !File.Exists(LegacyRuntimeFile))
        {
            return false;
        }

        File.Move(LegacyRuntimeFile, RuntimeFile);
        return true;
    }

    // The specification of base directories wants relative values of its variables to be ignored.
    static string UserDirectory(IReadOnlyDictionary<string, string> environment, string workingDirectory) =>
        Variable(environment, "XDG_DATA_HOME") is { } data && Path.IsPathFullyQualified(data) ? Path.Combine(data, "intelmq")
        : Variable(environment, "HOME") is { } home ? Path.Combine(home, ".local", "share", "intelmq")
        : workingDirectory;

    static string? Variable(IReadOnlyDictionary<string, string> environment, string name) =>
        environment.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    static string Absolute(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
}
