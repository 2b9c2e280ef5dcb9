namespace IntelMQ.Bots.Clients.Sql;

/// <summary>Parameters of every bot that speaks to an SQL database. Its name is the bot's own, for each has another default.</summary>
public abstract record SqlOptions : BotOptions
{
    /// <summary><c>postgresql</c> or <c>sqlite</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>Host name or address of the server, or the directory of its Unix socket.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Port of the server.</summary>
    public int Port { get; init; } = 5432;

    /// <summary>User name.</summary>
    public string User { get; init; } = "intelmq";

    /// <summary>Password.</summary>
    [Parameter(Secret = true)]
    public string? Password { get; init; }

    /// <summary>How far TLS is insisted on: <c>disable</c>, <c>allow</c>, <c>prefer</c>, <c>require</c>, <c>verify-ca</c> or <c>verify-full</c>.</summary>
    public string Sslmode { get; init; } = "require";

    /// <summary>Seconds to wait for a connection.</summary>
    public int ConnectTimeout { get; init; } = 5;

    /// <summary>Accepted for the sake of existing configurations: what is done is committed before a message is acknowledged, whatever it says.</summary>
    public bool Autocommit { get; init; } = true;

    /// <summary>Seconds to wait before a lost connection is made again; 0 leaves it to <c>error_retry_delay</c>.</summary>
    public int ReconnectDelay { get; init; }

    /// <summary>Counts a lost connection as a failure of the message, which is dumped after <c>error_max_retries</c>, instead of waiting.</summary>
    public bool FailOnErrors { get; init; }

    internal bool IsSqlite => Engine.Equals("sqlite", StringComparison.OrdinalIgnoreCase);
}
