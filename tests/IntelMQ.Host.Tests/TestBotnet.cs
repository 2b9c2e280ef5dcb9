using System.Collections.Concurrent;
using System.Net;
using System.Text;
using IntelMQ.Brokers;
using IntelMQ.Brokers.Embedded;
using IntelMQ.Configuration;
using IntelMQ.Configuration.Schema;
using IntelMQ.Host.Brokers;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Logging;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Tests;

/// <summary>A botnet of bots written in the test, on the real embedded broker in a directory of its own.</summary>
sealed class TestBotnet : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly BotLogs _logs;

    TestBotnet(string directory, TestBots bots, RuntimeConfiguration configuration, IBroker broker, bool ownSessions)
    {
        Directory = directory;
        Bots = bots;
        Broker = broker;
        Paths = IntelMqPaths.For(directory);
        _logs = new BotLogs(Paths.LogDirectory, console: null, TimeProvider.System);
        Cache = new TestCache();
        var environment = new HostEnvironment
        {
            Paths = Paths,
            Format = DataFormat.Shipped,
            Secrets = new SecretReferences(new Dictionary<string, string>(), directory),
            Time = TimeProvider.System,
            Dns = new NoDns(),
            Http = new NoHttp(),
            DefaultQueueBytes = 64 * 1024 * 1024,
            BotProcessCommand = ["/bin/false"],
        };
        var factory = new BotFactory(environment, bots, new BrokerSet(broker), _logs, _ =>
        {
            var session = ownSessions ? Cache.Session() : Cache;
            return (session, session);
        });
        Botnet = new Botnet(configuration, factory, bots, broker, TimeProvider.System);
    }

    public string Directory { get; }

    public TestBots Bots { get; }

    public IBroker Broker { get; }

    public IntelMqPaths Paths { get; }

    public TestCache Cache { get; }

    public Botnet Botnet { get; }

    public static async Task<TestBotnet> OpenAsync(TestBots bots, string yaml, string? directory = null, bool ownSessions = false)
    {
        directory ??= System.IO.Directory.CreateTempSubdirectory("intelmq-host-").FullName;
        var broker = await EmbeddedBroker.OpenAsync(Path.Combine(directory, "queues"), new EmbeddedBrokerOptions { MinimumFreeBytes = 0 }, TestContext.Current.CancellationToken);
        return new TestBotnet(directory, bots, Parse(yaml), broker, ownSessions);
    }

    public static RuntimeConfiguration Parse(string yaml) => RuntimeConfiguration.Parse(yaml, "runtime.yaml", new Dictionary<string, string>());

    public BotStatus this[string id] => Botnet.Find(id)!.Status;

    /// <summary>Puts events into a queue as another bot would.</summary>
    public async Task SendAsync(string queue, params string[] events)
    {
        await Broker.DeclareAsync(queue, QueueLimits.None, TestContext.Current.CancellationToken);
        var commit = new Commit();
        foreach (var json in events) commit.Send(queue, Encoding.UTF8.GetBytes(json));
        await Broker.CommitAsync(commit, TestContext.Current.CancellationToken);
    }

    /// <summary>The messages that wait in a queue, in the wire form of the original.</summary>
    public async Task<IReadOnlyList<string>> WaitingAsync(string queue) =>
        [.. (await Broker.PeekAsync(queue, 10_000, TestContext.Current.CancellationToken)).Select(body => body.Span[0] == '{'
            ? Encoding.UTF8.GetString(body.Span)
            : BinaryForm.Read(body, DataFormat.Shipped).ToString())];

    public async Task<QueueStatus?> QueueAsync(string queue) =>
        (await Broker.ListAsync(TestContext.Current.CancellationToken)).FirstOrDefault(q => q.Queue == queue);

    public string LogOf(string id) => Read(Path.Combine(Paths.LogDirectory, id + ".log"));

    public string DumpOf(string id) => Read(Path.Combine(Paths.LogDirectory, id + ".dump"));

    /// <summary>The entries of a bot's dump.</summary>
    public IReadOnlyList<OrderedDictionary<string, object?>> Dump(string id) =>
        DumpOf(id) is { Length: > 0 } text
            ? [.. ((OrderedDictionary<string, object?>)PythonJsonReader.Parse(Encoding.UTF8.GetBytes(text))!).Values.Cast<OrderedDictionary<string, object?>>()]
            : [];

    static string Read(string path)
    {
        if (!File.Exists(path)) return "";
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>Waits until something is so; fails with the state of all bots when it does not come.</summary>
    public async Task UntilAsync(Func<Task<bool>> isSo, string what)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
                Assert.Fail($"This did not come: {what}\n{string.Join('\n', Botnet.Status)}\n{string.Join('\n', await Broker.ListAsync(default))}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public Task UntilAsync(Func<bool> isSo, string what) => UntilAsync(() => Task.FromResult(isSo()), what);

    public Task UntilEmptyAsync(string queue) =>
        UntilAsync(async () => await QueueAsync(queue) is null or { Waiting: 0, Leased: 0 }, $"queue {queue} is empty");

    public async ValueTask DisposeAsync()
    {
        await Botnet.DisposeAsync();
        _logs.Dispose();
    }

    sealed class NoDns : IDnsResolver
    {
        public ValueTask<IReadOnlyList<IPAddress>> GetAddressesAsync(string name, System.Net.Sockets.AddressFamily family, CancellationToken cancellationToken) => new([]);

        public ValueTask<IReadOnlyList<string>> GetTextsAsync(string name, CancellationToken cancellationToken) => new([]);

        public ValueTask<IReadOnlyList<string>> GetNamesAsync(IPAddress address, CancellationToken cancellationToken) => new([]);
    }

    sealed class NoHttp : IHttpClients
    {
        public HttpClient Create(HttpOptions options) => throw new ConfigurationException("No bot of this test speaks HTTP.");
    }
}

/// <summary>A cache that records what the host completes and abandons.</summary>
sealed class TestCache : IBotCache, IStepParticipant
{
    readonly ConcurrentDictionary<string, string> _values;
    readonly List<string> _added = [];
    bool _closed;

    public TestCache() => _values = new(StringComparer.Ordinal);

    TestCache(ConcurrentDictionary<string, string> values) => _values = values;

    /// <summary>Another session on the same entries.</summary>
    public TestCache Session() => new(_values);

    public int Completed { get; private set; }

    /// <summary>How many of the next completions find the disk full.</summary>
    public int FailingCompletions { get; set; }

    public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) => new(_values.GetValueOrDefault(key));

    public ValueTask SetAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        _values[key] = value;
        return default;
    }

    public ValueTask<bool> TryAddAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var added = _values.TryAdd(key, value);
        if (added) _added.Add(key);
        return new(added);
    }

    public ValueTask<long> IncrementAsync(string key, long by, TimeSpan? timeToLive, CancellationToken cancellationToken) => throw new InvalidOperationException("not used");

    public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) => new(Task.FromResult(_values.TryRemove(key, out _)));

    public int Mark() => _added.Count;

    public void AbandonSince(int mark)
    {
        if (mark > _added.Count) return;
        foreach (var key in _added[mark..]) _values.TryRemove(key, out _);
        _added.RemoveRange(mark, _added.Count - mark);
    }

    public void Complete()
    {
        Completed++;
        _added.Clear();
        if (FailingCompletions-- > 0) throw new IOException("No space left on device.");
    }

    public void Close()
    {
        AbandonSince(0);
        _closed = true;
    }
}

