using IntelMQ.Sdk;
using IntelMQ.Sdk.Runtime;

namespace IntelMQ.Host.Loading;

/// <summary>Asks the options of a bot about themselves before the bot is created.</summary>
static class OptionsCheck
{
    /// <summary>What does not keep the bot from starting goes to the log.</summary>
    /// <exception cref="ConfigurationException">The bot cannot run with these parameters; all that is wrong with them is told.</exception>
    public static void Ask(BotRegistration registration, IReadOnlyDictionary<string, object?> parameters, IBotLog log)
    {
        // Parameters that cannot even be read make no options; creating the bot tells of them.
        var said = registration.Check(new ParameterReader(parameters)).ToLookup(static result => result.Level >= BotLogLevel.Error);
        foreach (var oddity in said[false]) log.Write(oddity.Level, oddity.Describe());
        if (said[true].Any()) throw new ConfigurationException(string.Join('\n', said[true].Select(static result => result.Describe())));
    }
}
