using System.Globalization;
using IntelMQ.Configuration;
using IntelMQ.Host.Brokers;
using IntelMQ.Host.Dumps;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Logging;
using IntelMQ.Host.Statistics;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Running;

/// <summary>Makes of a bot's configuration the bot itself: code, options, services, queues, workers.</summary>
/// <param name="environment">What is the same for all bots.</param>
/// <param name="bots">Finds their code.</param>
/// <param name="brokers">Carry their messages.</param>
/// <param name="logs">Take their lines.</param>
/// <param name="openCache">Opens a session of the cache with a name and a time to live.</param>
sealed class BotFactory(
    HostEnvironment environment, IBotSource bots, BrokerSet brokers, BotLogs logs, Func<string, TimeSpan, (IBotCache Cache, IStepParticipant Step)> openCache)
{
    public BotLog Log(BotConfiguration configuration) => logs.For(configuration);

    /// <exception cref="ConfigurationException">The configuration does not fit the bot; the text names all problems.</exception>
    public async Task<RunningBot> CreateAsync(BotConfiguration configuration, BotCounters counters, CancellationToken cancellationToken)
    {
        var settings = configuration.Settings;
        var code = bots.Load(configuration.Module, settings.Package);
        var instances = new List<(Bot, Worker)>();
        try
        {
            var routes = new Routes(configuration.DestinationQueues, settings.LoadBalance);
            counters.DeclarePaths(routes.Paths);
            var source = await brokers.GetAsync(settings.Source, cancellationToken);
            var destination = await brokers.GetAsync(settings.Destination, cancellationToken);
            await DeclareQueuesAsync(configuration, routes, source, destination, cancellationToken);

            var count = code.Registration.SingleInstance ? 1 : Math.Max(settings.InstancesThreads, 1);
            if (count < settings.InstancesThreads)
                Log(configuration).Warning($"instances_threads is {settings.InstancesThreads}, but this bot works with one instance only.");
            var dump = new DumpFile(Path.Combine(logs.DirectoryOf(settings), configuration.Id + ".dump"), configuration.Id, environment.Time);
            for (var i = 0; i < count; i++)
                instances.Add(CreateInstance(configuration, code, count > 1 ? $"{configuration.Id}.{i}" : configuration.Id, routes, source, destination, dump, counters));
            return new RunningBot(code, instances);
        }
        catch
        {
            foreach (var (bot, worker) in instances)
            {
                await worker.DisposeAsync();
                await bot.DisposeAsync();
            }

            code.Dispose();
            throw;
        }
    }

    async Task DeclareQueuesAsync(BotConfiguration configuration, Routes routes, IntelMQ.Brokers.IBroker source, IntelMQ.Brokers.IBroker destination, CancellationToken cancellationToken)
    {
        var limits = new IntelMQ.Brokers.QueueLimits(configuration.Settings.QueueMaxMessages ?? 0, configuration.Settings.QueueMaxBytes ?? environment.DefaultQueueBytes);
        foreach (var queue in routes.Queues) await destination.DeclareAsync(queue, limits, cancellationToken);
        if (!IsCollector(configuration)) await source.DeclareAsync(configuration.SourceQueue, limits, cancellationToken);
    }

    static bool IsCollector(BotConfiguration configuration) => configuration.Module.StartsWith("intelmq.bots.collectors.", StringComparison.Ordinal);

    (Bot, Worker) CreateInstance(
        BotConfiguration configuration, ILoadedBot code, string id, Routes routes, IntelMQ.Brokers.IBroker source, IntelMQ.Brokers.IBroker destination, DumpFile dump, BotCounters counters)
    {
        var log = id == configuration.Id ? logs.For(configuration) : logs.For(configuration).For(id);
        var parameters = configuration.ResolveParameters(environment.Secrets);
        var services = new BotServices(environment, log, () => OpenCache(configuration.Id, code, parameters));
        var reader = new ParameterReader(parameters);
        var group = GroupParameters.Read(reader, environment.Format, code.Registration.Name);
        var bot = code.Registration.Create(reader, services);
        if (bot is null || reader.Errors.Count > 0 || group.Errors.Count > 0) throw BadParameters(configuration, reader.Errors.Concat(group.Errors));

        bot.Context = new BotContext
        {
            BotId = configuration.Id,
            Format = environment.Format,
            Log = log,
            Time = environment.Time,
            StateDirectory = Path.Combine(environment.Paths.StateDirectory, configuration.Id),
            DefaultFields = group.DefaultFields,
        };
        var setting = new WorkerSetting(id, configuration.Settings, IsCollector(configuration) ? null : configuration.SourceQueue, source, destination, routes, bot.Context, dump, counters, services.CacheSession);
        Worker worker = bot switch
        {
            Collector collector => new CollectorWorker(collector, setting, group.Feed),
            Parser parser => new ParserWorker(parser, setting, group.CopiedFields),
            Expert expert => new ExpertWorker(expert, setting),
            Output output => new OutputWorker(output, setting),
            _ => throw new ConfigurationException($"'{configuration.Module}' is none of the four kinds of bot."),
        };
        return (bot, worker);
    }

    /// <summary>Bots with the same database number share a cache, as they do in the original.</summary>
    (IBotCache Cache, IStepParticipant Step) OpenCache(string id, ILoadedBot code, IReadOnlyDictionary<string, object?> parameters)
    {
        object? Of(string name) => parameters.GetValueOrDefault(name) ?? code.DefaultOf(name);
        var name = Of("redis_cache_db") is long database ? string.Create(CultureInfo.InvariantCulture, $"db{database}") : id;
        var seconds = Of("redis_cache_ttl") switch { long whole => whole, double fraction => fraction, _ => 0 };
        return openCache(name, TimeSpan.FromSeconds(seconds));
    }

    static ConfigurationException BadParameters(BotConfiguration configuration, IEnumerable<ParameterError> errors)
    {
        var lines = errors.Select(error => configuration.Describe(error.Path, error.Message, error.Expected));
        return new ConfigurationException(string.Join('\n', lines.Distinct(StringComparer.Ordinal)));
    }
}
