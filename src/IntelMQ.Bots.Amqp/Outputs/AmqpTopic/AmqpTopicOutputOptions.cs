using System.ComponentModel.DataAnnotations;
using IntelMQ.Bots.Servers;

namespace IntelMQ.Bots.Outputs.AmqpTopic;

/// <summary>Parameters of <see cref="AmqpTopicOutput"/>.</summary>
public sealed record AmqpTopicOutputOptions : ExportOptions, IServerParameters, ICheckable
{
    /// <summary>The server.</summary>
    public string ConnectionHost { get; init; } = "127.0.0.1";

    /// <summary>Its port.</summary>
    [Range(1, 65535)]
    public int ConnectionPort { get; init; } = 5672;

    /// <summary>The virtual host; without it that of the name <c>/</c>.</summary>
    public string? ConnectionVhost { get; init; }

    /// <summary>How often a connection is tried at once.</summary>
    [Range(1, 1000)]
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

    /// <summary>The exchange to publish to, which is declared at the start; without it the server's default one, where the routing key is the name of a queue.</summary>
    public string? ExchangeName { get; init; }

    /// <summary>The kind of the exchange: <c>topic</c>, <c>direct</c>, <c>fanout</c> or <c>headers</c>.</summary>
    public string ExchangeType { get; init; } = "topic";

    /// <summary>Whether the exchange outlives a restart of the server.</summary>
    public bool ExchangeDurable { get; init; } = true;

    /// <summary>By what the exchange finds queues; a format text with <c>format_routing_key</c>.</summary>
    public string? RoutingKey { get; init; }

    /// <summary>Takes <c>routing_key</c> for a format text: <c>{ev[source.asn]}</c> is replaced by that field's value; a field that a message lacks gives <c>None</c>.</summary>
    public bool FormatRoutingKey { get; init; }

    /// <summary>What receivers are told the data are.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>2 lets messages outlive a restart of the server, 1 does not.</summary>
    [Range(1, 2)]
    public int DeliveryMode { get; init; } = 2;

    /// <summary>Waits until the server has confirmed each message. Otherwise what it cannot store, or what belongs in no queue, is lost.</summary>
    public bool RequireConfirmation { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (FormatRoutingKey && MessageTemplate.ProblemOf(RoutingKey ?? "", "ev") is { } problem)
            yield return new(BotLogLevel.Error, $"routing_key cannot be filled in: {problem}", "routing_key");
        if (string.IsNullOrEmpty(ExchangeName) && string.IsNullOrEmpty(RoutingKey))
            yield return new(BotLogLevel.Warning, "There is neither an exchange_name nor a routing_key; expected the name of a queue as routing_key for the server's default exchange.", "routing_key");
    }
}
