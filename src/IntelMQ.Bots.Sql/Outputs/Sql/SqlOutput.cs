using System.Data.Common;
using System.Globalization;
using IntelMQ.Bots.Clients.Sql;

namespace IntelMQ.Bots.Outputs.Sql;

/// <summary>Inserts each event as a row into a table of PostgreSQL or SQLite.</summary>
/// <remarks>
/// All rows since the last flush are one transaction: a row that the database refuses leaves no other row behind that would
/// come again with the next attempt.
/// </remarks>
[Bot("intelmq.bots.outputs.sql.output")]
public sealed class SqlOutput(SqlOutputOptions options) : Output
{
    readonly SqlSession _session = new(options, options.Database);
    readonly MessageJsonOptions _form = new() { JsonDictAsString = options.MessageJsondictAsString };
    readonly HashSet<string>? _fields = options.Fields is { Count: > 0 } fields ? [.. fields] : null;
    readonly List<KeyValuePair<string, object?>[]> _waiting = [];

    /// <inheritdoc />
    protected override ValueTask StartAsync(CancellationToken cancellationToken) => _session.ConnectAsync(cancellationToken);

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
        await _session.RunAsync(StoreAsync, cancellationToken);
        _waiting.Clear();
    }

    async Task<int> StoreAsync(DbConnection connection, CancellationToken cancellationToken)
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
        return _waiting.Count;
    }

    // The table is the operator's text, which may name a schema; the names of columns come from messages and are quoted.
#pragma warning disable CA2100 // Values are parameters, names are quoted.
    void Fill(DbCommand command, KeyValuePair<string, object?>[] row)
    {
        var columns = string.Join(", ", row.Select(static pair => SqlEngine.Quote(pair.Key)));
        var places = string.Join(", ", row.Select(static (_, i) => string.Create(CultureInfo.InvariantCulture, $"@p{i}")));
        command.CommandText = $"INSERT INTO {options.Table} ({columns}) VALUES ({places})";
        for (var i = 0; i < row.Length; i++) command.Parameters.Add(_session.Engine.Parameter(string.Create(CultureInfo.InvariantCulture, $"p{i}"), row[i].Value));
    }
#pragma warning restore CA2100

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="SqlOutput"/>.</summary>
public sealed record SqlOutputOptions : SqlOptions, ICheckable
{
    /// <summary>Name of the database; for SQLite the path of its file.</summary>
    public string Database { get; init; } = "intelmq-events";

    /// <summary>The table, with its schema if need be.</summary>
    public string Table { get; init; } = "events";

    /// <summary>The fields to store; null for all.</summary>
    public IReadOnlyList<string>? Fields { get; init; }

    /// <summary>Stores <c>extra</c> as one column with JSON; otherwise each field below it has a column.</summary>
    public bool MessageJsondictAsString { get; init; } = true;

    /// <summary>Without effect, as ever; see <c>message_jsondict_as_string</c>.</summary>
    public bool JsondictAsString { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (SqlEngine.ProblemOf(this) is { } problem) yield return new(BotLogLevel.Error, problem, "engine");
        if (Table.Length == 0) yield return new(BotLogLevel.Error, "table is empty; expected the name of a table.", "table");
    }
}
