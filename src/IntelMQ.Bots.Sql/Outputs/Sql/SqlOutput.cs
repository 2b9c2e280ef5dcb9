using System.Data.Common;
using System.Globalization;

namespace IntelMQ.Bots.Outputs.Sql;

/// <summary>Inserts each event as a row into a table of PostgreSQL or SQLite.</summary>
/// <remarks>
/// All rows since the last flush are one transaction: a row that the database refuses leaves no other row behind that would
/// come again with the next attempt.
/// </remarks>
[Bot("intelmq.bots.outputs.sql.output")]
public sealed class SqlOutput(SqlOutputOptions options) : Output
{
    readonly SqlEngine _engine = SqlEngine.Of(options);
    readonly MessageJsonOptions _form = new() { JsonDictAsString = options.MessageJsondictAsString };
    readonly HashSet<string>? _fields = options.Fields is { Count: > 0 } fields ? [.. fields] : null;
    readonly List<KeyValuePair<string, object?>[]> _waiting = [];
    DbConnection? _connection;

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ConnectAsync(cancellationToken);
        }
        catch (DbException e)
        {
            throw Unreachable(e);
        }
    }

    /// <inheritdoc />
    protected override ValueTask WriteAsync(Message message, CancellationToken cancellationToken)
    {
        KeyValuePair<string, object?>[] row = [.. message.ToMap(_form).Where(pair => _fields?.Contains(pair.Key) ?? true)];
        if (row.Length == 0) throw new InvalidMessageException("The message has none of the fields that are to be stored.");
        _waiting.Add(row);
        return default;
    }

    /// <inheritdoc />
    protected override async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_waiting.Count == 0) return;
        try
        {
            await StoreAsync(await ConnectAsync(cancellationToken), cancellationToken);
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException)
        {
            await DisconnectAsync();
            if (_engine.IsRefusal(e)) throw new InvalidMessageException($"The database refuses a row: {e.Message}", e);
            if (options.FailOnErrors) throw;
            throw Unreachable(e);
        }

        _waiting.Clear();
    }

    async Task StoreAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var row in _waiting)
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            Fill(command, row);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    // The table is the operator's text, which may name a schema; the names of columns come from messages and are quoted.
#pragma warning disable CA2100 // Values are parameters, names are quoted.
    void Fill(DbCommand command, KeyValuePair<string, object?>[] row)
    {
        var columns = string.Join(", ", row.Select(static pair => $"\"{pair.Key.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));
        var places = string.Join(", ", row.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"@p{i}")));
        command.CommandText = $"INSERT INTO {options.Table} ({columns}) VALUES ({places})";
        for (var i = 0; i < row.Length; i++) command.Parameters.Add(_engine.Parameter(string.Create(CultureInfo.InvariantCulture, $"p{i}"), Plain(row[i].Value)));
    }
#pragma warning restore CA2100

    /// <summary>Lists and maps become JSON, which is what their columns hold.</summary>
    static object? Plain(object? value) => value switch
    {
        null or string or bool or long or double => value,
        IReadOnlyList<object?> or IReadOnlyDictionary<string, object?> => JsonText.Write(FieldValue.From(value), ascii: false),
        _ => FieldValue.From(value).ToString(),
    };

    async Task<DbConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null) return _connection;
        var connection = _engine.Create();
        try
        {
            await connection.OpenAsync(cancellationToken);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        return _connection = connection;
    }

    TransientException Unreachable(Exception e) =>
        new($"The database '{options.Database}' cannot be used: {e.Message}", options.ReconnectDelay > 0 ? TimeSpan.FromSeconds(options.ReconnectDelay) : null, e);

    async ValueTask DisconnectAsync()
    {
        if (_connection is not null) await _connection.DisposeAsync();
        _connection = null;
    }

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="SqlOutput"/>.</summary>
public sealed record SqlOutputOptions : BotOptions, ICheckable
{
    /// <summary><c>postgresql</c> or <c>sqlite</c>.</summary>
    public required string Engine { get; init; }

    /// <summary>Name of the database; for SQLite the path of its file.</summary>
    public string Database { get; init; } = "intelmq-events";

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

    /// <summary>Accepted for the sake of existing configurations: rows are committed before their messages are acknowledged, whatever it says.</summary>
    public bool Autocommit { get; init; } = true;

    /// <summary>The table, with its schema if need be.</summary>
    public string Table { get; init; } = "events";

    /// <summary>The fields to store; null for all.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>Stores <c>extra</c> as one column with JSON; otherwise each field below it has a column.</summary>
    public bool MessageJsondictAsString { get; init; } = true;

    /// <summary>Without effect, as ever; see <c>message_jsondict_as_string</c>.</summary>
    public bool JsondictAsString { get; init; } = true;

    /// <summary>Seconds to wait before a lost connection is made again; 0 leaves it to <c>error_retry_delay</c>.</summary>
    public int ReconnectDelay { get; init; }

    /// <summary>Counts a lost connection as a failure of the message, which is dumped after <c>error_max_retries</c>, instead of waiting.</summary>
    public bool FailOnErrors { get; init; }

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (SqlEngine.ProblemOf(this) is { } problem) yield return new(BotLogLevel.Error, problem, "engine");
        if (Table.Length == 0) yield return new(BotLogLevel.Error, "table is empty; expected the name of a table.", "table");
    }
}