/// <summary>Bots of a test by module name; a stand-in for extension packages.</summary>
sealed class TestBots : IBotSource
{
    readonly Dictionary<string, Func<ParameterReader, IServiceProvider, Bot?>> _bots = new(StringComparer.Ordinal);

    static readonly ParameterSchema NoParameters = ParameterSchema.Parse(System.Text.Json.JsonDocument.Parse("""{"type": "object", "properties": {}}""").RootElement);

    public string Version { get; set; } = "1.0.0";

    public ParameterSchema Schema { get; set; } = NoParameters;

    /// <summary>What the options of all bots say about themselves.</summary>
    public IReadOnlyList<CheckResult> Said { get; set; } = [];

    public TestBots Add(string module, Func<Bot> create)
    {
        _bots[module] = (_, _) => create();
        return this;
    }

    public TestBots Add(string module, Func<ParameterReader, IServiceProvider, Bot?> create)
    {
        _bots[module] = create;
        return this;
    }

    public BotDescription Find(string module, string? package) =>
        _bots.ContainsKey(module)
            ? new BotDescription(module, "Test.Bots", Version, Isolation.Host, SingleInstance: false, Schema)
            : throw new ConfigurationException($"No package has the bot '{module}'.");

    public ILoadedBot Load(BotDescription description) => new Loaded(new BotRegistration(description.Module, _bots[description.Module], _ => Said, SingleInstance: false));

    sealed record Loaded(BotRegistration Registration) : ILoadedBot
    {
        public void Dispose()
        {
        }
    }
}
