using IntelMQ.Bots.Outputs.MongoDb;
using MongoDB.Bson;

namespace IntelMQ.Bots.Tests.Outputs;

/// <summary>Against a stand-in: Debian has no MongoDB server.</summary>
public sealed class MongoDbOutputTests : IAsyncDisposable
{
    readonly MongoStandIn server = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    Dictionary<string, object?> Parameters => new() { ["host"] = "127.0.0.1", ["port"] = server.Port, ["database"] = "d", ["collection"] = "c" };

    BotHarness Bot(string? parameter = null, object? value = null) =>
        BotHarness.For<MongoDbOutput>(parameter is null ? Parameters : new Dictionary<string, object?>(Parameters) { [parameter] = value });

    IEnumerable<string> Stored => server.Documents.Values.Select(static document =>
    {
        document.Remove("_id");
        return document.ToJson();
    }).Order(StringComparer.Ordinal);

    [Fact]
    public async Task An_event_is_a_document_without_dots_in_names_and_with_dates()
    {
        await using var bot = Bot();

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "source.port": 1, "feed.accuracy": 90.0, "source.tor_node": true, "time.source": "2020-02-03T04:05:06+00:00", "time.observation": "2020-02-03T05:05:06+00:00", "extra.a": [1, { "b": 5000000000 }], "raw": "eA==" }""");

        Assert.Equal(
            ["""{ "source_ip" : "192.0.2.1", "source_port" : 1, "feed_accuracy" : 90.0, "source_tor_node" : true, "time_source" : { "$date" : "2020-02-03T04:05:06Z" }, "time_observation" : { "$date" : "2020-02-03T05:05:06Z" }, "extra_a" : [1, { "b" : 5000000000 }], "raw" : "eA==" }"""],
            Stored);
    }

    [Fact]
    public async Task Documents_may_be_nested_and_a_server_may_be_named_by_a_connection_string()
    {
        await using var bot = BotHarness.For<MongoDbOutput>(new Dictionary<string, object?>(Parameters) { ["host"] = $"mongodb://127.0.0.1:{server.Port}/", ["hierarchical_output"] = true });

        await bot.RunAsync("""{ "source.ip": "192.0.2.1", "time.source": "2020-02-03T04:05:06+00:00" }""");

        Assert.Equal(["""{ "source" : { "ip" : "192.0.2.1" }, "time" : { "source" : { "$date" : "2020-02-03T04:05:06Z" } } }"""], Stored);
    }

    [Fact]
    public async Task Documents_whose_answer_was_lost_are_there_once()
    {
        await using var bot = Bot();
        await bot.StartAsync(Token);
        server.LosesNextAnswer = true;

        await Assert.ThrowsAsync<TransientException>(() => bot.RunAsync("""{ "source.port": 1 }"""));
        await bot.RunAsync("""{ "source.port": 2 }""");

        Assert.Equal(["""{ "source_port" : 1 }""", """{ "source_port" : 2 }"""], Stored);
    }

    [Fact]
    public async Task A_document_that_is_refused_leaves_no_other_one_behind()
    {
        await using var bot = BotHarness.For<MongoDbOutput>(new Dictionary<string, object?>(Parameters) { ["hierarchical_output"] = false });
        await bot.StartAsync(Token);

        var refused = await Assert.ThrowsAsync<InvalidMessageException>(() => bot.RunAsync("""{ "source.port": 1 }""", """{ "comment": "refuse" }""", """{ "source.port": 3 }"""));

        Assert.Contains("failed validation", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Stored);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_waited_for_and_refused_users_are_not()
    {
        await using var absent = Bot("port", (long)Collectors.LoopbackPort.Free());
        await Assert.ThrowsAsync<TransientException>(async () => await absent.StartAsync(Token));

        server.RefusesUsers = true;
        await using var wrong = BotHarness.For<MongoDbOutput>(new Dictionary<string, object?>(Parameters) { ["db_user"] = "me", ["db_pass"] = "secret" });
        var refused = await Assert.ThrowsAsync<ConfigurationException>(async () => await wrong.StartAsync(Token));
        Assert.Contains("'me'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_parameters_are_told()
    {
        await using var bot = BotHarness.For<MongoDbOutput>("""{ "host": "mongodb://", "database": "", "collection": "c", "replacement_char": ".", "db_pass": "x" }""");

        Assert.Equal(["database", "db_user", "host", "replacement_char"], bot.Check().Select(result => result.Parameter).Order());
    }

    [Fact]
    public async Task The_bot_stands_wrong_parameters_garbage_cancellation_and_restarts() =>
        Assert.Empty(await BotConformance.CheckAsync(typeof(MongoDbOutput).Assembly, "intelmq.bots.outputs.mongodb.output", Parameters));

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
