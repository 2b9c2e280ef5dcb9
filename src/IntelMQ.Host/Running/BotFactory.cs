using System.Globalization;
using IntelMQ.Brokers;
using IntelMQ.Configuration;
using IntelMQ.Host.Brokers;
using IntelMQ.Host.Dumps;
using IntelMQ.Host.Processes;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Logging;
using IntelMQ.Host.Statistics;
using IntelMQ.Redis;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Running;

/// <summary>Makes of a bot's configuration the bot itself: code, options, services, queues, workers.</summary>
/// <param name="environment">What is the same for all bots.</param>
/// <param name="bots">Finds their code.</param>
/// <param name="brokers">Carry their messages.</param>
/// <param name="logs">Take their lines.</param>
/// <param name="openCache">Opens a session of a cache.</param>
sealed class BotFactory(
    HostEnvironment environment, IBotSource bots, BrokerSet brokers, BotLogs logs, Func<CacheRequest, (IBotCache Cache, IStepParticipant Step)> openCache)
{
    public BotLog Log(BotConfiguration configuration) => logs.For(configuration);

    /// <exception cref="ConfigurationException">The configuration does not fit the bot; the text names all problems.</exception>
    public async Task<RunningBot> CreateAsync(BotConfiguration configuration, BotCounters counters, CancellationToken cancellationToken)
    {
        var description = bots.Find(configuration.Module, configuration.Settings.Package);
        // A bot declares defaults for settings of the host too, such as the rate limit of a collector.
        configuration = configuration with { Settings = description.Schema.SettingsOf(configuration) };
        var isolation = configuration.Settings.Isolation == Isolation.Host ? description.Isolation : configuration.Settings.Isolation;
        var code = isolation == Isolation.Host ? bots.Load(description) : null;
        var instances = new List<(BotInstance, Worker)>();
        var created = new RunningBot(description.Package, code, instances);
        try
        {
            var common = await CommonAsync(configuration, counters, cancellationToken);
            var count = Instances(configuration, description);
            for (var i = 0; i < count; i++)
            {
                var id = count > 1 ? string.Create(CultureInfo.InvariantCulture, $"{configuration.Id}.{i}") : configuration.Id;
                instances.Add(await CreateInstanceAsync(configuration, description, code, common, id));
            }

            return created;
        }
        catch
        {
            await created.DisposeAsync();
            throw;
        }
    }

    int Instances(BotConfiguration configuration, BotDescription description)
    {
        var wanted = Math.Max(configuration.Settings.InstancesThreads, 1);
        if (wanted == 1 || !(description.SingleInstance || configuration.IsCollector)) return wanted;
        Log(configuration).Warning($"instances_threads is {wanted}, but this bot works with one instance only.");
        return 1;
    }

    /// <summary>The data format that bots are created with now.</summary>
    public DataFormat Format => environment.Format;

    /// <summary>What all instances of a bot share.</summary>
    sealed record Common(Routes Routes, IBroker Source, IBroker Destination, DumpFile Dump, BotCounters Counters);

    async Task<Common> CommonAsync(BotConfiguration configuration, BotCounters counters, CancellationToken cancellationToken)
    {
        var settings = configuration.Settings;
        var routes = new Routes(configuration.DestinationQueues, settings.LoadBalance);
        counters.DeclarePaths(routes.Paths);
        var source = brokers.Find(settings.Source, environment.Secrets);
        var destination = brokers.Find(settings.Destination, environment.Secrets);
        foreach (var queue in routes.Queues) await destination.DeclareAsync(queue, LimitsOn(destination, settings), cancellationToken);
        if (!configuration.IsCollector) await source.DeclareAsync(configuration.SourceQueue, LimitsOn(source, settings), cancellationToken);
        var dump = new DumpFile(Path.Combine(logs.DirectoryOf(settings), configuration.Id + ".dump"), configuration.Id, environment.Time);
        await dump.RepairAsync(cancellationToken);
        return new(routes, source, destination, dump, counters);
    }

    /// <summary>The default is a share of the disk of this machine, which says nothing about a server.</summary>
    QueueLimits LimitsOn(IBroker broker, BotSettings settings) =>
        new(settings.QueueMaxMessages ?? 0, settings.QueueMaxBytes ?? (broker == brokers.Embedded ? environment.DefaultQueueBytes : 0));

    async Task<(BotInstance, Worker)> CreateInstanceAsync(BotConfiguration configuration, BotDescription description, ILoadedBot? code, Common common, string id)
    {
        var log = id == configuration.Id ? logs.For(configuration) : logs.For(configuration).For(id);
        var parameters = configuration.BindParameters(description.Schema, environment.Secrets);
        var group = GroupParameters.Read(new ParameterReader(parameters), environment.Format, description.Module);
        var context = new BotContext
        {
            BotId = configuration.Id,
            Format = environment.Format,
            Log = log,
            Time = environment.Time,
            StateDirectory = Path.Combine(environment.Paths.StateDirectory, configuration.Id),
            DefaultFields = group.DefaultFields,
        };
        if (code is null)
        {
            if (group.Errors.Count > 0) throw BadParameters(configuration, group.Errors);
            var process = ProcessOf(configuration, id, parameters, log);
            var isolated = await BotInstance.CreateAsync(() => new(In(context, IsolatedBots.Create(configuration.Module, process))));
            return (isolated, WorkerFor(isolated, configuration, group, common, id, new IsolatedStep(process)));
        }

        OptionsCheck.Ask(code.Registration, parameters, log);
        // All bots that an instance ever has share one session of the cache, which the worker completes.
        var services = new BotServiceProvider(environment, log, () => OpenCache(configuration, description, parameters));
        var instance = await BotInstance.CreateAsync(async () => In(context, await CreateBotAsync(configuration, code.Registration, new ParameterReader(parameters), group, services)), services);
        return (instance, WorkerFor(instance, configuration, group, common, id, services.CacheSession));
    }

    static Bot In(BotContext context, Bot bot)
    {
        bot.Context = context;
        return bot;
    }

    static async ValueTask<Bot> CreateBotAsync(BotConfiguration configuration, BotRegistration registration, ParameterReader reader, GroupParameters group, BotServiceProvider services)
    {
        var bot = registration.Create(reader, services);
        if (bot is not null && reader.Errors.Count == 0 && group.Errors.Count == 0) return bot;
        // What its constructor has opened is nobody's otherwise.
        if (bot is not null) await bot.DisposeAsync();
        throw BadParameters(configuration, reader.Errors.Concat(group.Errors));
    }

    static Worker WorkerFor(BotInstance instance, BotConfiguration configuration, GroupParameters group, Common common, string id, IStepParticipant? cache)
    {
        var setting = new WorkerSetting(
            id, configuration.Settings, configuration.IsCollector ? null : configuration.SourceQueue, common.Source, common.Destination, common.Routes, instance.Bot.Context, common.Dump, common.Counters, cache);
        return instance.Bot switch
        {
            Collector collector => new CollectorWorker(collector, setting, group.Feed),
            Parser parser => new ParserWorker(parser, setting, group.CopiedFields),
            Expert expert => new ExpertWorker(expert, setting),
            Output => new OutputWorker(instance, setting),
            _ => throw new ConfigurationException($"'{configuration.Module}' is none of the four kinds of bot."),
        };
    }

    BotProcess ProcessOf(BotConfiguration configuration, string instance, IReadOnlyDictionary<string, object?> parameters, BotLog log)
    {
        var init = ProcessProtocol.Line(
            ProcessProtocol.Init,
            ("protocol", ProcessProtocol.Version),
            ("bot_id", configuration.Id),
            ("instance", instance),
            ("bot", configuration.Module),
            ("package", configuration.Settings.Package),
            ("root", environment.Paths.Root),
            ("parameters", parameters));
        var limit = configuration.Settings.ProcessMemoryLimit ?? 0;
        return new BotProcess(new(environment.BotProcessCommand, init, limit), log);
    }

    /// <summary>Bots with the same database number share a cache, as they do in the original.</summary>
    (IBotCache Cache, IStepParticipant Step) OpenCache(BotConfiguration configuration, BotDescription description, IReadOnlyDictionary<string, object?> parameters)
    {
        object? Of(string name) => parameters.GetValueOrDefault(name) ?? description.Schema.Defaults.GetValueOrDefault(name);
        var database = Of("redis_cache_db") as long?;
        var seconds = Of("redis_cache_ttl") switch { long whole => whole, double fraction => fraction, _ => 0 };
        var name = database is { } number ? string.Create(CultureInfo.InvariantCulture, $"db{number}") : configuration.Id;
        return openCache(new(name, TimeSpan.FromSeconds(seconds), ServerOf(configuration.Settings.Cache, (int)(database ?? CacheRequest.UsualDatabase))));
    }

    RedisOptions? ServerOf(PipelineSettings cache, int database)
    {
        if (cache.Broker != BrokerKind.Redis) return null;
        try
        {
            return RedisSettings.ToOptions(cache.Resolve(environment.Secrets) with { Database = database }, environment.Time).Server;
        }
        catch (SecretReferenceException e)
        {
            throw new ConfigurationException(e.Message, e);
        }
    }

    static ConfigurationException BadParameters(BotConfiguration configuration, IEnumerable<ParameterError> errors)
    {
        var lines = errors.Select(error => configuration.Describe(error.Path, error.Message, error.Expected));
        return new ConfigurationException(string.Join('\n', lines.Distinct(StringComparer.Ordinal)));
    }
}
