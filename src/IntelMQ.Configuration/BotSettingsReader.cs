using IntelMQ.Configuration.Yaml;

namespace IntelMQ.Configuration;

/// <summary>Types the settings that the host acts on.</summary>
internal static class BotSettingsReader
{
    static readonly Dictionary<string, ErrorProcedure> ErrorProcedures = new(StringComparer.Ordinal)
    {
        ["pass"] = ErrorProcedure.Pass, ["stop"] = ErrorProcedure.Stop,
    };

    static readonly Dictionary<string, Isolation> Isolations = new(StringComparer.Ordinal)
    {
        ["host"] = Isolation.Host, ["process"] = Isolation.Process, ["external"] = Isolation.External, ["python"] = Isolation.Python,
    };

    static readonly Dictionary<string, Durability> Durabilities = new(StringComparer.Ordinal)
    {
        ["interval"] = Durability.Interval, ["commit"] = Durability.Commit,
    };

    // The original makes the name of a class out of it, so the case does not matter.
    static readonly Dictionary<string, BrokerKind> Brokers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["embedded"] = BrokerKind.Embedded, ["redis"] = BrokerKind.Redis, ["amqp"] = BrokerKind.Amqp,
        ["pythonlist"] = BrokerKind.PythonList, ["pythonlistsimple"] = BrokerKind.PythonListSimple,
    };

    static readonly Dictionary<string, AmqpQueueKind> AmqpQueueKinds = new(StringComparer.Ordinal)
    {
        ["classic"] = AmqpQueueKind.Classic, ["quorum"] = AmqpQueueKind.Quorum,
    };

    static readonly Dictionary<string, BrokerKind> CacheBrokers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["embedded"] = BrokerKind.Embedded, ["redis"] = BrokerKind.Redis,
    };

    static readonly Dictionary<string, LoggingHandler> LoggingHandlers = new(StringComparer.Ordinal)
    {
        ["file"] = LoggingHandler.File, ["syslog"] = LoggingHandler.Syslog,
    };

    static readonly Dictionary<string, LoggingLevel> LoggingLevels = new(StringComparer.Ordinal)
    {
        ["DEBUG"] = LoggingLevel.Debug, ["INFO"] = LoggingLevel.Info, ["WARNING"] = LoggingLevel.Warning,
        ["ERROR"] = LoggingLevel.Error, ["CRITICAL"] = LoggingLevel.Critical,
    };

    static readonly Dictionary<string, bool> ProcessManagers = new(StringComparer.Ordinal) { ["intelmq"] = true, ["supervisor"] = true };

    static readonly BotSettings Defaults = new();

    public static BotSettings Read(MergedParameters parameters, ProblemList problems)
    {
        var reader = new SettingReader(parameters, problems);
        reader.Choice("process_manager", true, ProcessManagers);
        var source = Pipeline(reader, "source_pipeline_", Defaults.Source);
        var destination = Pipeline(reader, "destination_pipeline_", Defaults.Destination);
        return Defaults with
        {
            RunMode = IsScheduled(reader) ? RunMode.Scheduled : RunMode.Continuous,
            Isolation = reader.Choice("isolation", Defaults.Isolation, Isolations),
            Package = reader.Text("package"),
            ErrorProcedure = reader.Choice("error_procedure", Defaults.ErrorProcedure, ErrorProcedures),
            ErrorMaxRetries = reader.Integer("error_max_retries", Defaults.ErrorMaxRetries),
            ErrorRetryDelay = reader.Seconds("error_retry_delay") ?? Defaults.ErrorRetryDelay,
            ErrorDumpMessage = reader.Boolean("error_dump_message", Defaults.ErrorDumpMessage),
            ErrorLogException = reader.Boolean("error_log_exception", Defaults.ErrorLogException),
            ErrorLogMessage = reader.Boolean("error_log_message", Defaults.ErrorLogMessage),
            RateLimit = reader.Seconds("rate_limit") ?? Defaults.RateLimit,
            InstancesThreads = (int)(reader.Whole("instances_threads", 0, 1024) ?? Defaults.InstancesThreads),
            LoadBalance = reader.Boolean("load_balance", Defaults.LoadBalance),
            LogProcessedMessagesCount = reader.Integer("log_processed_messages_count", Defaults.LogProcessedMessagesCount),
            LogProcessedMessagesInterval = reader.Seconds("log_processed_messages_seconds") ?? Defaults.LogProcessedMessagesInterval,
            Logging = Logging(reader),
            Source = source,
            Destination = destination,
            Cache = Cache(reader, source.Broker == BrokerKind.Redis || destination.Broker == BrokerKind.Redis),
            QueueMaxMessages = reader.Whole("queue_max_messages", 0, long.MaxValue),
            ProcessMemoryLimit = reader.Whole("process_memory_limit", 0, long.MaxValue),
            QueueMaxBytes = reader.Whole("queue_max_bytes", 0, long.MaxValue),
            QueueMinFreeBytes = reader.Whole("queue_min_free_bytes", 0, long.MaxValue),
            Durability = reader.Choice("durability", Defaults.Durability, Durabilities),
            Statistics = Statistics(reader, Defaults.Statistics),
            Http = Http(reader, Defaults.Http),
            RabbitMqMonitoringUrl = reader.Text("intelmqctl_rabbitmq_monitoring_url"),
            OrphanedQueuesIgnore = reader.Texts("intelmqctl_check_orphaned_queues_ignore"),
            ProcessManager = reader.Find("process_manager")?.Value as string ?? Defaults.ProcessManager,
        };
    }

    // Whether the word is a known one is told with the bot's name, by BotConfigurationReader.
    static bool IsScheduled(SettingReader reader) => reader.Find("run_mode")?.Value is "scheduled";

    static LoggingSettings Logging(SettingReader reader)
    {
        var (address, port) = Syslog(reader);
        return Defaults.Logging with
        {
            Level = reader.Choice("logging_level", Defaults.Logging.Level, LoggingLevels),
            Path = reader.Text("logging_path"),
            Handler = reader.Choice("logging_handler", Defaults.Logging.Handler, LoggingHandlers),
            Syslog = address,
            SyslogPort = port,
            MaxSize = reader.Whole("logging_max_size", 0, long.MaxValue) ?? Defaults.Logging.MaxSize,
            MaxCopies = (int?)reader.Whole("logging_max_copies", 0, int.MaxValue),
        };
    }

    static (string Address, int? Port) Syslog(SettingReader reader)
    {
        switch (reader.Find("logging_syslog"))
        {
            case null:
                return (Defaults.Logging.Syslog, null);
            case { Value: string address }:
                return (address, null);
            case { Value: SourceList { Count: 2 } list } when list[0] is string host && list[1] is long and > 0 and <= 65535:
                return (host, (int)(long)list[1]!);
            case { } parameter:
                reader.Wrong(parameter, "is no place of a syslog daemon", "the path of a socket, or [host, port]");
                return (Defaults.Logging.Syslog, null);
        }
    }

    static PipelineSettings Pipeline(SettingReader reader, string prefix, PipelineSettings defaults) =>
        Server(reader, prefix, defaults) with { Broker = reader.Choice(BrokerParameter(reader, prefix), defaults.Broker, Brokers) };

    /// <summary>
    /// Configurations of the original name the server of the cache always. Here it is used by bots whose messages come over
    /// Redis as well, and by those that say so: without a server, a bot must not wait for one.
    /// </summary>
    static PipelineSettings Cache(SettingReader reader, bool isOnRedis) =>
        Server(reader, "redis_cache_", Defaults.Cache) with
        {
            Broker = reader.Choice("cache_broker", isOnRedis && reader.Has("redis_cache_host") ? BrokerKind.Redis : BrokerKind.Embedded, CacheBrokers),
        };

    static PipelineSettings Server(SettingReader reader, string prefix, PipelineSettings defaults) =>
        defaults with
        {
            Host = reader.Text(prefix + "host", defaults.Host)!,
            Port = reader.Port(prefix + "port"),
            Database = reader.Integer(prefix + "db", defaults.Database),
            Username = reader.Text(prefix + "username"),
            Password = reader.Secret(prefix + "password"),
            SocketTimeout = reader.Seconds(prefix + "socket_timeout"),
            Ssl = reader.Boolean(prefix + "ssl", defaults.Ssl),
            CertificateAuthorityFile = reader.Text(prefix + "ssl_ca_certificate"),
            MemoryLimit = reader.Whole("pipeline_memory_limit", 0, long.MaxValue) ?? defaults.MemoryLimit,
            AmqpVirtualHost = reader.Text(prefix + "amqp_virtual_host", defaults.AmqpVirtualHost)!,
            AmqpExchange = reader.Text(prefix + "amqp_exchange", defaults.AmqpExchange)!,
            AmqpQueueType = reader.Choice(prefix + "amqp_queue_type", defaults.AmqpQueueType, AmqpQueueKinds),
        };

    /// <summary>One word for both sides counts where nothing closer to the bot, or as close, says it for the side.</summary>
    static string BrokerParameter(SettingReader reader, string prefix)
    {
        var side = reader.Find(prefix + "broker");
        var both = reader.Find("pipeline_broker");
        return both is not null && (side is null || both.Value.Origin > side.Value.Origin) ? "pipeline_broker" : prefix + "broker";
    }

    static StatisticsSettings Statistics(SettingReader reader, StatisticsSettings defaults) =>
        defaults with
        {
            Host = reader.Text("statistics_host", defaults.Host)!,
            Port = reader.Port("statistics_port") ?? defaults.Port,
            Database = reader.Integer("statistics_database", defaults.Database),
            Password = reader.Secret("statistics_password"),
            Configured = reader.Has("statistics_host") || reader.Has("statistics_port") || reader.Has("statistics_database"),
        };

    static HttpSettings Http(SettingReader reader, HttpSettings defaults)
    {
        var verify = reader.Find("http_verify_cert");
        var file = verify?.Value as string;
        return defaults with
        {
            HttpProxy = reader.Text("http_proxy"),
            HttpsProxy = reader.Text("https_proxy"),
            TimeoutMaxTries = reader.Integer("http_timeout_max_tries", defaults.TimeoutMaxTries, minimum: 1),
            Timeout = reader.Seconds("http_timeout_sec") ?? defaults.Timeout,
            UserAgent = reader.Text("http_user_agent", defaults.UserAgent)!,
            VerifyCertificate = IsFile(file) || reader.Boolean("http_verify_cert", defaults.VerifyCertificate),
            CertificateAuthorityFile = IsFile(file) ? file : null,
            ClientCertificate = reader.Text("ssl_client_certificate"),
            Username = reader.Text("http_username"),
            Password = reader.Secret("http_password"),
        };
    }

    // "false" in quotes would be taken for a file and every certificate trusted or none.
    static bool IsFile(string? text) => text is not null && text.Contains('/', StringComparison.Ordinal);
}
