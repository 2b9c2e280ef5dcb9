namespace IntelMQ.Configuration;

/// <summary>How a bot runs.</summary>
internal enum RunMode
{
    /// <summary>Until it is stopped.</summary>
    Continuous,

    /// <summary>Once; a timer outside starts it again.</summary>
    Scheduled,
}

/// <summary>What happens to a bot when a message still fails after the last retry.</summary>
internal enum ErrorProcedure
{
    /// <summary>It goes on with the next message.</summary>
    Pass,

    /// <summary>It stops.</summary>
    Stop,
}

/// <summary>Where the code of a bot runs.</summary>
internal enum Isolation
{
    /// <summary>In the host process.</summary>
    Host,

    /// <summary>In a child process of the host's own program.</summary>
    Process,

    /// <summary>As any program that speaks JSON lines.</summary>
    External,

    /// <summary>As an unchanged bot of the original.</summary>
    Python,
}

/// <summary>When a message of the embedded broker counts as safe.</summary>
internal enum Durability
{
    /// <summary>Written; flushed every second. Survives the end of the process.</summary>
    Interval,

    /// <summary>Flushed. Survives a power loss.</summary>
    Commit,
}

/// <summary>What carries messages.</summary>
internal enum BrokerKind
{
    Embedded,
    Redis,
    Amqp,

    /// <summary>Lists in memory, for tests and the library mode.</summary>
    PythonList,

    /// <inheritdoc cref="PythonList"/>
    PythonListSimple,
}

/// <summary>The kinds of queues of an AMQP server.</summary>
internal enum AmqpQueueKind
{
    /// <summary>As the original makes them.</summary>
    Classic,

    /// <summary>Kept on several nodes of a cluster.</summary>
    Quorum,
}

/// <summary>Where log lines go.</summary>
internal enum LoggingHandler
{
    File,
    Syslog,
}

/// <summary>The levels of the original, from the chattiest.</summary>
internal enum LoggingLevel
{
    Debug,
    Info,
    Warning,
    Error,
    Critical,
}

/// <summary>Log of a bot.</summary>
internal sealed record LoggingSettings
{
    public LoggingLevel Level { get; init; } = LoggingLevel.Info;

    /// <summary>Directory for logs and dumps; null for the installation's.</summary>
    public string? Path { get; init; }

    public LoggingHandler Handler { get; init; }

    /// <summary>Socket of the syslog daemon, or its host when <see cref="SyslogPort"/> is set.</summary>
    public string Syslog { get; init; } = "/dev/log";

    public int? SyslogPort { get; init; }

    /// <summary>Bytes after which a log file is rotated; 0 for never.</summary>
    public long MaxSize { get; init; }

    /// <summary>How many rotated files are kept; null switches rotation off.</summary>
    public int? MaxCopies { get; init; }
}

/// <summary>One side of a bot's pipeline.</summary>
internal sealed record PipelineSettings
{
    public BrokerKind Broker { get; init; }

    /// <summary>Host name, address, or path of a socket.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>Port as configured; null for the broker's usual one.</summary>
    public int? Port { get; init; }

    /// <summary>Database of Redis.</summary>
    public int Database { get; init; } = 2;

    public string? Username { get; init; }

    public SecretText? Password { get; init; }

    /// <summary>Null for none.</summary>
    public TimeSpan? SocketTimeout { get; init; }

    public bool Ssl { get; init; }

    /// <summary>The certificates to trust; null for the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Bytes of memory in the server from which on collectors wait; 0 for what the server itself is allowed.</summary>
    public long MemoryLimit { get; init; }

    public string AmqpVirtualHost { get; init; } = "/";

    public string AmqpExchange { get; init; } = "";

    /// <summary>How queues of an AMQP server are made that do not exist yet.</summary>
    public AmqpQueueKind AmqpQueueType { get; init; }

    /// <summary>The broker with its server, for messages.</summary>
    public string Place => Broker switch
    {
        BrokerKind.Redis => $"redis at {(Host.StartsWith('/') ? Host : $"{Host}:{Port ?? 6379}")}, database {Database}",
        BrokerKind.Amqp => $"amqp at {Host}:{Port ?? 5672}, virtual host {AmqpVirtualHost}",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>Whether queues of one name are the same queue with both settings.</summary>
    public bool IsSamePlaceAs(PipelineSettings other) => Place == other.Place;

    /// <summary>The same with host, user and password resolved where they are references.</summary>
    /// <exception cref="SecretReferenceException">A variable or file does not exist.</exception>
    public PipelineSettings Resolve(SecretReferences secrets) =>
        this with
        {
            Host = secrets.Resolve(Host),
            Username = Username is null ? null : secrets.Resolve(Username),
            Password = Password?.Resolve(secrets),
        };
}

/// <summary>The Redis server that counters are written to.</summary>
internal sealed record StatisticsSettings
{
    public string Host { get; init; } = "127.0.0.1";

