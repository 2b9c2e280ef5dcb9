using IntelMQ.Configuration;
using IntelMQ.Sdk;

namespace IntelMQ.Control.Databases;

/// <summary>Downloads the files in which bots look things up. Bots are created for it, but not started; running ones notice the new file.</summary>
/// <param name="bots">Creates them.</param>
/// <param name="output">Is told what happens.</param>
sealed class DatabaseUpdate(UnstartedBots bots, IControlOutput output)
{
    readonly HashSet<string> _done = new(StringComparer.Ordinal);
    int _updates;
    bool _failed;

    /// <param name="asked">The bots to ask; those without a database are passed over.</param>
    /// <param name="cancellationToken">Ends the downloads; files stay as they are.</param>
    /// <returns>Whether all went well.</returns>
    public async Task<bool> RunAsync(IEnumerable<BotConfiguration> asked, CancellationToken cancellationToken)
    {
        foreach (var bot in asked.Where(b => b.Module.Length > 0)) await UpdateAsync(bot, cancellationToken);
        if (_updates == 0 && !_failed) output.Say(BotLogLevel.Info, "No bot here has a database that is to be updated.");
        return !_failed;
    }

    async Task UpdateAsync(BotConfiguration configuration, CancellationToken cancellationToken)
    {
        try
        {
            using var code = bots.Load(configuration);
            await using var bot = bots.Create(configuration, code);
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
}
