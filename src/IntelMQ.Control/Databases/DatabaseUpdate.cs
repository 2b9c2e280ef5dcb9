using IntelMQ.Configuration;
using IntelMQ.Host;
using IntelMQ.Host.Loading;
using IntelMQ.Host.Running;
using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Control.Databases;

/// <summary>Downloads the files in which bots look things up. Bots are created for it, but not started; running ones notice the new file.</summary>
/// <param name="environment">What the bots need.</param>
/// <param name="source">Finds their code.</param>
/// <param name="output">Is told what happens.</param>
sealed class DatabaseUpdate(HostEnvironment environment, IBotSource source, IControlOutput output)
{
    readonly HashSet<string> _done = new(StringComparer.Ordinal);
    int _updates;
    bool _failed;

    /// <param name="bots">The bots to ask; those without a database are passed over.</param>
    /// <param name="cancellationToken">Ends the downloads; files stay as they are.</param>
    /// <returns>Whether all went well.</returns>
    public async Task<bool> RunAsync(IEnumerable<BotConfiguration> bots, CancellationToken cancellationToken)
    {
        foreach (var bot in bots.Where(b => b.Module.Length > 0)) await UpdateAsync(bot, cancellationToken);
        if (_updates == 0 && !_failed) output.Say(BotLogLevel.Info, "No bot here has a database that is to be updated.");
        return !_failed;
    }

    async Task UpdateAsync(BotConfiguration configuration, CancellationToken cancellationToken)
    {
        try
        {
            using var code = source.Load(source.Find(configuration.Module, configuration.Settings.Package));
            await using var bot = Create(configuration, code.Registration);
            if (bot is IUpdatableDatabase { IsUpdateWanted: true } database && _done.Add(Path.GetFullPath(database.DatabasePath)))
                await DownloadAsync(configuration.Id, database, cancellationToken);
        }
        catch (ConfigurationException e)
        {
            // It may be a bot without a database; 'intelmqctl check' tells all that is wrong with it.
            output.Say(BotLogLevel.Warning, $"Bot '{configuration.Id}' was passed over: {e.Message}");
        }
    }

    async Task DownloadAsync(string id, IUpdatableDatabase database, CancellationToken cancellationToken)
    {
        _updates++;
        try
        {
            output.Say(BotLogLevel.Info, $"Downloading the database of bot '{id}'.");
            var content = await database.DownloadDatabaseAsync(cancellationToken);
            var hasChanged = await DatabaseFile.ReplaceAsync(database.DatabasePath, content, cancellationToken);
            output.Say(BotLogLevel.Info, hasChanged ? $"Updated '{database.DatabasePath}' ({content.Length} bytes)." : $"'{database.DatabasePath}' is up to date.", good: true);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _failed = true;
            output.Say(BotLogLevel.Error, $"The database of bot '{id}' was not updated: {e.Message}");
        }
    }

    Bot Create(BotConfiguration configuration, BotRegistration registration)
    {
        var description = source.Find(configuration.Module, configuration.Settings.Package);
        var reader = new ParameterReader(configuration.BindParameters(description.Schema, environment.Secrets));
        var log = new OutputLog(output);
        var services = new BotServiceProvider(environment, log, static () => throw new ConfigurationException("It needs a cache, which only a running host has."));
        var bot = registration.Create(reader, services);
        if (bot is null || reader.Errors.Count > 0) throw new ConfigurationException(string.Join('\n', reader.Errors.Select(e => configuration.Describe(e.Path, e.Message, e.Expected))));
        bot.Context = new BotContext
        {
            BotId = configuration.Id,
            Format = environment.Format,
            Log = log,
            Time = environment.Time,
            StateDirectory = Path.Combine(environment.Paths.StateDirectory, configuration.Id),
        };
        return bot;
    }

    sealed class OutputLog(IControlOutput output) : IBotLog
    {
        public bool IsEnabled(BotLogLevel level) => level >= BotLogLevel.Info;

        public void Write(BotLogLevel level, string message, Exception? error = null)
        {
            if (IsEnabled(level)) output.Say(level, message);
        }
    }
}
