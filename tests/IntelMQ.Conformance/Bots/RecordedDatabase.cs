using System.Globalization;
using IntelMQ.Conformance.Library;
using Microsoft.Data.Sqlite;

namespace IntelMQ.Conformance.Bots;

/// <summary>The table of a recorded step, in SQLite whatever it was recorded with.</summary>
sealed class RecordedDatabase : RecordedPeer
{
    readonly string _file = Path.GetTempFileName();
    readonly Vector _described;
    readonly SqliteConnection _connection;

    public RecordedDatabase(Vector described)
    {
        _described = described;
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _file, Pooling = false }.ConnectionString);
        _connection.Open();
        Run($"CREATE TABLE {Table} ({string.Join(", ", Columns.Select(static column => $"{Quoted(column)}"))})");
        foreach (var row in described.Records("before").Select(static row => row.Record))
            Run($"INSERT INTO {Table} ({string.Join(", ", row.Keys.Select(Quoted))}) VALUES ({string.Join(", ", row.Keys.Select(static (_, i) => $"@p{i}"))})", [.. row.Values]);
    }

    string Table => Quoted(_described.Text("table")!);

    IEnumerable<string> Columns => _described.List("columns").Select(static column => (string)((IReadOnlyList<object?>)column!)[0]!);

    static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public override IReadOnlyDictionary<string, object?> Parameters => new Dictionary<string, object?> { ["engine"] = "sqlite", ["database"] = _file };

    void Run(string statement, params object?[] values)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // The names come from the recording; values are parameters.
        command.CommandText = statement;
#pragma warning restore CA2100
        for (var i = 0; i < values.Length; i++) command.Parameters.AddWithValue($"@p{i}", values[i] ?? DBNull.Value);
        command.ExecuteNonQuery();
    }

    public override Task<string?> DifferenceAsync(CancellationToken cancellationToken)
    {
        var expected = _described.Records("after").Select(static row => Shown(row.Record)).ToList();
        return Task.FromResult(Compare("the table", string.Join('\n', expected), string.Join('\n', Rows().Select(Shown))));
    }

    List<Dictionary<string, object?>> Rows()
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // As above.
        command.CommandText = $"SELECT * FROM {Table} ORDER BY rowid";
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        var rows = new List<Dictionary<string, object?>>();
        while (reader.Read())
            rows.Add(Enumerable.Range(0, reader.FieldCount).Where(i => !reader.IsDBNull(i)).ToDictionary(reader.GetName, i => (object?)reader.GetValue(i), StringComparer.Ordinal));
        return rows;
    }

    // Columns have the types of the database it was recorded with: a truth value may be 1, a number a text, a time another text.
    static string Shown(IReadOnlyDictionary<string, object?> row) =>
        string.Join(", ", row.OrderBy(static column => column.Key, StringComparer.Ordinal).Select(static column => $"{column.Key}={Shown(column.Value)}"));

    static string Shown(object? value) => value switch
    {
        bool boolean => boolean ? "1" : "0",
        IReadOnlyDictionary<string, object?> { Count: 1 } special when special.Keys.First() is ['$', ..] => Shown(special.Values.First()),
        IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => Vector.Show(value),
        string text when PythonJsonReader.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var json) && json is not string => Shown(json),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    public override ValueTask DisposeAsync()
    {
        _connection.Dispose();
        File.Delete(_file);
        return default;
    }
}
