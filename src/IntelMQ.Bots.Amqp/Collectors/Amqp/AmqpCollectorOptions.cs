using IntelMQ.Bots.Servers;

namespace IntelMQ.Bots.Collectors.Amqp;

/// <summary>Parameters of <see cref="AmqpCollector"/>.</summary>
public sealed record AmqpCollectorOptions : BotOptions, IServerParameters, ICheckable
{
    /// <summary>The server.</summary>
    public string ConnectionHost { get; init; } = "127.0.0.1";

    /// <summary>Its port.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 65535)]
    public int ConnectionPort { get; init; } = 5672;

    /// <summary>The virtual host; without it that of the name <c>/</c>.</summary>
    public string? ConnectionVhost { get; init; }

    /// <summary>How often a connection is tried at once.</summary>
    [System.ComponentModel.DataAnnotations.Range(1, 1000)]
    public int ConnectionAttempts { get; init; } = 3;

    /// <summary>Seconds between signs of life; 0 asks for none.</summary>
    public TimeSpan ConnectionHeartbeat { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>The user; without one the server's guest.</summary>
    public string? Username { get; init; }

    /// <summary>The user's password.</summary>
    [Parameter(Secret = true)]
    public string? Password { get; init; }

    /// <summary>Encrypts, and verifies the server's certificate.</summary>
    public bool UseSsl { get; init; }

    /// <summary>The queue, which must exist.</summary>
    public required string QueueName { get; init; }

    /// <summary>Takes what other installations have put into the queue as it is, with its fields; otherwise each message is the data of a report.</summary>
    public bool ExpectIntelmqMessage { get; init; }

    /// <summary>An exchange to declare at the start; none without it.</summary>
    public string? ExchangeName { get; init; }

    /// <summary>The kind of that exchange.</summary>
    public string ExchangeType { get; init; } = "topic";

    /// <summary>Whether that exchange outlives a restart of the server.</summary>
    public bool ExchangeDurable { get; init; } = true;

    /// <summary>Of the AMQP output, without effect here.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>Of the AMQP output, without effect here.</summary>
    public int DeliveryMode { get; init; } = 2;

    /// <summary>Of the AMQP output, without effect here.</summary>
    public bool FormatRoutingKey { get; init; }

    /// <summary>Of the AMQP output, without effect here.</summary>
    public bool KeepRawField { get; init; }

    /// <summary>Of the AMQP output, without effect here.</summary>
    public bool MessageHierarchicalOutput { get; init; }

    /// <summary>Of the AMQP output, without effect here.</summary>
    public bool MessageJsondictAsString { get; init; }

    /// <summary>Of the AMQP output, without effect here.</summary>
    public bool MessageWithType { get; init; }

    /// <summary>Of the AMQP output, without effect here.</summary>
    public bool RequireConfirmation { get; init; } = true;

    /// <summary>Of the AMQP output, without effect here.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Of the AMQP output, without effect here.</summary>
    [Parameter(DefaultJson = "false")]
    public FieldValue SingleKey { get; init; } = false;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (QueueName.Length == 0) yield return new(BotLogLevel.Error, "queue_name is empty; expected the name of a queue.", "queue_name");
    }
}
