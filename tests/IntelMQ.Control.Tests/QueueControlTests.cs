using IntelMQ.Brokers;
using IntelMQ.Control.Queues;

namespace IntelMQ.Control.Tests;

public sealed class QueueControlTests : IDisposable
{
    const string Runtime = """
        col: {group: Collector, name: c, description: d, enabled: true, run_mode: continuous, module: intelmq.bots.collectors.file.collector_file, parameters: {destination_queues: {_default: [tax-queue, Audit]}}}
        tax: {group: Expert, name: t, description: d, enabled: true, run_mode: continuous, module: intelmq.bots.experts.taxonomy.expert, parameters: {destination_queues: {_default: [out-queue], other: [elsewhere]}}}
        """;

    readonly TemporaryInstallation _installation = new(Runtime);
    readonly RecordingOutput _output = new();
    readonly FakeHost _host = new() { Queues = [new QueueStatus("tax-queue", 3, 2, 0, false), new QueueStatus("Audit", 0, 0, 0, false), new QueueStatus("out-queue", 7, 0, 0, false)] };
    readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    QueueControl Control => new(_installation.Configuration, _installation.Installation, new FakeGateway(_host), _output);

    public void Dispose() => _installation.Dispose();

    [Fact]
    public async Task Queues_are_listed_by_bot()
    {
        var queues = await Control.ListAsync(_cancellation);

        Assert.Null(queues["col"].Source);
        Assert.Equal([("Audit", 0L), ("tax-queue", 3L)], queues["col"].Destinations);
        Assert.Equal((("tax-queue", 3L), 2L), (queues["tax"].Source!.Value, queues["tax"].Internal));
    }

    [Fact]
    public async Task Lines_are_in_the_order_of_names_without_regard_to_case()
    {
        Control.Tell(await Control.ListAsync(_cancellation), nonZero: false, sum: false);

        Assert.Equal(["Audit - 0", "elsewhere - 0", "out-queue - 7", "tax-queue - 3", "tax-queue-internal - 2"], _output.Lines);
    }

    [Theory]
    [InlineData(true, false, "out-queue - 7|tax-queue - 3|tax-queue-internal - 2")]
    [InlineData(false, true, "12")]
    public async Task Lines_can_be_fewer(bool nonZero, bool sum, string expected)
    {
        Control.Tell(await Control.ListAsync(_cancellation), nonZero, sum);

        Assert.Equal(expected.Split('|'), _output.Lines);
    }

    [Theory]
    [InlineData("tax-queue", nameof(ClearResult.Success))]
    [InlineData("elsewhere", nameof(ClearResult.Success))]
    [InlineData("_default", nameof(ClearResult.NotFound))]
    public async Task A_queue_can_be_cleared_under_its_name_but_not_under_its_path(string queue, string expected) =>
        Assert.Equal(expected, (await Control.ClearAsync(queue, _cancellation)).ToString());

    [Fact]
    public async Task An_unknown_queue_gets_a_suggestion()
    {
        await Control.ClearAsync("tax-quue", _cancellation);

        Assert.Equal(["Clearing queue tax-quue.", "ERROR Queue tax-quue does not exist! Did you mean tax-queue?"], _output.Lines);
    }

    [Fact]
    public async Task Without_a_host_and_a_store_all_queues_are_empty_and_no_store_is_made()
    {
        var control = new QueueControl(_installation.Configuration, _installation.Installation, new FakeGateway(null), _output);

        Assert.All((await control.ListAsync(_cancellation)).Values, bot => Assert.All(bot.Destinations, d => Assert.Equal(0, d.Waiting)));
        Assert.False(Directory.Exists(_installation.Paths.QueueDirectory));
    }
}
