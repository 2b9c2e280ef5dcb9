using System.Globalization;
using IntelMQ.Configuration;
using IntelMQ.Extensions;
using IntelMQ.Host;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Processes;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;
using IntelMQ.Services;

namespace IntelMQ.Control.Hosting;

/// <summary>The child process of <c>isolation: process</c>: one bot, spoken to over standard input and output.</summary>
sealed class IsolatedBotProgram(IReadOnlyDictionary<string, string> variables, TimeProvider time) : IAsyncDisposable
{
    /// <summary>The process of a host that was killed may live on for two seconds and has the cache until then.</summary>
    static readonly TimeSpan PredecessorLimit = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    readonly Stack<IAsyncDisposable> _opened = [];

    /// <summary>Runs until the host says stop or goes away.</summary>
    /// <param name="input">Lines from the host.</param>
    /// <param name="output">Lines to the host; nothing else may write to it.</param>
    public Task<int> RunAsync(Stream input, Stream output) => new BotProcessServer(CreateAsync, input, output, Console.Error).RunAsync();

    async Task<ServedBot> CreateAsync(OrderedDictionary<string, object?> init, IBotLog log)
    {
        var id = Text(init, "bot_id");
        var module = Text(init, "bot");
        var paths = PathsOf(Text(init, "root"));
        var installation = new Installation(paths, variables);
        var extensions = new ExtensionHost(problem => log.Write(problem.Level, problem.ToString()), time);
        _opened.Push(extensions);
        var source = new ExtensionBotSource(installation.Scanner, extensions);
        var description = source.Find(module, init.GetValueOrDefault("package") as string);

        // The store of the host is open in the host: what this bot remembers is its own.
        var cache = await OpenCacheAsync(Path.Combine(paths.CacheDirectory, "isolated", init.GetValueOrDefault("instance") as string ?? id), log);
        _opened.Push(cache);
        var environment = new HostEnvironment
        {
            Paths = paths,
            Format = InstalledDataFormat.Load(paths, source.Catalogue).Format,
            Secrets = new SecretReferences(variables, paths.ConfigDirectory),
            Time = time,
            Dns = new DnsResolver(new DnsOptions { Time = time }),
            Http = new HttpClients(log),
            DefaultQueueBytes = 0,
            BotProcessCommand = [],
        };
        return await CreateAsync(environment, description, source.Load(description), log, cache, id, init.GetValueOrDefault("parameters") as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>());
    }

    async Task<CacheStore> OpenCacheAsync(string directory, IBotLog log)
    {
        var begun = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await CacheStore.OpenAsync(directory, new CacheStoreOptions { Time = time, Log = log }, CancellationToken.None);
            }
            catch (IOException) when (time.GetElapsedTime(begun) < PredecessorLimit)
            {
                await Task.Delay(LookInterval, time);
            }
        }
    }

    static async Task<ServedBot> CreateAsync(
        HostEnvironment environment, BotDescription description, ILoadedBot code, IBotLog log, CacheStore cache, string id, IReadOnlyDictionary<string, object?> parameters)
    {
        OptionsCheck.Ask(code.Registration, parameters, log);
        var reader = new ParameterReader(parameters);
        var group = GroupParameters.Read(reader, environment.Format, description.Module);
        var services = new BotServiceProvider(environment, log, () => OpenSession(cache, id, parameters.GetValueOrDefault("redis_cache_ttl") ?? description.Schema.Defaults.GetValueOrDefault("redis_cache_ttl")));
        var bot = code.Registration.Create(reader, services);
        if (bot is null || reader.Errors.Count > 0)
        {
            if (bot is not null) await bot.DisposeAsync();
            throw new ConfigurationException(string.Join('\n', reader.Errors.Select(e => $"{id}.parameters.{e.Path}: {e.Message}; expected {e.Expected}")));
        }

        bot.Context = new BotContext
        {
            BotId = id,
            Format = environment.Format,
            Log = log,
            Time = environment.Time,
            StateDirectory = Path.Combine(environment.Paths.StateDirectory, id),
            DefaultFields = [],
        };
        return new ServedBot(bot, group.CopiedFields, services.CacheSession);
    }

    static (IBotCache Cache, IStepParticipant Step) OpenSession(CacheStore store, string id, object? timeToLive)
    {
        var seconds = timeToLive switch { long whole => whole, double fraction => fraction, _ => 0 };
        var session = store.BeginSession();
        return (session.Cache(id, seconds > 0 ? TimeSpan.FromSeconds(seconds) : null), new CacheStep(session));
    }

    IntelMqPaths PathsOf(string root)
    {
        var found = IntelMqPaths.Find(variables, Directory.GetCurrentDirectory());
        return found.Root == root ? found : IntelMqPaths.For(root);
    }

    static string Text(OrderedDictionary<string, object?> init, string name) =>
        init.GetValueOrDefault(name) as string ?? throw new ConfigurationException(string.Create(CultureInfo.InvariantCulture, $"The first line of the host has no text under '{name}'."));

    public async ValueTask DisposeAsync()
    {
        while (_opened.TryPop(out var opened)) await opened.DisposeAsync();
    }
}