    public int Port { get; init; } = 6379;

    public int Database { get; init; } = 3;

    public SecretText? Password { get; init; }

    /// <summary>Whether the configuration names a server at all.</summary>
    public bool Configured { get; init; }

    /// <summary>The same with host and password resolved where they are references.</summary>
    /// <exception cref="SecretReferenceException">A variable or file does not exist.</exception>
    public StatisticsSettings Resolve(SecretReferences secrets) =>
        this with { Host = secrets.Resolve(Host), Password = Password?.Resolve(secrets) };
}

/// <summary>Global settings of bots that speak HTTP.</summary>
internal sealed record HttpSettings
{
    public string? HttpProxy { get; init; }

    public string? HttpsProxy { get; init; }

    /// <summary>Attempts in all.</summary>
    public int TimeoutMaxTries { get; init; } = 3;

    /// <summary>Limit of one attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    public string UserAgent { get; init; } =
        "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/41.0.2228.0 Safari/537.36";

    public bool VerifyCertificate { get; init; } = true;

    /// <summary>The certificates to trust; null for the system's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    public string? ClientCertificate { get; init; }

    public string? Username { get; init; }

    public SecretText? Password { get; init; }

    /// <summary>The same with proxies, user and password resolved where they are references.</summary>
    /// <exception cref="SecretReferenceException">A variable or file does not exist.</exception>
    public HttpSettings Resolve(SecretReferences secrets) =>
        this with
        {
            HttpProxy = HttpProxy is null ? null : secrets.Resolve(HttpProxy),
            HttpsProxy = HttpsProxy is null ? null : secrets.Resolve(HttpsProxy),
            Username = Username is null ? null : secrets.Resolve(Username),
            Password = Password?.Resolve(secrets),
        };
}

/// <summary>The settings of a bot that the host itself acts on, typed.</summary>
internal sealed record BotSettings
{
    public RunMode RunMode { get; init; }

    public Isolation Isolation { get; init; }

    /// <summary>The package that the module is taken from; null for whichever has it.</summary>
    public string? Package { get; init; }

    public ErrorProcedure ErrorProcedure { get; init; }

    /// <summary>Retries after the first failure.</summary>
    public int ErrorMaxRetries { get; init; } = 3;

    /// <summary>Pause before each retry.</summary>
    public TimeSpan ErrorRetryDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>A message that keeps failing goes to the dump file.</summary>
    public bool ErrorDumpMessage { get; init; } = true;

    /// <summary>A failure is logged with its traceback.</summary>
    public bool ErrorLogException { get; init; } = true;

    /// <summary>A failure is logged with its message.</summary>
    public bool ErrorLogMessage { get; init; }

    /// <summary>Pause between two runs; zero for none.</summary>
    public TimeSpan RateLimit { get; init; }

    /// <summary>Workers on the source queue; 0 is the original's word for one.</summary>
    public int InstancesThreads { get; init; }

    /// <summary>One queue per message in turn, instead of a copy to each.</summary>
    public bool LoadBalance { get; init; }

    public int LogProcessedMessagesCount { get; init; } = 500;

    public TimeSpan LogProcessedMessagesInterval { get; init; } = TimeSpan.FromSeconds(900);

    public LoggingSettings Logging { get; init; } = new();

    public PipelineSettings Source { get; init; } = new();

    public PipelineSettings Destination { get; init; } = new();

    /// <summary>Where what the bot remembers is kept; the database is the bot's own parameter.</summary>
    public PipelineSettings Cache { get; init; } = new();

    /// <summary>Messages that may wait in each destination queue; null for the broker's default, 0 for no limit.</summary>
    public long? QueueMaxMessages { get; init; }

    /// <summary>Bytes that may wait in each destination queue; null for the broker's default, 0 for no limit.</summary>
    public long? QueueMaxBytes { get; init; }

    /// <summary>
    /// Bytes that stay free on the disk of the embedded broker, in the section <c>global</c>; null for the default, a twentieth
    /// of the file system and at most 256 MB; 0 for none.
    /// </summary>
    public long? QueueMinFreeBytes { get; init; }

    public Durability Durability { get; init; }

    /// <summary>Bytes of memory that a bot in a process of its own may use; null for no limit.</summary>
    public long? ProcessMemoryLimit { get; init; }

    public StatisticsSettings Statistics { get; init; } = new();

    public HttpSettings Http { get; init; } = new();

    /// <summary>Address of RabbitMQ's management interface; null for the usual one.</summary>
    public string? RabbitMqMonitoringUrl { get; init; }

    /// <summary>Queues that may hold messages though no bot knows them.</summary>
    public IReadOnlyList<string> OrphanedQueuesIgnore { get; init; } = [];

    /// <summary><c>intelmq</c> or <c>supervisor</c>.</summary>
    public string ProcessManager { get; init; } = "intelmq";
}
