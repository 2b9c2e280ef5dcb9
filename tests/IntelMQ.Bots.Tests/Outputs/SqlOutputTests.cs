using IntelMQ.Bots.Outputs.Sql;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace IntelMQ.Bots.Tests.Outputs;

public sealed class SqlOutputTests : IDisposable
{
    readonly TemporaryFolder folder = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    string Database => folder.In("events.db");

    Dictionary<string, object?> Parameters => new() { ["engine"] = "sqlite", ["database"] = Database };

    async Task<List<string>> SqliteAsync(string statement)
    {
        await using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        await connection.OpenAsync(Cancellation);
#pragma warning disable CA2100 // The statements of this test.
        await using var command = new SqliteCommand(statement, connection);
#pragma warning restore CA2100
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var rows = new List<string>();
        while (await reader.ReadAsync(Cancellation)) rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i))));
        return rows;
    }

    [Fact]
    public async Task An_event_is_a_row_and_extra_is_json()
    {
        await SqliteAsync("""CREATE TABLE events ("source.ip" text, "source.port" integer, "extra" text)""");
        await using var bot = BotHarness.For<SqlOutput>(Parameters);

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.port": 1, "extra.a": "ü", "extra.b": [1] }""", """{ "source.ip": "192.0.2.2" }""");

        Assert.Equal(["""192.0.2.1|1|{"a": "ü", "b": [1]}""", "192.0.2.2||"], await SqliteAsync("""SELECT "source.ip", "source.port", "extra" FROM events"""));
    }

    [Fact]
    public async Task A_row_without_its_column_is_refused_and_no_other_row_is_left_behind()
    {
        await SqliteAsync("""CREATE TABLE events ("source.ip" text)""");
        await using var bot = BotHarness.For<SqlOutput>(Parameters);

        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "source.ip": "192.0.2.1" }""", """{ "comment": "x" }"""));

        Assert.Empty(await SqliteAsync("SELECT * FROM events"));
    }

    [Fact]
    public async Task Only_the_wanted_fields_are_stored()
    {
        await SqliteAsync("""CREATE TABLE events ("source.ip" text)""");
        await using var bot = BotHarness.For<SqlOutput>(new Dictionary<string, object?>(Parameters) { ["fields"] = "source.ip" });

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "comment": "x" }""");

        Assert.Equal(["192.0.2.1"], await SqliteAsync("SELECT * FROM events"));
    }

    [Fact]
    public async Task PostgreSQL_takes_each_value_as_the_type_of_its_column()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartAsync(Cancellation);
        await server.ExecuteAsync("""CREATE TABLE events ("id" BIGSERIAL UNIQUE PRIMARY KEY, "source.ip" inet, "source.asn" integer, "feed.accuracy" real, "source.tor_node" boolean, "time.source" timestamp with time zone, "extra" json)""", Cancellation);
        await using var bot = BotHarness.For<SqlOutput>(new Dictionary<string, object?> { ["engine"] = "postgresql", ["host"] = server.Directory, ["user"] = "postgres", ["database"] = "postgres", ["sslmode"] = "disable" });

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.asn": 64496, "feed.accuracy": 99.5, "source.tor_node": true, "time.source": "2020-02-03T04:05:06+00:00", "extra.a": "x\u0000" }""");
        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "comment": "no such column" }"""));

        Assert.Equal("1 192.0.2.1 64496 99.5 t 2020-02-03 04:05:06+00", await server.ExecuteAsync("""SELECT concat_ws(' ', count(*) OVER (), host("source.ip"), "source.asn", "feed.accuracy", "source.tor_node", "time.source") FROM events""", Cancellation));
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for_and_an_unknown_engine_is_not()
    {
        await using var absent = BotHarness.For<SqlOutput>(new Dictionary<string, object?> { ["engine"] = "postgresql", ["host"] = folder.Path });
        await using var unknown = BotHarness.For<SqlOutput>("""{ "engine": "oracle" }""");

        await Assert.ThrowsAsync<TransientException>(async () => await absent.StartAsync(Cancellation));
        Assert.Contains("postgresql or sqlite", Assert.Single(unknown.Check()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_bot_stands_wrong_parameters_garbage_cancellation_and_restarts()
    {
        await SqliteAsync("""CREATE TABLE events ("source.ip" text)""");
        Assert.Empty(await BotConformance.CheckAsync(typeof(SqlOutput).Assembly, "intelmq.bots.outputs.sql.output", Parameters));
    }

    public void Dispose() => folder.Dispose();
}
