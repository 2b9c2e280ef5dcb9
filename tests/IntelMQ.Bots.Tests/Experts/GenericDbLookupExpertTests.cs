using IntelMQ.Bots.Experts.GenericDbLookup;
using IntelMQ.Bots.Tests.Outputs;
using Microsoft.Data.Sqlite;

namespace IntelMQ.Bots.Tests.Experts;

public sealed class GenericDbLookupExpertTests : IDisposable
{
    const string Table = """CREATE TABLE contacts ("asn" bigint, "contact" text, "note" text); INSERT INTO contacts VALUES (64496, 'a@example.com', 'first'), (64496, 'b@example.com', 'second'), (64497, 'c@example.com', NULL)""";

    readonly TemporaryFolder folder = new();

    static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    Dictionary<string, object?> Sqlite(params (string Name, object? Value)[] more)
    {
        using var connection = new SqliteConnection($"Data Source={folder.In("contacts.db")};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(Table, connection);
        command.ExecuteNonQuery();
        return With(new() { ["engine"] = "sqlite", ["database"] = folder.In("contacts.db") }, more);
    }

    static Dictionary<string, object?> Postgres(PostgresServer server, params (string Name, object? Value)[] more) =>
        With(new() { ["engine"] = "postgresql", ["host"] = server.Directory, ["user"] = "postgres", ["database"] = "postgres", ["sslmode"] = "disable" }, more);

    static Dictionary<string, object?> With(Dictionary<string, object?> parameters, (string Name, object? Value)[] more)
    {
        foreach (var (name, value) in more) parameters[name] = value;
        return parameters;
    }

    static Dictionary<string, object?> Map(params (string Key, string Value)[] pairs) => pairs.ToDictionary(static pair => pair.Key, static pair => (object?)pair.Value);

    [Fact]
    public async Task A_row_replaces_what_the_event_has_and_an_empty_column_removes_it()
    {
        await using var bot = BotHarness.For<GenericDbLookupExpert>(Sqlite());

        var run = await bot.RunAsync("""{ "source.asn": 64497, "comment": "old" }""");

        run.ShouldSend("""{ "source.asn": 64497, "source.abuse_contact": "c@example.com" }""");
    }

    [Theory]
    [InlineData("""{ "source.ip": "192.0.2.1" }""")]
    [InlineData("""{ "source.asn": 64499 }""")]
    [InlineData("""{ "source.asn": 64497, "comment": "x", "source.abuse_contact": "x@example.com" }""")]
    public async Task An_event_goes_on_as_it_is_without_a_key_without_a_row_and_with_all_that_is_wanted(string message)
    {
        await using var bot = BotHarness.For<GenericDbLookupExpert>(Sqlite());

        (await bot.RunAsync(message)).ShouldSend(message);
    }

    [Fact]
    public async Task Overwrite_looks_up_events_that_have_all_already()
    {
        await using var bot = BotHarness.For<GenericDbLookupExpert>(Sqlite(("overwrite", true)));

        var run = await bot.RunAsync("""{ "source.asn": 64497, "comment": "x", "source.abuse_contact": "x@example.com" }""");

        run.ShouldSend("""{ "source.asn": 64497, "source.abuse_contact": "c@example.com" }""");
    }

    [Fact]
    public async Task Of_several_rows_of_SQLite_the_first_is_used()
    {
        await using var bot = BotHarness.For<GenericDbLookupExpert>(Sqlite());

        (await bot.RunAsync("""{ "source.asn": 64496 }""")).ShouldSend("""{ "source.asn": 64496, "source.abuse_contact": "a@example.com", "comment": "first" }""");
    }

    [Fact]
    public async Task Names_of_tables_and_columns_may_have_any_letters_and_values_are_no_part_of_the_statement()
    {
        var parameters = Sqlite(
            ("table", "a \"table\""), ("match_fields", Map(("comment", "the key"))), ("replace_fields", Map(("va\"lue", "extra.value"))));
        await using (var connection = new SqliteConnection($"Data Source={folder.In("contacts.db")};Pooling=False"))
        {
            await connection.OpenAsync(Cancellation);
            await using var command = new SqliteCommand(""""CREATE TABLE "a ""table""" ("the key" text, "va""lue" real); INSERT INTO "a ""table""" VALUES (''' OR 1=1', 1.5)"""", connection);
            await command.ExecuteNonQueryAsync(Cancellation);
        }

        await using var bot = BotHarness.For<GenericDbLookupExpert>(parameters);

        var run = await bot.RunAsync("""{ "comment": "' OR 1=1" }""", """{ "comment": "' OR 2=2" }""");

        run.ShouldSend("""{ "comment": "' OR 1=1", "extra.value": 1.5 }""", """{ "comment": "' OR 2=2" }""");
    }

    [Fact]
    public async Task PostgreSQL_compares_each_value_as_the_type_of_its_column_and_gives_all_types()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartAsync(Cancellation);
        await server.ExecuteAsync("""
            CREATE TABLE contacts ("net" inet, "asn" integer, "since" timestamp with time zone, "local" timestamp, "score" real, "amount" numeric, "is" boolean, "names" text[], "host" inet, "more" json);
            INSERT INTO contacts VALUES ('192.0.2.1', 64496, '2020-02-03 04:05:06+01', '2020-02-03 04:05:06.5', 0.5, 12, true, '{a,b}', '192.0.2.9', '{"a": 1}');
            """, Cancellation);
        await using var bot = BotHarness.For<GenericDbLookupExpert>(Postgres(server,
            ("match_fields", Map(("source.ip", "net"), ("source.asn", "asn"))),
            ("replace_fields", Map(("since", "time.source"), ("local", "extra.local"), ("score", "extra.score"), ("amount", "extra.amount"), ("is", "source.tor_node"), ("names", "extra.names"), ("host", "destination.ip"), ("more", "output")))));

        var run = await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.asn": 64496 }""", """{ "source.ip": "192.0.2.1", "source.asn": 64497 }""");

        run.ShouldSend(
            """
            { "source.ip": "192.0.2.1", "source.asn": 64496, "time.source": "2020-02-03T03:05:06+00:00", "extra.local": "2020-02-03T04:05:06.5+00:00", "extra.score": 0.5, "extra.amount": 12,
              "source.tor_node": true, "extra.names": ["a", "b"], "destination.ip": "192.0.2.9", "output": "{\"a\": 1}" }
            """,
            """{ "source.ip": "192.0.2.1", "source.asn": 64497 }""");
    }

    [Fact]
    public async Task PostgreSQL_refuses_several_rows_and_values_that_do_not_fit_and_goes_on_after_that()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartAsync(Cancellation);
        await server.ExecuteAsync(Table, Cancellation);
        await using var bot = BotHarness.For<GenericDbLookupExpert>(Postgres(server, ("match_fields", Map(("comment", "asn"))), ("replace_fields", Map(("contact", "source.abuse_contact")))));

        Assert.Contains("More than one row", (await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "comment": "64496" }"""))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "comment": "no number" }"""));
        (await bot.RunAsync("""{ "comment": "64497" }""")).ShouldSend("""{ "comment": "64497", "source.abuse_contact": "c@example.com" }""");
    }

    [Fact]
    public async Task A_server_that_went_away_is_waited_for_and_used_again()
    {
        Assert.SkipWhen(PostgresServer.Missing is not null, PostgresServer.Missing ?? "");
        await using var server = await PostgresServer.StartAsync(Cancellation);
        await server.ExecuteAsync(Table, Cancellation);
        await using var bot = BotHarness.For<GenericDbLookupExpert>(Postgres(server, ("reconnect_delay", 7L)));
        const string Message = """{ "source.asn": 64497 }""";
        await bot.RunAsync(Message);

        await server.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'intelmq'", Cancellation);

        Assert.Equal(TimeSpan.FromSeconds(7), (await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync(Message))).RetryAfter);
        (await bot.RunAsync(Message)).ShouldSend("""{ "source.asn": 64497, "source.abuse_contact": "c@example.com" }""");
    }

    [Fact]
    public async Task Wrong_parameters_are_all_told()
    {
        await using var wrong = BotHarness.For<GenericDbLookupExpert>(new Dictionary<string, object?> { ["engine"] = "mysql", ["table"] = "", ["match_fields"] = Map(), ["replace_fields"] = Map() });
        await using var absent = BotHarness.For<GenericDbLookupExpert>(new Dictionary<string, object?> { ["engine"] = "sqlite", ["database"] = folder.In("absent.db") });
        await using var unknown = BotHarness.For<GenericDbLookupExpert>(Sqlite(("replace_fields", Map(("note", "no.such.field")))));

        Assert.Equal(["engine", "table", "match_fields", "replace_fields"], wrong.Check().Select(static result => result.Parameter));
        Assert.Equal("database", Assert.Single(absent.Check()).Parameter);
        Assert.Contains("no.such.field", (await Assert.ThrowsAsync<ConfigurationException>(async () => await unknown.StartAsync(Cancellation))).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.In("absent.db")));
    }

    [Fact]
    public async Task The_bot_stands_wrong_parameters_garbage_cancellation_and_restarts() =>
        Assert.Empty(await BotConformance.CheckAsync(typeof(GenericDbLookupExpert).Assembly, "intelmq.bots.experts.generic_db_lookup.expert", Sqlite()));

    public void Dispose() => folder.Dispose();
}
