namespace IntelMQ.Configuration;

/// <summary>The names that every bot understands, so that they are never unknown parameters of one.</summary>
internal static class FrameworkParameters
{
    /// <summary>Keys beside <c>parameters</c> that become parameters when they say something.</summary>
    public static IReadOnlyList<string> SystemKeys { get; } =
        ["enabled", "run_mode", "group", "description", "module", "name", "isolation", "package"];

    /// <summary>Keys of a bot's section that the manager writes and nobody reads.</summary>
    public static IReadOnlyList<string> IgnoredKeys { get; } = ["groupname", "bot_id"];

    /// <summary>Global parameters and settings of the host.</summary>
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>(SystemKeys, StringComparer.Ordinal)
    {
        "accuracy", "code", "documentation", "provider",
        "source_queue", "destination_queues", "load_balance",
        "pipeline_broker", "pipeline_memory_limit", "cache_broker",
        "source_pipeline_broker", "source_pipeline_host", "source_pipeline_port", "source_pipeline_db",
        "source_pipeline_username", "source_pipeline_password", "source_pipeline_socket_timeout", "source_pipeline_ssl", "source_pipeline_ssl_ca_certificate",
        "source_pipeline_amqp_virtual_host", "source_pipeline_amqp_exchange", "source_pipeline_amqp_queue_type",
        "destination_pipeline_broker", "destination_pipeline_host", "destination_pipeline_port", "destination_pipeline_db",
        "destination_pipeline_username", "destination_pipeline_password", "destination_pipeline_socket_timeout",
        "destination_pipeline_ssl", "destination_pipeline_ssl_ca_certificate", "destination_pipeline_amqp_virtual_host", "destination_pipeline_amqp_exchange",
        "destination_pipeline_amqp_queue_type",
        "queue_max_messages", "queue_max_bytes", "queue_min_free_bytes", "durability", "process_memory_limit",
        "error_procedure", "error_max_retries", "error_retry_delay", "error_dump_message", "error_log_exception", "error_log_message",
        "http_proxy", "https_proxy", "http_timeout_max_tries", "http_timeout_sec", "http_user_agent", "http_verify_cert",
        "http_header", "http_username", "http_password", "ssl_client_certificate", "ssl_client_cert", "ssl_ca_certificate",
        "instances_threads", "rate_limit", "process_manager",
        "log_processed_messages_count", "log_processed_messages_seconds",
        "logging_handler", "logging_level", "logging_path", "logging_syslog", "logging_max_size", "logging_max_copies",
        "statistics_host", "statistics_port", "statistics_database", "statistics_password",
        "extract_files", "default_fields", "copy_collector_provided_fields",
        "intelmqctl_check_orphaned_queues_ignore", "intelmqctl_rabbitmq_monitoring_url",
        "redis_cache_host", "redis_cache_port", "redis_cache_db", "redis_cache_ttl", "redis_cache_password",
        "redis_cache_username", "redis_cache_ssl", "redis_cache_ssl_ca_certificate",
        "hierarchical_output", "message_hierarchical", "message_hierarchical_output", "message_with_type", "with_type",
        "message_jsondict_as_string", "single_key", "keep_raw_field",
    };
}
