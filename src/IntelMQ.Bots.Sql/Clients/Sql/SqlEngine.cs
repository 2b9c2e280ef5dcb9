using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace IntelMQ.Bots.Clients.Sql;

/// <summary>What differs between databases.</summary>
abstract class SqlEngine
{
    public abstract DbConnection Create();

    /// <summary>Whether a query says how many rows it has found before they are read.</summary>
    public virtual bool CountsRows => true;

    public abstract DbParameter Parameter(string name, object? value);

    /// <summary>Whether the database will never take what it was given, however often.</summary>
    public abstract bool IsRefusal(Exception error);

    /// <summary>What is wrong with the engine that is asked for; null when nothing is.</summary>
    public static string? ProblemOf(SqlOptions options) => options.Engine.ToLowerInvariant() switch
    {
        "sqlite" => null,
        "postgresql" when PostgreSql.Modes.ContainsKey(options.Sslmode) => null,
        "postgresql" => $"sslmode is '{options.Sslmode}'; expected {string.Join(", ", PostgreSql.Modes.Keys)}.",
        _ => $"engine is '{options.Engine}'; expected postgresql or sqlite.",
    };

    /// <summary>The engine that is asked for by options without a problem.</summary>
    public static SqlEngine Of(SqlOptions options, string database) => options.IsSqlite ? new Sqlite(options, database) : new PostgreSql(options, database);

    /// <summary>The name of a table or column, whatever letters it has.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    sealed class PostgreSql(SqlOptions options, string database) : SqlEngine
    {
        public static readonly Dictionary<string, SslMode> Modes = new(StringComparer.OrdinalIgnoreCase)
        {
            ["disable"] = SslMode.Disable,
            ["allow"] = SslMode.Allow,
            ["prefer"] = SslMode.Prefer,
            ["require"] = SslMode.Require,
            ["verify-ca"] = SslMode.VerifyCA,
            ["verify-full"] = SslMode.VerifyFull,
        };

        readonly string _connection = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = database,
            Username = options.User,
            Password = options.Password,
            SslMode = Modes[options.Sslmode],
            Timeout = options.ConnectTimeout,
            Pooling = false,
            ApplicationName = "intelmq",
        }.ConnectionString;

        public override DbConnection Create() => new NpgsqlConnection(_connection);

        /// <summary>Everything goes as text of no type, which the server reads as the type of the column: inet, json, timestamp.</summary>
        public override DbParameter Parameter(string name, object? value) =>
            new NpgsqlParameter(name, NpgsqlDbType.Unknown) { Value = SqlValue.Of(value) is { } plain ? Text(plain) : DBNull.Value };

        static string Text(object value) => value switch
        {
            // JSON columns refuse the escape of the character zero; doubled, it is a text about it.
            string text => text.Replace("\\u0000", "\\\\u0000", StringComparison.Ordinal),
            bool boolean => boolean ? "true" : "false",
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };

        // Classes of SQLSTATE: wrong data, broken constraint, wrong statement (say a column that is missing).
        public override bool IsRefusal(Exception error) => error is PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] };
    }

    sealed class Sqlite(SqlOptions options, string database) : SqlEngine
    {
        const int Constraint = 19;
        const int Mismatch = 20;
        const int WrongStatement = 1;

        readonly string _connection = new SqliteConnectionStringBuilder { DataSource = database, Mode = SqliteOpenMode.ReadWrite, DefaultTimeout = options.ConnectTimeout, Pooling = false }.ConnectionString;

        public override DbConnection Create() => new SqliteConnection(_connection);

        public override bool CountsRows => false;

        public override DbParameter Parameter(string name, object? value) => new SqliteParameter("@" + name, SqlValue.Of(value) ?? DBNull.Value);

        public override bool IsRefusal(Exception error) => error is SqliteException { SqliteErrorCode: Constraint or Mismatch or WrongStatement };
    }
}
