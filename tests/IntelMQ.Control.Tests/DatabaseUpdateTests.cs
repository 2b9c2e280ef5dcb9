using System.Text;
using System.Text.Json;
using IntelMQ.Configuration;
using IntelMQ.Configuration.Schema;
using IntelMQ.Control.Databases;
using IntelMQ.Host;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;
using IntelMQ.Services;

namespace IntelMQ.Control.Tests;

public sealed class DatabaseUpdateTests : IDisposable
{
    readonly TemporaryInstallation _installation = new("""
        first:
          module: intelmq.bots.experts.example.listed
          parameters: {database: "__DIRECTORY__/lists/networks.txt"}
        second:
          module: intelmq.bots.experts.example.listed
          parameters: {database: "__DIRECTORY__/lists/networks.txt"}
        third:
          module: intelmq.bots.experts.example.listed
          parameters: {database: "__DIRECTORY__/other.txt", autoupdate_cached_database: false}
        fourth:
          module: intelmq.bots.experts.example.missing
        """);

    readonly RecordingOutput _output = new();

    public void Dispose() => _installation.Dispose();

    sealed class ListedExpert(string database, bool isUpdateWanted, Func<byte[]> download) : Enricher, IUpdatableDatabase
    {
        public string DatabasePath => database;

        public bool IsUpdateWanted => isUpdateWanted;

        public Task<ReadOnlyMemory<byte>> DownloadDatabaseAsync(CancellationToken cancellationToken) => Task.FromResult<ReadOnlyMemory<byte>>(download());

        protected override ValueTask EnrichAsync(Event e, CancellationToken cancellationToken) => default;
    }

    sealed class OneBot(Func<byte[]> download) : IBotSource, ILoadedBot
    {
        public BotRegistration Registration => new(
            "intelmq.bots.experts.example.listed",
            (reader, _) => new ListedExpert(reader.String("database"), !reader.Has("autoupdate_cached_database") || reader.Boolean("autoupdate_cached_database"), download),
            static _ => [],
            SingleInstance: false);

        public BotDescription Find(string module, string? package) => module.EndsWith("listed", StringComparison.Ordinal)
            ? new(module, "Example", "1.0.0", Isolation.Host, SingleInstance: false, ParameterSchema.Parse(JsonDocument.Parse("""{"type": "object", "properties": {}}""").RootElement))
            : throw new ConfigurationException($"There is no bot {module}.");

        public ILoadedBot Load(BotDescription description) => this;

        public void Dispose()
        {
        }
    }

    Task<bool> RunAsync(Func<byte[]> download)
    {
        var environment = new HostEnvironment
        {
            Paths = _installation.Paths,
            Format = DataFormat.Shipped,
            Secrets = new SecretReferences(new Dictionary<string, string>(), _installation.Paths.ConfigDirectory),
            Time = TimeProvider.System,
            Dns = new DnsResolver(new DnsOptions { Time = TimeProvider.System }),
            Http = new HttpClients(new Silence()),
            DefaultQueueBytes = 0,
            BotProcessCommand = [],
        };
        return new DatabaseUpdate(new UnstartedBots(environment, new OneBot(download), _output), _output).RunAsync(_installation.Configuration.Bots, TestContext.Current.CancellationToken);
    }

    sealed class Silence : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => false;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
        }
    }

    [Fact]
    public async Task A_file_that_two_bots_share_is_downloaded_once_and_one_that_nobody_wants_updated_is_not()
    {
        var downloads = 0;
        Assert.True(await RunAsync(() => Encoding.UTF8.GetBytes($"{++downloads}")));
        Assert.Equal(1, downloads);
        Assert.Equal("1", await File.ReadAllTextAsync(_installation.File("lists/networks.txt"), TestContext.Current.CancellationToken));
        Assert.False(File.Exists(_installation.File("other.txt")));
        Assert.Contains("Updated", _output.Text, StringComparison.Ordinal);
        Assert.Contains("WARNING Bot 'fourth' was passed over", _output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_up_to_date_is_said_to_be()
    {
        Assert.True(await RunAsync(() => [1]));
        Assert.True(await RunAsync(() => [1]));
        Assert.Contains("is up to date", _output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_download_that_fails_leaves_the_file_and_is_told()
    {
        Assert.True(await RunAsync(() => [1]));
        Assert.False(await RunAsync(() => throw new TransientException("The server is out of order.")));
        Assert.Contains("ERROR The database of bot 'first' was not updated: The server is out of order.", _output.Text, StringComparison.Ordinal);
        Assert.Equal([1], await File.ReadAllBytesAsync(_installation.File("lists/networks.txt"), TestContext.Current.CancellationToken));
    }
}
