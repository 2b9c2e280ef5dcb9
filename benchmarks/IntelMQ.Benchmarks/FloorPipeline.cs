using IntelMQ.Configuration;
using IntelMQ.Control;
using IntelMQ.Extensions;
using IntelMQ.Host.Loading;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Benchmarks;

/// <summary>The bots of W1 called one after the other in one loop: what the work itself costs, without carrying it.</summary>
sealed class FloorPipeline : IAsyncDisposable
{
    readonly List<ILoadedBot> _loaded = [];
    readonly List<Bot> _bots = [];
    readonly ExtensionHost _extensions = new(_ => { }, TimeProvider.System);
    readonly string _root;

    FloorPipeline(string root) => _root = root;

    public static async Task<FloorPipeline> OpenAsync(string root, string modifyConf)
    {
        if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        Directory.CreateDirectory(root);
        var floor = new FloorPipeline(root);
        var yaml = (await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "workloads", "w1-runtime.yaml")))
            .Replace("{root}/var/lib/bots/modify/modify.conf", modifyConf, StringComparison.Ordinal)
            .Replace("{root}", root, StringComparison.Ordinal);
        var configuration = RuntimeConfiguration.Parse(yaml, "w1", new Dictionary<string, string>(StringComparer.Ordinal));
        var installation = new Installation(IntelMqPaths.For(root), new Dictionary<string, string>(StringComparer.Ordinal));
        var source = new ExtensionBotSource(installation.Scanner, floor._extensions);
        foreach (var bot in configuration.Bots.Where(b => !b.IsCollector)) await floor.AddAsync(source, bot);
        return floor;
    }

    async Task AddAsync(ExtensionBotSource source, BotConfiguration configuration)
    {
        var loaded = source.Load(source.Find(configuration.Module, null));
        _loaded.Add(loaded);
        var reader = new ParameterReader(configuration.Merged);
        var bot = loaded.Registration.Create(reader, new Services())
            ?? throw new InvalidOperationException($"{configuration.Id}: {string.Join("; ", reader.Errors)}");
        bot.Context = new BotContext { BotId = configuration.Id, Format = DataFormat.Shipped, Log = new NoLog(), Time = TimeProvider.System, StateDirectory = _root };
        await bot.StartAsync(CancellationToken.None);
        _bots.Add(bot);
    }

    /// <returns>Lines read and events written.</returns>
    public async Task<(long Lines, long Written)> RunAsync(string feed)
    {
        var chain = new Chain([.. _bots.Skip(1)]);
        var text = await File.ReadAllBytesAsync(feed);
        var report = new Report(DataFormat.Shipped);
        report.Add(Fields.FeedName, "Synthetic IoC feed");
        report.Put(Fields.Raw, text);
        await ((Parser)_bots[0]).ParseAsync(report, chain, CancellationToken.None);
        await ((Output)_bots[^1]).FlushAsync(CancellationToken.None);
        return (text.AsSpan().Count((byte)'\n'), chain.Written);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var bot in _bots) await bot.DisposeAsync();
        foreach (var loaded in _loaded) loaded.Dispose();
        await _extensions.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>Hands what one bot sends straight to the next.</summary>
    sealed class Chain : IRowEmitter
    {
        readonly Link[] _links;

        public Chain(Bot[] bots)
        {
            _links = [.. bots.Select((bot, i) => new Link(this, bots, i + 1))];
            First = (Expert)bots[0];
        }

        Expert First { get; }

        public long Written { get; private set; }

        public ValueTask SendAsync(Event e, CancellationToken cancellationToken) => First.ProcessAsync(e, _links[0], cancellationToken);

        public ValueTask FailAsync(ReadOnlyMemory<byte> raw, Exception error, CancellationToken cancellationToken) => default;

        sealed class Link(Chain chain, Bot[] bots, int next) : IEmitter
        {
            public ValueTask SendAsync(Message message, string path, bool optional, CancellationToken cancellationToken)
            {
                if (path != QueuePath.Default) return default;
                if (bots[next] is Expert expert) return expert.ProcessAsync(message, chain._links[next], cancellationToken);
                chain.Written++;
                return ((Output)bots[next]).WriteAsync(message, cancellationToken);
            }
        }
    }

    sealed class Services : IServiceProvider
    {
        readonly SetCache _cache = new();

        public object? GetService(Type serviceType) => serviceType == typeof(IBotCache) ? _cache : serviceType == typeof(TimeProvider) ? TimeProvider.System : null;
    }

    /// <summary>The least that a deduplicator needs.</summary>
    sealed class SetCache : IBotCache
    {
        readonly HashSet<string> _keys = new(StringComparer.Ordinal);

        public ValueTask<string?> GetAsync(string key, CancellationToken cancellationToken) => new(_keys.Contains(key) ? "" : null);

        public ValueTask SetAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken) => new(Task.FromResult(_keys.Add(key)));

        public ValueTask<bool> TryAddAsync(string key, string value, TimeSpan? timeToLive, CancellationToken cancellationToken) => new(_keys.Add(key));

        public ValueTask<long> IncrementAsync(string key, long by, TimeSpan? timeToLive, CancellationToken cancellationToken) => new(by);

        public ValueTask RemoveAsync(string key, CancellationToken cancellationToken) => new(Task.FromResult(_keys.Remove(key)));
    }
}
