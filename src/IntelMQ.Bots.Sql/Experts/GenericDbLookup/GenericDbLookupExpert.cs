using System.Data.Common;
using System.Globalization;
using IntelMQ.Bots.Clients.Sql;

namespace IntelMQ.Bots.Experts.GenericDbLookup;

/// <summary>Adds what a table of PostgreSQL or SQLite says about fields of an event, such as the contact of a network.</summary>
[Bot("intelmq.bots.experts.generic_db_lookup.expert")]
public sealed class GenericDbLookupExpert(GenericDbLookupExpertOptions options) : Enricher
{
    readonly SqlSession _session = new(options, options.Database);
    readonly Field[] _keys = [.. options.MatchFields.Keys.Select(Field.Named)];
    readonly Field[] _targets = [.. options.ReplaceFields.Values.Select(Field.Named)];
    readonly string _query = QueryOf(options);
    DbCommand? _command;

    static string QueryOf(GenericDbLookupExpertOptions options)
    {
        var columns = string.Join(", ", options.ReplaceFields.Keys.Select(SqlEngine.Quote));
        var conditions = string.Join(" AND ", options.MatchFields.Values.Select(static (column, i) => string.Create(CultureInfo.InvariantCulture, $"{SqlEngine.Quote(column)} = @p{i}")));
        // More than two are never looked at.
        return $"SELECT {columns} FROM {SqlEngine.Quote(options.Table)} WHERE {conditions} LIMIT 2";
    }

    /// <inheritdoc />
    protected override async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        string[] problems = [.. UnknownTargets()];
        if (problems.Length > 0) throw new ConfigurationException(string.Join('\n', problems));
        await _session.ConnectAsync(cancellationToken);
    }

    IEnumerable<string> UnknownTargets() =>
        from target in _targets
        where !target.Name.StartsWith("extra.", StringComparison.Ordinal) && Context.Format.EventFields.All(known => known.Key != target.Name)
        select $"replace_fields names '{target.Name}', which is no field of events.";

    /// <inheritdoc />
    protected override async ValueTask EnrichAsync(Event e, CancellationToken cancellationToken)
    {
        if (!_keys.All(e.Has) || (!options.Overwrite && _targets.All(e.Has))) return;
        if (await _session.RunAsync((connection, cancellation) => FindAsync(connection, e, cancellation), cancellationToken) is not { } row) return;
        for (var i = 0; i < row.Length; i++) e.Set(_targets[i], row[i]);
    }

    /// <returns>The values of the row; null when there is none.</returns>
    async Task<FieldValue[]?> FindAsync(DbConnection connection, Event e, CancellationToken cancellationToken)
    {
        var command = CommandOf(connection);
        for (var i = 0; i < _keys.Length; i++) command.Parameters[i] = _session.Engine.Parameter(NameOf(i), e.Get(_keys[i]).ToObject());
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        if (!await rows.ReadAsync(cancellationToken)) return null;
        var found = new FieldValue[_targets.Length];
        for (var i = 0; i < found.Length; i++) found[i] = SqlValue.ToField(rows.GetValue(i));
        if (await rows.ReadAsync(cancellationToken)) ManyFound();
        return found;
    }

    /// <summary>SQLite does not count rows, so that the original takes the first of several; elsewhere they are an error.</summary>
    void ManyFound()
    {
        if (_session.Engine.CountsRows) throw new InvalidMessageException($"More than one row of '{options.Table}' fits the event; expected at most one.");
        Log.Info($"More than one row of '{options.Table}' fits an event; the first is used.");
    }

    /// <summary>The command is made once for each connection, so that the database need not read it again.</summary>
    DbCommand CommandOf(DbConnection connection)
    {
        if (_command?.Connection == connection) return _command;
        _command?.Dispose();
        _command = connection.CreateCommand();
#pragma warning disable CA2100 // Values are parameters, names are quoted.
        _command.CommandText = _query;
#pragma warning restore CA2100
        for (var i = 0; i < _keys.Length; i++) _command.Parameters.Add(_session.Engine.Parameter(NameOf(i), null));
        return _command;
    }

    static string NameOf(int i) => string.Create(CultureInfo.InvariantCulture, $"p{i}");

    /// <inheritdoc />
    public override async ValueTask DisposeAsync()
    {
        if (_command is not null) await _command.DisposeAsync();
        await _session.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Parameters of <see cref="GenericDbLookupExpert"/>.</summary>
public sealed record GenericDbLookupExpertOptions : SqlOptions, ICheckable
{
    /// <summary>Name of the database; for SQLite the path of its file.</summary>
    public string Database { get; init; } = "intelmq";

    /// <summary>The table, a single name.</summary>
    public string Table { get; init; } = "contacts";

    /// <summary>Fields of the event and the columns that must have their values, all of them.</summary>
    [Parameter(DefaultJson = """{"source.asn": "asn"}""")]
    public IReadOnlyDictionary<string, string> MatchFields { get; init; } = new Dictionary<string, string> { ["source.asn"] = "asn" };

    /// <summary>Columns and the fields that get their values.</summary>
    [Parameter(DefaultJson = """{"contact": "source.abuse_contact", "note": "comment"}""")]
    public IReadOnlyDictionary<string, string> ReplaceFields { get; init; } = new Dictionary<string, string> { ["contact"] = "source.abuse_contact", ["note"] = "comment" };

    /// <summary>Looks up events too that have all fields already. A row that is found always replaces what the event has.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Accepted for the sake of existing configurations; nothing is written.</summary>
    public bool MessageJsondictAsString { get; init; } = true;

    /// <inheritdoc />
    public IEnumerable<CheckResult> Check()
    {
        if (SqlEngine.ProblemOf(this) is { } problem) yield return new(BotLogLevel.Error, problem, "engine");
        else if (IsSqlite && !File.Exists(Database)) yield return new(BotLogLevel.Error, $"database: the file '{Database}' does not exist.", "database");
        if (Table.Length == 0) yield return new(BotLogLevel.Error, "table is empty; expected the name of a table.", "table");
        if (MatchFields.Count == 0) yield return new(BotLogLevel.Error, "match_fields is empty; expected fields of events and columns of the table.", "match_fields");
        if (ReplaceFields.Count == 0) yield return new(BotLogLevel.Error, "replace_fields is empty; expected columns of the table and fields of events.", "replace_fields");
    }
}
